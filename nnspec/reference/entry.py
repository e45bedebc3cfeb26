"""A declaration of the library as the lines of its reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc

from nnspec.library.catalog import Catalog
from nnspec.semantics.rules import RULES
from nnspec.syntax import ast

NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to say of one declaration, every line in the language's own words.

    places: where torch has it, such as `torch.nn`; the first is the one that emitted code uses.
    arguments: one line each.
    methods: signatures with their facts, as `forward(input: [*N, L]) -> [*N, L]`; a function has itself.
    members: parameters, buffers and layers. obligations: what arguments and sizes must meet, `where` facts among them.
    lets: what the lines above are written with, and the library's own functions among them.
    rule: what the result is, where a signature cannot say it: the docstring, or that of the rule in Python.
    costs: `flops` and `memory`.
    family: the file of the library in which it stands, without its suffix.
    """

    name: str
    kind: str
    places: tuple[str, ...]
    arguments: tuple[str, ...]
    result: str | None
    methods: tuple[str, ...]
    members: tuple[str, ...]
    obligations: tuple[str, ...]
    lets: tuple[str, ...]
    rule: str | None
    costs: tuple[str, ...]
    family: str


def entry(declaration: ast.ExternModule | ast.ExternDef, catalog: Catalog) -> Entry:
    """The reference of a declaration that stands in the catalog."""
    signature, body = declaration.signature, declaration.body
    layer = isinstance(declaration, ast.ExternModule)
    methods = [member for member in body if isinstance(member, ast.Def)]
    kind = "layer" if layer else "method" if declaration.places == ("Tensor",) else "function"
    return Entry(
        name=declaration.name,
        kind=kind,
        places=declaration.places,
        arguments=parameters(signature),
        result=None if signature.result is None or layer else words(signature.result),
        methods=tuple(_method(each) for each in methods),
        members=tuple(words(m) for m in body if isinstance(m, (ast.ParamDecl, ast.Submodule))),
        obligations=tuple(
            obligation
            for obligation in (
                *(words(m.condition) for m in body if isinstance(m, ast.Require)),
                *(words(fact) for fact in signature.where),
                *(words(fact) for each in methods for fact in each.signature.where),
            )
        ),
        lets=(
            *(words(m).removeprefix("let ") for m in body if isinstance(m, ast.Let)),
            *_statics(declaration, catalog),
        ),
        rule=_described(declaration),
        costs=tuple(words(m) for m in body if isinstance(m, ast.Cost)),
        family=family(declaration),
    )


def parameters(signature: ast.Signature) -> tuple[str, ...]:
    """The arguments of a signature as they are written, with a `*` before those that take their names alone."""
    lines: list[str] = []
    for param in signature.params:
        if param.kind == "keyword" and "*" not in lines and not _starred(signature):
            lines.append("*")
        lines.append(words(param))
    return tuple(lines)


def family(declaration: ast.Declaration) -> str:
    """The file of the library in which a declaration stands: `convolution`."""
    return declaration.span.source.path.rpartition("/")[2].removesuffix(".nnspec")


def words(node: ast.Node) -> str:
    """A piece of a declaration on one line, without its comments."""
    lines = (line.partition("  #")[0].strip() for line in node.span.text.splitlines())
    text = " ".join(line for line in lines if not line.startswith("#"))
    return re.sub(r",\s+([)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", text))


def _starred(signature: ast.Signature) -> bool:
    return any(param.kind == "star" for param in signature.params)


def _method(declaration: ast.Def) -> str:
    text = f"{declaration.name}({', '.join(parameters(declaration.signature))})"
    result = declaration.signature.result
    return text if result is None else f"{text} -> {words(result)}"


def _statics(declaration: ast.ExternModule | ast.ExternDef, catalog: Catalog) -> tuple[str, ...]:
    """The library's own functions that a declaration uses, each with what it returns where that is one line."""
    found: list[str] = []
    for name in dict.fromkeys(NAME.findall(declaration.span.text)):
        static = catalog.static(name) if catalog.has_static(name) else None
        if static is None or static.body is None:
            continue
        last = static.body[-1]
        if isinstance(last, ast.Return) and last.value is not None and len(static.body) == 1:
            arguments = ", ".join(param.name for param in static.signature.params)
            found.append(f"{name}({arguments}) = {words(last.value)}")
        elif static.doc is not None:
            found.append(f"{name}(…): {static.doc.value}")
    return tuple(found)


def _described(declaration: ast.ExternModule | ast.ExternDef) -> str | None:
    if declaration.doc is not None:
        text = declaration.doc.value
    elif declaration.rule is not None:
        module = import_module(f"nnspec.semantics.rules.{RULES[declaration.rule]}")
        text = getdoc(getattr(module, declaration.rule)) or ""
    else:
        return None
    return " ".join(text.partition("\n\n")[0].split())
