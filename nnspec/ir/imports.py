"""The imports that a file's code needs, in the order of isort."""

from __future__ import annotations

import ast as py
import sys
from collections.abc import Iterable, Iterator
from keyword import iskeyword

from nnspec.ir.hints import is_record
from nnspec.ir.names import IMPORTS
from nnspec.semantics.resolved import FileScope
from nnspec.syntax import ast

EXTERN = (ast.ExternModule, ast.ExternDef)
Natural = tuple[list[tuple[int, int, str]], str]


def imports(
    code: Iterable[py.AST], scope: FileScope, postponed: bool = False
) -> list[py.stmt | None]:
    """Import statements in sections, None between them.

    What the spec imports and never reads is imported under its own name once more, which says that
    the file hands it on.

    postponed: whether hints name what is defined only later.
    """
    plain: dict[str, str | None] = {}
    members: dict[str, dict[str, str | None]] = {}
    read: set[str] = set()
    for tree in code:
        for node in py.walk(tree):
            if isinstance(node, py.Name):
                read.add(node.id)
                root = getattr(node, "imported", None)
                if root is not None:
                    module, name, alias = IMPORTS[root]
                    alias = node.id if node.id != (name or alias or module) else alias
                    if name is None:
                        plain[module] = alias
                    else:
                        members.setdefault(module, {})[name] = alias
    for module, found in _of_spec(scope, read):
        members.setdefault(module, {}).update(found)
    made = _sections(plain, members)
    if postponed:
        future = py.ImportFrom("__future__", [py.alias("annotations", None)], 0)
        made = [future, None, *made] if made else [future]
    return made


def _of_spec(scope: FileScope, read: set[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    for decl in scope.file.declarations:
        match decl:
            case ast.Import(dots, module, imported):
                for item in imported:
                    visible = item.alias or item.name
                    found = scope.names.get(visible)
                    if found and isinstance(found[0], ast.TypeDecl) and not is_record(found[0]):
                        # What an alias stands for is written out where it is used.
                        continue
                    alias = item.alias or (None if visible in read else item.name)
                    if dots:
                        whence = "." * dots + ".".join(map(_module_name, module.split(".")))
                    else:
                        # What a package declares is imported from where the declaration finds it.
                        assert found is not None and isinstance(found[0], EXTERN)
                        whence = found[0].places[0]
                    yield whence, {item.name: alias}
            case ast.ExternModule(name, _, places) | ast.ExternDef(name, _, places):
                if places[0] != "Tensor":
                    yield places[0], {name: None}


def _module_name(stem: str) -> str:
    """What `nnspec build` calls the Python of a file or folder."""
    return stem + "_" if iskeyword(stem) or stem in ("__init__", "__main__") else stem


def _sections(
    plain: dict[str, str | None], members: dict[str, dict[str, str | None]]
) -> list[py.stmt | None]:
    sections: dict[int, list[py.stmt]] = {0: [], 1: [], 2: []}
    for module in sorted(plain, key=_natural):
        sections[_section(module)].append(py.Import([py.alias(module, plain[module])]))
    for module in sorted(members, key=_module_key):
        found = [py.alias(n, members[module][n]) for n in sorted(members[module], key=member_key)]
        # `import a as b` keeps a line of its own, as isort has it.
        together = [alias for alias in found if alias.asname is None]
        apart = [alias for alias in found if alias.asname is not None]
        groups = [[alias] for alias in apart]
        if together:
            groups.append(together)
        for group in sorted(groups, key=lambda g: member_key(g[0].name)):
            sections[_section(module)].append(_from(module, group))
    result: list[py.stmt | None] = []
    for statements in sections.values():
        if statements:
            if result:
                result.append(None)
            result.extend(statements)
    return result


def _from(module: str, names: list[py.alias]) -> py.stmt:
    bare = module.lstrip(".")
    return py.ImportFrom(bare or None, names, len(module) - len(bare))


def _section(module: str) -> int:
    if module.startswith("."):
        return 2
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _module_key(module: str) -> tuple[int, Natural]:
    """Further away comes first among relative modules."""
    bare = module.lstrip(".")
    return len(bare) - len(module), _natural(bare)


def member_key(name: str) -> tuple[int, Natural]:
    """Constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        kind = 0
    elif name[:1].isupper():
        kind = 1
    else:
        kind = 2
    return kind, _natural(name)


def _natural(text: str) -> Natural:
    """Numbers inside names count as numbers."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in text + "\0":
        if character.isdigit():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        if character != "\0":
            parts.append((1, 0, character.lower()))
    return parts, text
