"""Diagnostics as a person sees them: carets, messages, notes and fixes in their places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.render import choose
from nnspec.diagnostics.render.human import render
from nnspec.diagnostics.render.summary import summary
from nnspec.source import Source, Span

SPEC = """\
module Net(classes: int = 10):
    fc1 = Linear(400, 120)
    fc2 = Linear(120, classes)

    def forward(x: [B, 576]) -> [B, classes]:
        return x |> fc1 |> fc2
"""


def at(source: Source, text: str, nth: int = 1) -> Span:
    """The span of the nth occurrence of a text."""
    start = -1
    for _ in range(nth):
        start = source.text.index(text, start + 1)
    return Span(source, start, start + len(text))


def error(*labels: Label, **more: object) -> Diagnostic:
    """An error with these labels."""
    return Diagnostic("E0301", "error", "the shapes do not fit", labels, **more)  # type: ignore[arg-type]


def test_one_label() -> None:
    source = Source("net.nnspec", SPEC)
    assert render([error(Label(at(source, "400"), "576 arrive here", True))]) == (
        "error[E0301]: the shapes do not fit\n"
        " --> net.nnspec:2:18\n"
        "  |\n"
        "2 |     fc1 = Linear(400, 120)\n"
        "  |                  ^^^ 576 arrive here\n"
        "\n"
    )


def test_labels_of_one_line_are_stacked() -> None:
    source = Source("net.nnspec", SPEC)
    labels = [
        Label(at(source, "fc1", 2), "takes 400", True),
        Label(at(source, "x |>").to(at(source, "x |>")), "has 576"),
        Label(at(source, "fc2", 2), "gives classes"),
    ]
    assert render([error(*labels)]).splitlines()[3:] == [
        "6 |         return x |> fc1 |> fc2",
        "  |                ---- ^^^    --- gives classes",
        "  |                |    |",
        "  |                |    takes 400",
        "  |                has 576",
        "",
    ]


def test_lines_between_are_left_out_but_not_a_single_one() -> None:
    source = Source("net.nnspec", SPEC)
    far = render([error(Label(at(source, "fc1", 2), "", True), Label(at(source, "400"), "here"))])
    assert far.splitlines()[3:8] == [
        "2 |     fc1 = Linear(400, 120)",
        "  |                  --- here",
        "...",
        "6 |         return x |> fc1 |> fc2",
        "  |                     ^^^",
    ]
    near = render([error(Label(at(source, "576"), "", True), Label(at(source, "120", 2), "here"))])
    assert near.splitlines()[3:8] == [
        "3 |     fc2 = Linear(120, classes)",
        "  |                  --- here",
        "4 |",
        "5 |     def forward(x: [B, 576]) -> [B, classes]:",
        "  |                        ^^^",
    ]


def test_several_lines_have_a_bar() -> None:
    source = Source("net.nnspec", SPEC)
    whole = Span(source, source.text.index("def"), len(source.text))
    assert render([error(Label(whole, "this method", True))]).splitlines()[3:] == [
        "5 | /     def forward(x: [B, 576]) -> [B, classes]:",
        "6 | |         return x |> fc1 |> fc2",
        "  | |______________________________^ this method",
        "",
    ]


def test_a_bar_can_begin_within_a_line() -> None:
    source = Source("net.nnspec", "a = f(\n    x,\n    y,\n    z,\n    u,\n)\n")
    span = Span(source, 4, len(source.text) - 1)
    assert render([error(Label(span, "a call", True))]).splitlines()[3:] == [
        "1 |   a = f(",
        "  |  _____^",
        "2 | |     x,",
        "... |",
        "5 | |     u,",
        "6 | | )",
        "  | |_^ a call",
        "",
    ]


def test_nested_bars_stand_side_by_side() -> None:
    source = Source("net.nnspec", "f(\n  g(\n    x\n  )\n)\n")
    inner = Span(source, 5, source.text.index("  )\n") + 3)
    outer = Span(source, 0, len(source.text) - 1)
    shown = render([error(Label(inner, "inner", True), Label(outer, "outer"))]).splitlines()[3:]
    assert shown == [
        "1 | /  f(",
        "2 | |/   g(",
        "3 | ||     x",
        "4 | ||   )",
        "  | ||___^ inner",
        "5 | |  )",
        "  | |__- outer",
        "",
    ]


@pytest.mark.parametrize(
    ("line", "mark", "caret"),
    [
        ("\tx = bad", "bad", "        ^^^"),
        ("a\tx = bad", "bad", "        ^^^"),
        ("x = '漢字' + bad", "bad", "             ^^^"),
        ("x = 漢字", "漢字", "    ^^^^"),
        ("e\u0301 = bad", "bad", "    ^^^"),
        ("e\u0301 = 1", "\u0301", "^"),
        ("x = '\x1b[31m' + bad", "bad", "              ^^^"),
    ],
)
def test_carets_stand_under_what_they_mean(line: str, mark: str, caret: str) -> None:
    source = Source("net.nnspec", line + "\n")
    assert render([error(Label(at(source, mark), "", True))]).splitlines()[4] == f"  | {caret}"


def test_nothing_in_a_spec_steers_the_terminal() -> None:
    source = Source("net\x1b[2J.nnspec", "x = '\x1b]0;title\x07\u202e'\n")
    diagnostic = Diagnostic(
        "E0301", "error", "name \x1b[1m", (Label(Span(source, 0, 1), "\x9b1m"),), ("\x07",), "\x08"
    )
    for name in ("human", "short"):
        assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", choose(name)([diagnostic])) is None


def test_a_long_line_is_cut_around_the_mark() -> None:
    source = Source("net.nnspec", "x = " + "a + " * 100 + "bad" + " + b" * 100 + "\n")
    shown = render([error(Label(at(source, "bad"), "here", True))]).splitlines()
    line, carets = shown[3], shown[4]
    assert line.startswith("1 | ...") and line.endswith("...") and len(line) == len("1 | ") + 120
    assert line.index("bad") == carets.index("^^^ here")


def test_a_long_mark_is_cut_at_the_end_of_what_is_shown() -> None:
    source = Source("net.nnspec", "x = " + "a" * 1000 + "\n")
    shown = render([error(Label(at(source, "a" * 1000), "", True))]).splitlines()
    assert shown[4] == "  |     " + "^" * 116


def test_the_end_of_a_line_and_of_a_file_can_be_marked() -> None:
    source = Source("net.nnspec", "x = (\n")
    assert render([error(Label(Span(source, 5, 5), "`)` is missing", True))]).splitlines()[4] == (
        "  |      ^ `)` is missing"
    )
    assert render([error(Label(Span(source, 6, 6), "ends", True))]).splitlines()[1:5] == [
        " --> net.nnspec:2:1",
        "  |",
        "2 |",
        "  | ^ ends",
    ]
    empty = Source("net.nnspec", "")
    assert "1 |" in render([error(Label(Span(empty, 0, 0), "", True))])


def test_another_file_has_a_part_of_its_own() -> None:
    source, other = Source("net.nnspec", SPEC), Source("parts.nnspec", "x = 400\n")
    shown = render([error(Label(at(source, "576"), "", True), Label(at(other, "400"), "there"))])
    assert shown.splitlines()[5:9] == [
        " ::: parts.nnspec:1:5",
        "  |",
        "1 | x = 400",
        "  |     --- there",
    ]


def test_notes_help_and_fix() -> None:
    source = Source("net.nnspec", SPEC)
    fix = Fix("write 576", (Edit(at(source, "400"), "576"),), "safe")
    label = Label(at(source, "400"), "", True)
    shown = render([error(label, notes=("one\ntwo",), help="it takes 576", fix=fix)])
    assert shown.splitlines()[5:] == [
        "  |",
        "  = note: one",
        "          two",
        "  = help: it takes 576",
        "fix: write 576",
        "  |",
        "2 -     fc1 = Linear(400, 120)",
        "2 +     fc1 = Linear(576, 120)",
        "",
    ]


def test_a_fix_that_only_repeats_the_help_is_not_titled() -> None:
    source = Source("net.nnspec", SPEC)
    fix = Fix("write 576", (Edit(at(source, "400"), "576"),))
    shown = render([error(Label(at(source, "400"), "", True), help="write 576", fix=fix)])
    assert shown.count("write 576") == 1
    assert "possible fix: write 576" in render([error(Label(at(source, "400")), fix=fix)])


def test_a_fix_may_add_and_remove_lines_and_edit_other_files() -> None:
    source, other = Source("net.nnspec", SPEC), Source("parts.nnspec", "x = 400")
    start = source.text.index("    fc1")
    edits = (
        Edit(Span(source, start, start), "    pad = Identity()\n"),
        Edit(Span(source, source.text.index("    fc2"), source.text.index("\n\n") + 1), ""),
        Edit(at(other, "400"), "576"),
    )
    shown = render([error(Label(at(source, "576"), "", True), fix=Fix("do", edits, "safe"))])
    assert shown.splitlines()[5:] == [
        "  |",
        "fix: do",
        "  |",
        "2 +     pad = Identity()",
        "3 -     fc2 = Linear(120, classes)",
        " ::: parts.nnspec",
        "  |",
        "1 - x = 400",
        "1 + x = 576",
        "",
    ]


def test_of_a_fix_at_many_places_some_are_shown() -> None:
    source = Source("net.nnspec", "".join(f"\tx{i}\n" for i in range(12)))
    spans = [Span(source, start, start + 1) for start in source.line_starts[:12]]
    fix = Fix("indent by spaces", tuple(Edit(span, "    ") for span in spans), "safe")
    shown = render([error(Label(spans[0], "", True), fix=fix)]).splitlines()
    assert sum(" +     x" in line for line in shown) == 8
    assert shown[-2:] == ["... and 4 more places", ""]


def test_order_is_by_path_place_and_code_and_doubles_are_dropped() -> None:
    a, b = Source("a.nnspec", SPEC), Source("b.nnspec", SPEC)
    late, early = Label(at(a, "fc2"), "", True), Label(at(a, "fc1"), "", True)
    given = [
        error(Label(at(b, "fc1"), "", True)),
        error(late),
        Diagnostic("W0209", "warning", "m", (early,)),
        error(early),
        error(late),
    ]
    lines = choose("short")(given).splitlines()
    assert lines == choose("short")(given[::-1]).splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["a.nnspec:2:5:", "E0301"],
        ["a.nnspec:2:5:", "W0209"],
        ["a.nnspec:3:5:", "E0301"],
        ["b.nnspec:2:5:", "E0301"],
    ]


def test_at_most_twenty_errors_are_shown_and_the_rest_counted() -> None:
    source = Source("net.nnspec", "x\n" * 30)
    many = [error(Label(Span(source, 2 * i, 2 * i + 1), "", True)) for i in range(30)]
    shown = render(many)
    assert shown.count("error[E0301]") == 20
    assert "... and 10 more errors" in shown
    assert len(choose("short")(many).splitlines()) == 30
    assert "1 more error " in render(many[:21]) and "more error" not in render(many[:20])


def test_a_long_way_is_broken_before_an_arrow() -> None:
    source = Source("net.nnspec", SPEC)
    steps = [f"layer{i} → [1, 16, {i}00, {i}00]" for i in range(1, 5)]
    way = " → ".join(["x: [1, 3, 1200, 800]", *steps])
    shown = render([error(Label(at(source, "400"), "", True), notes=(way,))]).splitlines()
    first = next(i for i, line in enumerate(shown) if "note" in line)
    assert shown[first].startswith("  = note: x: [1, 3, 1200, 800] → layer1 →")
    assert shown[first + 1].startswith("          → layer")
    assert all(len(line) <= 120 for line in shown)
    told = " ".join(line.strip() for line in shown[first : first + 2])
    assert told == f"= note: {way}"


def test_summary() -> None:
    source = Source("net.nnspec", SPEC)
    bad = error(Label(at(source, "400"), "", True))
    worse = error(Label(at(source, "120"), "", True))
    warning = Diagnostic("W0209", "warning", "m", (Label(at(source, "fc1")),))
    assert summary([], 3) == "3 files checked, no problems\n"
    assert summary([], 1) == "1 file checked, no problems\n"
    assert summary([bad, worse, warning], 3) == "2 errors, 1 warning in 1 file\n"
    assert summary([warning], 3) == "1 warning in 1 file\n"


def test_color_only_adds_escapes() -> None:
    source = Source("net.nnspec", SPEC)
    fix = Fix("write 576", (Edit(at(source, "400"), "576"),), "safe")
    whole = Span(source, source.text.index("def"), len(source.text))
    labels = (Label(at(source, "400"), "a", True), Label(whole, "b"), Label(at(source, "fc1"), "c"))
    given = [error(*labels, notes=("n",), help="h", fix=fix)]
    colored = render(given, color=True)
    assert "\x1b[1;31merror[E0301]\x1b[0m" in colored
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == render(given)


TEXTS = st.text(st.sampled_from("ab (\t\n\r漢é\u0301\x1b\u202e#'\"\\"), max_size=60)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5))
def test_any_places_of_any_text_can_be_shown(text: str, places: list[tuple[int, int]]) -> None:
    source = Source("net.nnspec", text)
    spans = []
    for one, two in places:
        start, end = sorted((min(one, len(text)), min(two, len(text))))
        spans.append(Span(source, start, end))
    labels = [Label(span, f"message {i}", i == 0) for i, span in enumerate(spans)]
    shown = render([error(*labels, fix=Fix("do", (Edit(spans[0], "new\n"),)))])
    assert all(f"message {i}" in shown for i in range(len(spans)))
    assert re.search("[\x00-\x09\x0b-\x1f\u202e]", shown) is None
    assert all(line == line.rstrip() for line in shown.split("\n"))
    head = shown.split("\nfix")[0].split("\npossible fix")[0]
    # Nothing is drawn over a message or a source line: each line of source stands as it is.
    for line in re.findall(r"^ *\d+ \|(.*)$", head, re.MULTILINE):
        assert "^" not in line
