"""Python's way to make a layer: `class` and `__init__`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from nnspec.diagnostics.mistakes.characters import error
from nnspec.diagnostics.mistakes.edits import replace
from nnspec.source import Span

# A hyperparameter as it is written: its name, its type and its default, None where there is none.
Written = tuple[str, str | None, str | None]

_CLASS = re.compile(r"class[ ]+(\w+)[ ]*(?:\([ ]*(?:(?:torch\.)?nn\.)?Module[ ]*\)|\([ ]*\))?[ ]*:")
_HEADER_END = re.compile(r":[ \t]*(?:#.*)?$")
_SUPER = re.compile(r"super\([^()]*\)\.__init__\([^()]*\)\s*(?:#.*)?")
_ASSIGNMENT = re.compile(r"(?P<self>self\.)?(?P<name>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<value>.*)", re.S)
_LAYER = re.compile(r"(?:\w+\.)*[A-Z]\w*\(|\[\s*(?:\w+\.)*[A-Z]\w*\(")
_LITERALS = (
    ("bool", re.compile(r"True|False")),
    ("int", re.compile(r"-?[\d_]+")),
    ("float", re.compile(r"-?[\d_.]+(?:[eE][-+]?\d+)?")),
    ("str", re.compile(r"[rR]?[\"'].*")),
    ("int?", re.compile(r"None")),
)


def python_class(span: Span, name: str) -> Diagnostic:
    """`class Net(nn.Module):`. span: the word `class`."""
    header = _CLASS.match(span.source.text, span.start)
    fix = None
    if header is not None:
        whole = Span(span.source, header.start(), header.end())
        fix = replace("declare a module", whole, f"module {header[1]}:", "maybe")
    return error(
        "E0113",
        span,
        "a layer type is declared with `module`, not `class`",
        help=f"write `module {name}(hyperparameters):`, and its layers as `name = Layer(...)` in the body",
        fix=fix,
    )


def constructor(
    word: Span, block: Span, header: Span | None, given: Sequence[Written]
) -> Diagnostic:
    """`def __init__(self, ...):` in a module.

    word: its name; block: all of it; header: the empty span behind the module's name, None where hyperparameters
        stand there already; given: its arguments, without `self`.
    """
    body = _as_members(block, {name for name, _, _ in given})
    fix = None
    if body is not None and (header is not None or not given):
        edits = [Edit(_lines(block), body)]
        if header is not None and given:
            edits.insert(0, Edit(header, f"({', '.join(map(_hyperparameter, given))})"))
        fix = Fix("declare the layers in the body of the module", tuple(edits), "maybe")
    return error(
        "E0113",
        word,
        "a module has no `__init__`",
        "nothing calls it",
        help="declare layers as `name = Layer(...)` in the body of the module, and hyperparameters behind its name: "
        "`module Net(hidden: int = 128):`",
        fix=fix,
    )


def _hyperparameter(written: Written) -> str:
    name, type_, default = written
    if type_ is None:
        known = (kind for kind, form in _LITERALS if default and form.fullmatch(default))
        type_ = next(known, "int")
    return f"{name}: {type_}" + ("" if default is None or type_ == "int?" else f" = {default}")


def _lines(block: Span) -> Span:
    """The block from the beginning of its first line to behind its last newline."""
    text = block.source.text
    start = text.rfind("\n", 0, block.start) + 1
    stop = text.find("\n", block.end)
    return Span(block.source, start, len(text) if stop < 0 else stop + 1)


def _as_members(block: Span, given: set[str]) -> str | None:
    """The lines of a constructor as those of a module's body; None where one of them does more than to assign."""
    lines = _lines(block).text.rstrip("\n").split("\n")
    outer = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    head = next((n for n, line in enumerate(lines) if _HEADER_END.search(line)), len(lines))
    body = lines[head + 1 :]
    inner = next((line[: len(line) - len(line.lstrip())] for line in body if line.strip()), "")
    if len(inner) <= len(outer) or any('"""' in line or "'''" in line for line in body):
        return None
    out: list[str] = []
    dropped = False
    for line in body:
        statement = line[len(inner) :]
        if not line.startswith(inner) or statement[:1] in ("", " ", "\t", ")", "]", "}", "#"):
            if not dropped:  # blank, a comment, or what goes on with the line above
                out.append((outer + statement).rstrip())
            continue
        assigned = _ASSIGNMENT.fullmatch(statement)
        stored = assigned is not None and assigned["value"].split("#")[0].strip() in given
        dropped = _SUPER.fullmatch(statement) is not None or (
            stored and assigned is not None and assigned["name"] in given
        )
        if dropped:
            continue
        if assigned is None:
            return None
        word = "" if _LAYER.match(assigned["value"]) else "let "
        out.append(f"{outer}{word}{assigned['name']} = {assigned['value']}")
    return "".join(f"{line}\n" for line in out)
