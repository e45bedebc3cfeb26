"""The reference of a declaration for the terminal and, as Markdown, for a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from textwrap import wrap

from nnspec.reference.entry import Entry

WIDTH = 88
HELD = "\x00"
SHAPE = re.compile(r"\b(?:int64|int32|bool|complex )?\[[^\[\]]{,40}\]|(?<!\w)\[[^\[\]]{,40}\]")
SHAPES, OBLIGATIONS = "shapes", "must hold"
# Two words in a row are no code.
WORDS = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


def shown(entry: Entry) -> str:
    """One declaration as lines of text for a terminal."""
    lines = [f"{entry.name}, {_kind(entry)}", "", *_call(entry, "  ")]
    for title, rows in sections(entry):
        lines += ["", f"{title}:"]
        for row in rows:
            lines += _wrapped(row, "  ", "      ")
    if entry.example is not None:
        lines += ["", "example:", *(f"  {line}".rstrip() for line in entry.example.splitlines())]
    return "\n".join(lines) + "\n"


def listed(family: str, summary: str, names: Iterable[str]) -> str:
    """A family with its names, for a terminal."""
    lines = [*_wrapped(f"{family}: {summary}", "", "  "), *_wrapped(", ".join(names), "  ", "  ")]
    return "\n".join(lines) + "\n"


def _wrapped(row: str, first: str, others: str) -> list[str]:
    """A row on lines of the terminal; a shape is not torn."""
    whole = SHAPE.sub(lambda found: found[0].replace(" ", HELD), row)
    lines = wrap(
        whole,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(HELD, " ") for line in lines]


def page(family: str, summary: str, entries: Sequence[Entry]) -> str:
    """The Markdown page of a family.

    summary: what the library's file says of itself.
    """
    head = f"# {family}\n\n{summary}\n\nWritten by `nnspec docs -o`; its source is the library."
    return "\n\n".join([head, *map(section, entries)]) + "\n"


def section(entry: Entry) -> str:
    """One declaration in Markdown."""
    lines = [f"## {entry.name}", "", f"{_kind(entry)[:1].upper()}{_kind(entry)[1:]}.", ""]
    lines += ["```nnspec-signature", *_call(entry, ""), "```"]
    for title, rows in sections(entry):
        lines += ["", f"{title.capitalize()}:", ""]
        lines += [f"- {_marked(title, row)}" for row in rows]
    if entry.example is not None:
        lines += ["", "Example:", "", "```nnspec", *entry.example.splitlines(), "```"]
    return "\n".join(lines)


def sections(entry: Entry) -> list[tuple[str, tuple[str, ...]]]:
    """The parts of a reference that have something to say, each with its title."""
    parts: Iterable[tuple[str, tuple[str, ...]]] = (
        (SHAPES, entry.shapes),
        (OBLIGATIONS, entry.obligations),
        ("parameters, buffers and layers", entry.members),
        ("cost", entry.costs),
        ("where", entry.lets),
    )
    return [(title, rows) for title, rows in parts if rows]


def _marked(title: str, row: str) -> str:
    """A row for Markdown: code as code, and in a sentence the shapes."""
    if title == SHAPES:
        code = WORDS.search(row) is None
    else:
        code = title != OBLIGATIONS or _is_expression(row)
    return f"`{row}`" if code else SHAPE.sub(lambda found: f"`{found[0]}`", row)


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _kind(entry: Entry) -> str:
    places = " and ".join(
        "a tensor method" if place == "Tensor" else place for place in entry.places
    )
    return f"a {entry.kind} of {places}" if entry.kind != "method" else "a method of tensors"


def _call(entry: Entry, indent: str) -> list[str]:
    """`name(arguments) -> result`, on one line where it fits."""
    result = "" if entry.result is None else f" -> {entry.result}"
    name, arguments = entry.name, entry.arguments
    if entry.kind == "method":
        name, arguments = f"Tensor.{name}", arguments[1:]
    line = f"{indent}{name}({', '.join(arguments)}){result}"
    if len(line) <= WIDTH:
        return [line]
    inner = [f"{indent}    {argument}," for argument in arguments]
    return [f"{indent}{name}(", *inner, f"{indent}){result}"]
