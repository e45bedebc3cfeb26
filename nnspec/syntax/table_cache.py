"""The grammar's tables, kept in the user's cache directory.

Compiling the grammar takes some tenths of a second, loading the tables a millisecond or two. A cache that is
missing, damaged, of another version or not writable costs time and nothing else.
"""

from __future__ import annotations

import marshal
import os
import sys
from functools import cache
from importlib.machinery import PathFinder

import nnspec.grammar as language
from nnspec.cache import folder
from nnspec.cache.sealed import named, seal, unseal
from nnspec.syntax.tables import Tables, compile_grammar

_KIND = b"nnspec tables 2\n"
_MOST = 10_000_000  # bytes
_MOST_FILES = 8  # of other versions, other environments


@cache
def tables() -> Tables:
    """The tables of the language, from the cache where it has them."""
    grammar = _grammar_text()
    key = _key(grammar)
    kept = folder.folder("grammar")
    if kept is not None:
        found = _load(named(kept, key), key)
        if found is not None:
            return found
    made = compile_grammar(grammar.decode())
    if kept is not None:
        _store(named(kept, key), key, made)
        folder.evict(kept, _MOST_FILES)
    return made


def _grammar_text() -> bytes:
    """The grammar as package data, read in the way the package was imported (also from a zip)."""
    spec = language.__spec__
    assert spec is not None and spec.origin is not None
    path = os.path.join(os.path.dirname(spec.origin), "nnspec.lark")
    data: bytes = spec.loader.get_data(path)
    return data


def _key(grammar: bytes) -> bytes:
    """What the tables depend on: the grammar, this Python, which Lark."""
    spec = PathFinder.find_spec("lark")
    lark = b""
    if spec is not None and spec.origin is not None:
        stat = os.stat(spec.origin)
        lark = f"{spec.origin} {stat.st_size} {stat.st_mtime_ns}".encode()
    return b"\n".join((sys.version.encode(), lark, grammar))


def _load(path: str, key: bytes) -> Tables | None:
    body = unseal(folder.read(path, _MOST), _KIND, key)
    if body is None:
        return None
    try:
        # marshal trusts what it reads, as it does where Python loads our code; the digest is right.
        return Tables(*marshal.loads(body))
    except (ValueError, EOFError, TypeError):
        return None


def _store(path: str, key: bytes, made: Tables) -> None:
    body = marshal.dumps(tuple(getattr(made, name) for name in Tables.fields))
    folder.write(path, seal(_KIND, key, body))
