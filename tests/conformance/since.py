"""Since when torch has what the library declares: `python -m tests.conformance.since FOLDER...`.

A FOLDER is an unpacked wheel of torch, or a `site-packages` that holds one; nothing of it is imported. The newest of
them is compared with each older one, and what is found with the table of `nnspec/library/since.py`:

    pip download torch==2.4.0 --no-deps --only-binary=:all: --platform macosx_11_0_arm64 --python-version 3.11
    unzip -q torch-2.4.0-*.whl '*.py' '*.pyi' -d torch-2.4.0
"""

from __future__ import annotations

import ast as python
import sys
from collections.abc import Iterator
from pathlib import Path

from nnspec.library.catalog import library
from nnspec.library.since import SINCE, Version
from nnspec.syntax import ast
from tests.conformance.sources import NAMESPACES, Sources

# What specs leave to the loader.
PLACED = frozenset("device dtype layout requires_grad generator out".split())

Extern = ast.ExternModule | ast.ExternDef
Table = dict[str, dict[str, Version]]


def declarations() -> Iterator[tuple[str, Extern]]:
    """What the library declares of torch, by its places."""
    for declared in library().all_declarations():
        if isinstance(declared, (ast.ExternModule, ast.ExternDef)):
            for place in declared.places:
                if place.startswith("torch") or place == "Tensor":
                    yield place, declared


def differences(place: str, declared: Extern, old: Sources, new: Sources) -> Iterator[str]:
    """The arguments of a declaration that an older torch does not have, or takes otherwise; "" for the whole."""
    wanted, found = (each.overloads(place, declared.name) for each in (new, old))
    if found is None and wanted is not None:
        yield ""
    if not found or not wanted:
        return
    names = [param.name for param in declared.signature.params if param.name not in PLACED]
    if place in NAMESPACES:
        del names[0]  # Documentation calls it A where the function calls it input.
    for name in names:
        now = {_plain(each[name]) for each in wanted if name in each}
        then = {_plain(each[name]) for each in found if name in each}
        # Stubs write `...` for a default that they do not tell.
        if now and (not then or not (now & then or "..." in now | then)):
            yield name
    for each in wanted:
        known = [name for name in each if name in names and any(name in other for other in found)]
        if not any(
            [n for n in other if n in known] == [n for n in known if n in other] for other in found
        ):
            yield ""


def _plain(default: str | None) -> object:
    """A default as a value, as 1 and 1.0 are one."""
    try:
        return None if default is None else ("is", python.literal_eval(default))
    except ValueError:
        return default


def table(sources: list[Sources]) -> Table:
    """Since when torch has each declaration and each of its arguments, as far as all do not have it."""
    *older, newest = sorted(sources, key=lambda each: each.version)
    found: Table = {}
    for old, next in zip(older, [*older[1:], newest]):
        for place, declared in declarations():
            for name in differences(place, declared, old, newest):
                found.setdefault(f"{place}.{declared.name}", {})[name] = next.version
    # Arguments are as old as the whole at the least.
    return {
        place: {
            name: since for name, since in ages.items() if not name or since > ages.get("", (0, 0))
        }
        for place, ages in found.items()
    }


def main(folders: list[str]) -> int:
    """Print the table, and where that of the library says something else.

    Returns 1 where it does, 0 where they agree.
    """
    sources = [Sources(Path(each)) for each in folders]
    oldest = min(each.version for each in sources)
    found = table(sources)
    for place, ages in sorted(found.items()):
        for name, since in ages.items():
            print(f"{since[0]}.{since[1]}  {place}{f'({name})' if name else ''}")
    known = {
        (place, name, since)
        for place, ages in SINCE.items()
        for name, since in ages.items()
        if since > oldest
    }
    wrong = known ^ {
        (place, name, since) for place, ages in found.items() for name, since in ages.items()
    }
    for place, name, since in sorted(wrong):
        print(f"nnspec/library/since.py: {place} {name!r} {since} stands in one of both alone")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
