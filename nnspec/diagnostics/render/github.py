"""Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines of a change.

The form of the commands: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.render.order import ordered
from nnspec.diagnostics.render.places import from_top
from nnspec.diagnostics.render.summary import counted

LIMIT = 10  # of each severity, as many as GitHub shows of one step


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """`::error file=...::message`, errors before warnings; at most `LIMIT` of each, then a notice that counts the rest."""
    shown = ordered(diagnostics)
    out: list[str] = []
    rest: list[str] = []
    for severity in ("error", "warning"):
        of_it = [d for d in shown if d.severity == severity]
        out += [_command(d) for d in of_it[:LIMIT]]
        if len(of_it) > LIMIT:
            rest.append(counted(len(of_it) - LIMIT, f"more {severity}"))
    if rest:
        message = f"and {', '.join(rest)} (`nnspec check` without `--format github` shows them)"
        out.append(f"::notice title=nnspec::{_data(message)}\n")
    return "".join(out)


def _command(diagnostic: Diagnostic) -> str:
    source = diagnostic.span.source
    line, column = source.position(diagnostic.span.start)
    end_line, end_column = source.position(diagnostic.span.end)
    properties: dict[str, object] = {"file": from_top(source.path) or source.path, "line": line}
    if line == end_line:
        properties |= {"endLine": end_line, "col": column, "endColumn": end_column}
    else:  # columns are of one line only
        properties |= {"endLine": end_line}
    properties["title"] = f"nnspec {diagnostic.code} ({CODES[diagnostic.code].name})"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    remarks = [f"note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        remarks.append(f"help: {diagnostic.help}")
    message = "\n".join([diagnostic.message, *remarks])
    return f"::{diagnostic.severity} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
