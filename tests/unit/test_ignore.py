"""Comments that silence warnings, and comments that silence nothing."""

from __future__ import annotations

import pytest

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.diagnostics.ignore import silence
from nnspec.source import Source, Span


def found(text: str, *marks: tuple[str, str]) -> list[Diagnostic]:
    """What is left of warnings (or errors), each a code and the text that it marks."""
    source = Source("net.nnspec", text)
    given = []
    for code, marked in marks:
        start = text.index(marked)
        label = Label(Span(source, start, start + len(marked)), "", True)
        given.append(Diagnostic(code, "error" if code[0] == "E" else "warning", "m", (label,)))
    return silence(given, [source])


def codes(left: list[Diagnostic]) -> list[str]:
    return [diagnostic.code for diagnostic in left]


@pytest.mark.parametrize(
    "comment",
    [
        "# nnspec: ignore[W0209]",
        "#nnspec:ignore[W0209]",
        "# nnspec: ignore[ W0301 , W0209 ]  because",
        "# the reason  # nnspec: ignore[W0209]",
    ],
)
def test_a_warning_is_silenced_at_its_line(comment: str) -> None:
    left = found(f"a = 1  {comment}\nz = 2\n", ("W0209", "a"), ("W0209", "z"))
    assert [d.span.text for d in left if d.message == "m"] == ["z"]


def test_the_first_or_last_line_of_a_long_place_will_do() -> None:
    for text in ("f(  # nnspec: ignore[W0209]\n)\n", "f(\n)  # nnspec: ignore[W0209]\n"):
        marked = text[: text.index(")") + 1]
        assert found(text, ("W0209", marked)) == []


def test_an_unused_ignore_is_reported_with_a_fix() -> None:
    (left,) = found("a = 1  # nnspec: ignore[W0209]\n")
    assert left.code == "W0209" and "no W0209" in left.message
    assert left.span.text == "W0209"
    assert left.fix is not None and mended(left) == "a = 1\n"


def test_only_the_idle_codes_go() -> None:
    (left,) = found("a = 1  # nnspec: ignore[W0209, W0399]\n", ("W0209", "a"))
    assert "W0399" in left.message and mended(left) == "a = 1  # nnspec: ignore[W0209]\n"


def test_a_comment_alone_on_its_line_goes_with_the_line() -> None:
    (left,) = found("a = 1\n    # nnspec: ignore[W0209]\nb = 2\n")
    assert mended(left) == "a = 1\nb = 2\n"


def mended(diagnostic: Diagnostic) -> str:
    """The text with the fix made."""
    assert diagnostic.fix is not None
    text = diagnostic.span.source.text
    for edit in diagnostic.fix.edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_errors_cannot_be_silenced() -> None:
    left = found("a = 1  # nnspec: ignore[E0301]\n")
    assert "cannot be silenced" in left[0].message
    assert codes(found("a = 1  # nnspec: ignore[E0301]\n", ("E0301", "a"))) == ["E0301"]


def test_unknown_codes_and_missing_ones() -> None:
    (left,) = found("a = 1  # nnspec: ignore[W0208]\n")
    assert "not a code" in left.message or "no W0208" in left.message
    for comment in ("ignore", "ignore[]", "ignor[W0209]"):
        (left,) = found(f"a = 1  # nnspec: {comment}\n")
        assert "names no code" in left.message


def test_an_early_end_is_not_blamed_on_the_ignores() -> None:
    assert codes(found("a = (\nb = 1  # nnspec: ignore[W0209]\n", ("E0301", "a"))) == ["E0301"]


@pytest.mark.parametrize(
    "text",
    [
        'a = "# nnspec: ignore[W0209]"\n',
        "a = '\\'# nnspec: ignore[W0209]'\n",
        '"""\n# nnspec: ignore[W0209]\n"""\n',
        "a = '''\"\"\"'''  '# nnspec: ignore[W0209]'\n",
        "# nnspec: reads this file\n",
        '"""never closed\n# nnspec: ignore[W0209]\n',
    ],
)
def test_strings_and_other_comments_are_no_ignores(text: str) -> None:
    assert found(text) == []


def test_a_hash_in_a_string_hides_no_comment() -> None:
    assert found("a = '#'  # nnspec: ignore[W0209]\n", ("W0209", "a")) == []
