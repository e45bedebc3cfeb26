"""A declaration of the library as the lines of its reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc

from nnspec.library.catalog import Catalog
from nnspec.reference.examples import examples
from nnspec.reference.statements import statements
from nnspec.semantics.rules import RULES
from nnspec.syntax import ast

NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to say of one declaration, every line in the language's own words.

    places: where torch has it, such as `torch.nn`; the first is the one that emitted code uses.
    arguments: one line each.
    shapes: what goes in and what comes out, in one line or more.
    members: parameters, buffers and layers. obligations: what arguments and sizes must meet, `where` facts among them.
    lets: what the lines above are written with, and the library's own functions among them.
    costs: operations and bytes of a call, where there is something to say.
    example: a spec that makes one call, which checks.
    family: the file of the library in which it stands, without its suffix.
    """

    name: str
    kind: str
    places: tuple[str, ...]
    arguments: tuple[str, ...]
    result: str | None
    shapes: tuple[str, ...]
    members: tuple[str, ...]
    obligations: tuple[str, ...]
    lets: tuple[str, ...]
    costs: tuple[str, ...]
    family: str
    example: str | None


def entry(declaration: ast.ExternModule | ast.ExternDef, catalog: Catalog) -> Entry:
    """The reference of a declaration that stands in the catalog."""
    signature, body = declaration.signature, declaration.body
    layer = isinstance(declaration, ast.ExternModule)
    methods = [member for member in body if isinstance(member, ast.Def)]
    said = statements().get(declaration.rule or "")
    kind = "layer" if layer else "method" if declaration.places == ("Tensor",) else "function"
    return Entry(
        name=declaration.name,
        kind=kind,
        places=declaration.places,
        arguments=parameters(signature),
        result=None if signature.result is None or layer else words(signature.result),
        shapes=_shapes(declaration, methods),
        members=tuple(words(m) for m in body if isinstance(m, (ast.ParamDecl, ast.Submodule))),
        obligations=tuple(
            obligation
            for obligation in (
                *(words(m.condition) for m in body if isinstance(m, ast.Require)),
                *(words(fact) for fact in signature.where),
                *(words(fact) for each in methods for fact in each.signature.where),
                *(said.obligations if said is not None else ()),
            )
        ),
        lets=(
            *(words(m).removeprefix("let ") for m in body if isinstance(m, ast.Let)),
            *_statics(declaration, catalog),
        ),
        costs=tuple(_cost(m) for m in body if isinstance(m, ast.Cost)),
        family=family(declaration),
        example=examples().get(identity(declaration)),
    )


def identity(declaration: ast.ExternModule | ast.ExternDef) -> str:
    """What tells a declaration from others of its name: `torch.cat(tensors, dim)`."""
    names = ", ".join(param.name for param in declaration.signature.params)
    return f"{declaration.places[0]}.{declaration.name}({names})"


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
            found.append(f"{name}(…): {_first(static.doc.value)}")
    return tuple(found)


def _shapes(
    declaration: ast.ExternModule | ast.ExternDef, methods: list[ast.Def]
) -> tuple[str, ...]:
    """What goes in and what comes out: by the signatures as far as they say it, then in words."""
    lines = [_method(each) for each in methods]
    if isinstance(declaration, ast.ExternDef) and not _is_vague(declaration.signature.result):
        lines.append(_in_and_out(declaration.signature))
    said = statements().get(declaration.rule or "")
    if said is not None:
        lines += said.shapes.split("; ")
    elif declaration.doc is not None:
        lines.append(_first(declaration.doc.value))
    elif declaration.rule is not None:
        module = import_module(f"nnspec.semantics.rules.{RULES[declaration.rule]}")
        lines.append(_first(getdoc(getattr(module, declaration.rule)) or ""))
    return tuple(line for line in lines if line)


def _is_vague(type_: ast.TypeExpr | None) -> bool:
    """Whether a type says nothing of a shape."""
    return type_ is None or (isinstance(type_, ast.NamedType) and type_.name in ("tensor", "any"))


def _in_and_out(signature: ast.Signature) -> str:
    """`input [*N, C, H, W], weight [O, C, K, K] -> [*N, O, H, W]`."""
    tensors = [
        f"{param.name} {words(param.type)}"
        for param in signature.params
        if isinstance(param.type, (ast.TensorType, ast.OptionalType)) and "[" in words(param.type)
    ]
    result = "" if signature.result is None else words(signature.result)
    return f"{', '.join(tensors)} -> {result}".lstrip()


def _cost(member: ast.Cost) -> str:
    """A cost in words: its formula, or that the result is a view."""
    formula = words(member.value)
    if member.kind == "flops":
        return f"FLOPs: {formula}"
    if formula == "0":
        return "memory: none, as the result is a view, or what was given"
    if formula.startswith("bytes_beside("):
        return "memory: none where the result is a view, or what was given; else that of a copy"
    return f"memory: {formula} bytes"


def _first(text: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(text.partition("\n\n")[0].split())
