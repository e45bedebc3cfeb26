"""The grammar's tables, kept in the user's cache directory.

Compiling the grammar takes some tenths of a second, loading the tables a millisecond or two. A cache that is
missing, damaged, of another version or not writable costs time and nothing else.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from functools import cache
from importlib.machinery import PathFinder

import nnspec.grammar
from nnspec.syntax.tables import Tables, compile_grammar

_MAGIC = b"nnspec tables 1\n"


@cache
def tables() -> Tables:
    """The tables of the language, from the cache where it has them."""
    grammar = _grammar_text()
    path = cache_path()
    if path is not None:
        found = _load(path, _key(grammar))
        if found is not None:
            return found
    made = compile_grammar(grammar.decode())
    if path is not None:
        _store(path, _key(grammar), made)
    return made


def cache_path() -> str | None:
    """Where the tables are kept: under XDG_CACHE_HOME, else ~/.cache; None where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    return os.path.join(base, "nnspec", f"grammar-{sys.implementation.cache_tag}.tables")


def _grammar_text() -> bytes:
    """The grammar as package data, read in the way the package was imported (also from a zip)."""
    spec = nnspec.grammar.__spec__
    assert spec is not None and spec.origin is not None
    path = os.path.join(os.path.dirname(spec.origin), "nnspec.lark")
    data: bytes = spec.loader.get_data(path)  # type: ignore[union-attr]
    return data


def _key(grammar: bytes) -> bytes:
    """What the tables depend on, in full rather than hashed: the grammar, this Python, which Lark."""
    spec = PathFinder.find_spec("lark")
    lark = b""
    if spec is not None and spec.origin is not None:
        stat = os.stat(spec.origin)
        lark = f"{spec.origin} {stat.st_size} {stat.st_mtime_ns}".encode()
    return b"\n".join((sys.version.encode(), lark, grammar))


def _load(path: str, key: bytes) -> Tables | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    head = len(_MAGIC)
    if not data.startswith(_MAGIC) or len(data) < head + 4:
        return None
    body = memoryview(data)[head + 4 :]
    # marshal trusts what it reads, so nothing unchecked reaches it.
    if zlib.crc32(body) != int.from_bytes(data[head : head + 4], "little"):
        return None
    try:
        stored_key, content = marshal.loads(body)
        return Tables(*content) if stored_key == key else None
    except (ValueError, EOFError, TypeError):
        return None


def _store(path: str, key: bytes, made: Tables) -> None:
    body = marshal.dumps((key, tuple(getattr(made, name) for name in Tables.fields)))
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(_MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
        os.replace(temporary, path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass
