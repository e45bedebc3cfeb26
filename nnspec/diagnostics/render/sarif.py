"""Diagnostics in the Static Analysis Results Interchange Format, version 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; section numbers below are of that text.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.explain import page
from nnspec.diagnostics.registry import CODES
from nnspec.diagnostics.render.order import ordered
from nnspec.diagnostics.render.places import from_top
from nnspec.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "SRCROOT"


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """One SARIF log with one run, with a newline at its end; never colored."""
    return json.dumps(log(diagnostics), ensure_ascii=False, indent=2) + "\n"


def log(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """The log in numbers, strings, lists and dicts. Its rules are those that have results, sorted by code."""
    shown = ordered(diagnostics)
    codes = sorted({d.code for d in shown})
    places: dict[str, int] = {}
    run = {
        "tool": {"driver": _driver(codes)},
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The top of the repository, else the working folder."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, codes, places) for d in shown],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(codes: list[str]) -> dict[str, Any]:
    from nnspec import __version__

    return {"name": "nnspec", "version": str(__version__), "rules": [_rule(c) for c in codes]}


def _rule(name: str) -> dict[str, Any]:
    code = CODES[name]
    text = page(code)
    return {
        "id": code.code,
        "name": code.name,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": _prose(text)},
        "defaultConfiguration": {"level": code.severity},
        "help": {"text": text, "markdown": text},
    }


def _prose(text: str) -> str:
    """The paragraphs of a page, without its heading and its specs."""
    plain = re.sub(r"^```.*?^```$|^#.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n\n".join(" ".join(part.split()) for part in plain.split("\n\n") if part.strip())


def _result(diagnostic: Diagnostic, codes: list[str], places: dict[str, int]) -> dict[str, Any]:
    remarks = [f"note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        remarks.append(f"help: {diagnostic.help}")
    location = _location(diagnostic.labels[0])
    related = [
        {"id": number, **_location(label)} for number, label in enumerate(diagnostic.labels[1:], 1)
    ]
    result = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": "\n".join([diagnostic.message, *remarks])},
        "locations": [location],
        "partialFingerprints": {"nnspecLine/v1": _fingerprint(diagnostic, places)},
    }
    if related:
        result["relatedLocations"] = related
    if diagnostic.fix is not None and diagnostic.fix.edits:
        result["fixes"] = [_fix(diagnostic.fix)]
    return result


def _fingerprint(diagnostic: Diagnostic, places: dict[str, int]) -> str:
    """What stays when lines are added elsewhere: the code, the line's text, and which of equal ones it is (3.27.17)."""
    source = diagnostic.span.source
    line = source.line(diagnostic.span.line).strip()
    key = f"{diagnostic.code}\n{from_top(source.path) or source.path}\n{line}"
    places[key] = places.get(key, 0) + 1
    return sha256(f"{key}\n{places[key]}".encode("utf-8", "surrogateescape")).hexdigest()


def _location(label: Label) -> dict[str, Any]:
    physical = {
        "artifactLocation": _artifact(label.span.source),
        "region": _region(label.span),
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    if label.message:
        location["message"] = {"text": label.message}
    return location


def _artifact(source: Source) -> dict[str, str]:
    """The file as a URI: relative to the repository, or absolute where it lies outside (3.4.3)."""
    relative = from_top(source.path)
    if relative is None:
        return {"uri": Path(source.path).absolute().as_uri()}
    return {"uri": quote(relative.encode("utf-8", "surrogateescape")), "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    """Lines and columns from 1, the end exclusive (3.30)."""
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(fix: Fix) -> dict[str, Any]:
    by_source: dict[int, list[Edit]] = {}
    for edit in fix.edits:
        by_source.setdefault(id(edit.span.source), []).append(edit)
    changes = [
        {
            "artifactLocation": _artifact(edits[0].span.source),
            "replacements": [
                {"deletedRegion": _region(e.span), "insertedContent": {"text": e.text}}
                for e in edits
            ],
        }
        for edits in by_source.values()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}
