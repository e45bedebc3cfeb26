"""The reference of a declaration for the terminal and, as Markdown, for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from nnspec.reference.entry import Entry

WIDTH = 100


def shown(entry: Entry) -> str:
    """One declaration as lines of text for a terminal."""
    lines = [f"{entry.name}, {_kind(entry)}", "", *_call(entry, "  ")]
    for title, rows in sections(entry):
        lines += ["", f"{title}:"]
        for row in rows:
            lines += wrap(
                row,
                WIDTH,
                initial_indent="  ",
                subsequent_indent="      ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"


def page(family: str, summary: str, entries: Sequence[Entry]) -> str:
    """The Markdown page of a family.

    summary: what the library's file says of itself.
    """
    parts = [f"# {family}\n\n{summary}\n\nWritten by `nnspec docs -o`; its source is the library."]
    for entry in entries:
        lines = [f"## {entry.name}", "", f"{_kind(entry)[:1].upper()}{_kind(entry)[1:]}.", ""]
        lines += ["```nnspec-signature", *_call(entry, ""), "```"]
        for title, rows in sections(entry):
            code = title != RULE
            lines += ["", f"{title.capitalize()}:", ""]
            lines += [f"- `{row}`" if code else row for row in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


RULE = "result"


def sections(entry: Entry) -> list[tuple[str, tuple[str, ...]]]:
    """The parts of a reference that have something to say, each with its title."""
    parts: Iterable[tuple[str, tuple[str, ...]]] = (
        ("shapes", entry.methods),
        (RULE, () if entry.rule is None else (entry.rule,)),
        ("parameters, buffers and layers", entry.members),
        ("must hold", entry.obligations),
        ("cost", entry.costs),
        ("where", entry.lets),
    )
    return [(title, rows) for title, rows in parts if rows]


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
