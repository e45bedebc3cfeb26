"""Fixes of mutated specs: whatever is wrong, their edits lie in the text and can be applied."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnspec.diagnostics.mend import mend
from nnspec.source import Source
from nnspec.syntax.parser import parse

pytestmark = pytest.mark.fuzz

CASES = Path(__file__).resolve().parents[1] / "cases"
TEXTS = [
    path.read_text("utf-8").split("```nnspec\n")[1].split("```")[0]
    for folder in ("syntax", "names")
    for path in sorted((CASES / folder).glob("*.md"))
    if "```nnspec\n" in path.read_text("utf-8")
]
PIECES = st.sampled_from(
    [*" \t\n()[]{}:;,.\"'#=\\!@+*", "    ", "self.", "def __init__(self):\n", "import torch\n"]
    + [
        "class Net(nn.Module):",
        "f'{x!r}'",
        "“",
        "u''",
        "007",
        "&&",
        "|>",
        "->",
        "\u2028",
        "\r",
        "é",
    ]
)


@settings(max_examples=int(os.environ.get("NNSPEC_FUZZ", "300")))
@given(data=st.data())
def test_fixes_of_mutated_specs_can_be_applied(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:at] + data.draw(PIECES) + text[at + cut :]
    text = text.replace("\r", "\n")
    for _ in range(3):
        found = parse(Source("net.nnspec", text)).diagnostics
        for diagnostic in found:
            for edit in diagnostic.fix.edits if diagnostic.fix else ():
                assert 0 <= edit.span.start <= edit.span.end <= len(text)
                assert edit.span.text != edit.text
        text = mend(text, "net.nnspec", found, ("safe", "maybe")).text
