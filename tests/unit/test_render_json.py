"""Diagnostics as programs read them."""

from __future__ import annotations

import json

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.render import FORMATS, choose
from nnspec.source import Source, Span


def test_all_keys_and_one_based_half_open_places() -> None:
    source = Source("net.nnspec", "x = 'é漢'\ny = 400\n")
    span, other = Span(source, 13, 16), Span(source, 4, 10)
    fix = Fix("write 576", (Edit(span, "576"),), "safe")
    labels = (Label(span, "here", True), Label(other, "there"))
    diagnostic = Diagnostic("E0301", "error", "no fit", labels, ("a note",), "write 576", fix)
    place = {"path": "net.nnspec", "line": 2, "column": 5, "end_line": 2, "end_column": 8}
    assert json.loads(choose("json")([diagnostic])) == [
        {
            **place,
            "severity": "error",
            "code": "E0301",
            "name": "shape-mismatch",
            "message": "no fit",
            "labels": [
                {**place, "message": "here", "primary": True},
                {
                    "path": "net.nnspec",
                    "line": 1,
                    "column": 5,
                    "end_line": 2,
                    "end_column": 2,
                    "message": "there",
                    "primary": False,
                },
            ],
            "notes": ["a note"],
            "help": "write 576",
            "fix": {
                "title": "write 576",
                "applicability": "safe",
                "edits": [{**place, "text": "576"}],
            },
        }
    ]


def test_without_extras() -> None:
    source = Source("net.nnspec", "x")
    (shown,) = json.loads(
        choose("json")([Diagnostic("W0209", "warning", "m", (Label(Span(source, 0, 1)),))])
    )
    assert shown["notes"] == [] and shown["help"] is None and shown["fix"] is None
    assert shown["labels"][0]["primary"] is True
    assert shown["name"] == "unused-ignore" and shown["severity"] == "warning"


def test_nothing_is_an_empty_list() -> None:
    assert json.loads(choose("json")([])) == []


def test_short_is_one_line_each() -> None:
    source = Source("dir/net.nnspec", "x = 1\ny = 2\n")
    diagnostic = Diagnostic("E0301", "error", "several\n  lines", (Label(Span(source, 6, 7)),))
    assert choose("short")([diagnostic]) == "dir/net.nnspec:2:1: E0301 several lines\n"


def test_formats() -> None:
    assert all(callable(choose(name)) for name in FORMATS)
    with pytest.raises(ValueError, match="human, short, json"):
        choose("xml")
