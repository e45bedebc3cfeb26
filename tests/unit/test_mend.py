"""Fixes applied to a text: whole or not at all, the first of those that overlap, line ends kept."""

from __future__ import annotations

import time

import pytest

from nnspec.diagnostics.diagnostic import Applicability, Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.mend import mend
from nnspec.source import Source, Span, plain_newlines

Edits = list[tuple[int, int, str]]


def mended(text: str, *fixes: Edits, applicability: Applicability = "safe") -> tuple[str, int]:
    """The text with fixes, each a list of edits, and how many of them were applied."""
    source = Source("a.nnspec", plain_newlines(text))
    found = []
    for number, edits in enumerate(fixes):
        parts = tuple(Edit(Span(source, start, end), new) for start, end, new in edits)
        label = Label(Span(source, min(e[0] for e in edits), len(source.text)), "", True)
        fix = Fix("mend it", parts, applicability)
        found.append(Diagnostic("E0101", "error", f"{number}", (label,), fix=fix))
    result = mend(text, "a.nnspec", found, ("safe",))
    return result.text, len(result.fixes)


def test_edits_are_applied_in_any_order() -> None:
    assert mended("abcdef", [(4, 5, "E"), (0, 1, "AAA")], [(2, 3, "")]) == ("AAAbdEf", 2)


def test_the_first_of_overlapping_fixes_is_applied_and_the_other_not_at_all() -> None:
    assert mended("abcdef", [(0, 3, "x")], [(2, 4, "y"), (5, 6, "z")]) == ("xdef", 1)
    assert mended("abcdef", [(1, 6, "x")], [(0, 1, "y"), (5, 6, "z")]) == ("ybcdez", 1)


def test_neighbours_do_not_overlap_but_insertions_at_one_place_do() -> None:
    assert mended("abcd", [(0, 2, "x")], [(2, 4, "y")]) == ("xy", 2)
    assert mended("abcd", [(2, 2, "x")], [(2, 2, "y")]) == ("abxcd", 1)
    assert mended("abcd", [(1, 2, "x")], [(2, 2, "y")]) == ("axcd", 1)


def test_a_fix_that_two_findings_share_is_applied_once() -> None:
    assert mended("abcd", [(1, 2, "x")], [(1, 2, "x")]) == ("axcd", 1)


def test_only_wanted_fixes_are_applied() -> None:
    assert mended("abcd", [(1, 2, "x")], applicability="maybe") == ("abcd", 0)


def test_a_fix_of_another_file_or_of_an_older_text_is_left_out() -> None:
    for source in (Source("b.nnspec", "abcd"), Source("a.nnspec", "abc")):
        edit = Edit(Span(source, 0, 1), "x")
        found = Diagnostic(
            "E0101", "error", "", (Label(edit.span, "", True),), fix=Fix("mend it", (edit,), "safe")
        )
        assert mend("abcd", "a.nnspec", [found], ("safe",)).fixes == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_stay_as_they_are_and_new_lines_end_likewise(newline: str) -> None:
    text = newline.join(["one", "two", "three", ""])
    assert mended(text, [(4, 7, "2\n2.5")], [(8, 13, "3")]) == (
        newline.join(["one", "2", "2.5", "3", ""]),
        2,
    )
    assert mended(text, [(4, 8, "")])[0] == newline.join(["one", "three", ""])


def test_mixed_line_ends_stay_mixed() -> None:
    assert mended("one\r\ntwo\nthree\r\n", [(4, 7, "2\n2")]) == ("one\r\n2\r\n2\nthree\r\n", 1)


def test_a_fix_of_very_many_edits_takes_no_time() -> None:
    count = 50_000
    text = "\tx\r\n" * count
    started = time.monotonic()
    result = mended(text, [(3 * i, 3 * i + 1, "    ") for i in range(count)])
    assert result == ("    x\r\n" * count, 1)
    assert time.monotonic() - started < 10  # where each edit copies the text, it takes minutes
