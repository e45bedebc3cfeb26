"""Mistakes in single characters, literals, lines and indentation: what is found before the grammar is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnspec.diagnostics.diagnostic import Applicability, Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.mistakes.edits import replace, requote, shift_lines
from nnspec.source import Span

# What a statement begins with; a line that begins with an operator belongs to the one above.
_OPERAND = re.compile(r"(?!(?:and|or|if|else|in|is)\b)\w|[(\[{*\"']")


def error(
    code: str,
    span: Span,
    message: str,
    remark: str = "",
    *,
    help: str | None = None,
    notes: tuple[str, ...] = (),
    also: tuple[tuple[Span, str], ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic with its primary label at `span` and further ones at the spans of `also`."""
    labels = (Label(span, remark, True), *(Label(other, text) for other, text in also))
    return Diagnostic(code, "error", message, labels, notes, help, fix)


def end_of(span: Span) -> Span:
    """The empty span behind `span`, where something is missing."""
    return Span(span.source, span.end, span.end)


# --- limits --------------------------------------------------------------------------------------------


def file_too_large(span: Span, limit: int) -> Diagnostic:
    """A text that is longer than the compiler reads. limit: in characters."""
    return error(
        "E0001",
        span,
        f"this spec has more than the {limit:,} characters that are read",
        help="split it into several files and import them",
    )


def file_too_long(span: Span, limit: int) -> Diagnostic:
    """A text of more words, numbers and operators than the compiler reads. span: where it stopped."""
    return error(
        "E0001",
        span,
        f"this spec has more than the {limit:,} words, numbers and signs that are read",
        "read up to here",
        help="split it into several files and import them",
    )


def nested_too_deeply(span: Span, what: str, limit: int) -> Diagnostic:
    """Brackets, blocks or operators inside one another. what: which of them, in the plural."""
    return error(
        "E0010",
        span,
        f"{what} are nested more than {limit} deep",
        "here",
        help="give parts of it names of their own",
    )


def string_too_long(span: Span, limit: int) -> Diagnostic:
    """A string literal of more than `limit` characters."""
    return error("E0011", span, f"this string has more than {limit:,} characters")


def number_too_long(span: Span, limit: int) -> Diagnostic:
    """A number literal of more than `limit` characters."""
    return error("E0011", span, f"this number has more than {limit:,} digits")


def number_too_large(span: Span) -> Diagnostic:
    """A float literal that overflows."""
    return error(
        "E0011", span, "this number is too large for a float", help="write `inf` for infinity"
    )


# --- characters ----------------------------------------------------------------------------------------


def odd_character(span: Span, character: str) -> Diagnostic:
    """A character that means nothing. span: it and its repetitions."""
    if character == "\\":
        text = span.source.text
        end = text.find("\n", span.end)
        blanks = Span(span.source, span.end, len(text) if end < 0 else end)
        only_blanks = end >= 0 and len(span.text) == 1 and blanks.text.isspace()
        return error(
            "E0106",
            span,
            "a backslash continues a line only as its last character",
            "something follows it",
            help="remove it, or put the expression in parentheses",
            fix=replace("remove the blanks behind it", blanks, "") if only_blanks else None,
        )
    hints = {
        "$": "names have letters, digits and `_`",
        "@": "`@` multiplies matrices",
        "`": 'strings stand in `"`',
    }
    shown = f"`{character}`" if character.isprintable() else f"the character U+{ord(character):04X}"
    return error("E0106", span, f"{shown} has no meaning here", help=hints.get(character))


def lookalike(span: Span, character: str, meant: str, string: Span | None = None) -> Diagnostic:
    """A typographic character in the place of one of ASCII.

    meant: that one; string: for a quote, all up to its partner, where it has one.
    """
    fix: Fix | None = None
    if meant != '"':
        fix = replace(f"write `{meant}`", span, meant)
    elif string is not None and not any(char in string.text for char in '"\\\n'):
        fix = requote(f"write `{meant}`", string, meant, meant, "safe")
    return error(
        "E0106",
        span,
        f"`{character}` only looks like `{meant}`",
        "typographic character",
        help=f"type `{meant}`",
        fix=fix,
    )


def odd_space(span: Span, character: str) -> Diagnostic:
    """White space other than blanks, tabs and newlines."""
    return error(
        "E0106",
        span,
        f"this blank is the character U+{ord(character):04X}, not a space",
        help="type an ordinary space",
        fix=replace("write a space", span, " "),
    )


def semicolon(span: Span, last: bool, indent: int | None) -> Diagnostic:
    """A `;`. last: nothing follows it on its line; indent: of a new line in its place, where there can be one."""
    fix: Fix | None = None
    if last:
        fix = replace("remove it", span, "")
        return error("E0132", span, "a line needs no `;` at its end", help="remove it", fix=fix)
    if indent is not None:
        text, end = span.source.text, span.end
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        gap = Span(span.source, span.start, end)
        fix = replace("begin a new line", gap, "\n" + " " * indent)
    return error(
        "E0132", span, "`;` does not separate statements", help="begin a new line", fix=fix
    )


def semicolon_in_brackets(span: Span) -> Diagnostic:
    """A `;` between the items of a list or of a call."""
    fix = replace("write `,`", span, ",", "maybe")
    return error("E0132", span, "items are separated by `,`, not by `;`", help="type `,`", fix=fix)


def foreign_name(span: Span) -> Diagnostic:
    """A name with letters outside ASCII."""
    odd = next(c for c in span.text if not c.isascii())
    return error(
        "E0111",
        span,
        f"the name `{span.text}` has a letter outside ASCII",
        f"`{odd}`",
        help="names have the letters a-z and A-Z, digits and `_`; strings and comments may hold anything",
    )


def foreign_operator(span: Span, operator: str, meant: str) -> Diagnostic:
    """An operator of another language."""
    text = span.source.text
    before = "" if text[span.start - 1 : span.start].isspace() else " "
    after = "" if text[span.end : span.end + 1].isspace() else " "
    new = f"{before}{meant}{after}" if meant.isalpha() else meant
    if operator == "!":
        new = f"not{after}"
    # Elsewhere `!` binds tighter than what `not` here applies to.
    applicability: Applicability = "maybe" if operator == "!" else "safe"
    return error(
        "E0116",
        span,
        f"`{operator}` is written `{meant}` here",
        help=f"type `{meant}`",
        fix=replace(f"write `{meant}`", span, new, applicability),
    )


def walrus(span: Span) -> Diagnostic:
    """`:=`."""
    return error(
        "E0115",
        span,
        "`:=` is not part of the language",
        help="assign on a line of its own, above: `name = value`",
    )


# --- literals ------------------------------------------------------------------------------------------


def unterminated_string(span: Span, quote: str) -> Diagnostic:
    """A string whose closing quote is missing. span: what it swallowed, or its opening quotes."""
    if len(quote) == 3:
        return error(
            "E0105", span, "this string never ends", "opened here", help=f"close it with `{quote}`"
        )
    # Closing brackets, a comma, a colon at the end of the line were hardly meant for the string.
    body = span.text.rstrip("()[]{},: \t\r")
    end = Span(span.source, span.start + len(body), span.start + len(body))
    plain = len(body) > 1 and not any(char in body for char in "()[]{},#\\")
    return error(
        "E0105",
        span,
        "this string does not end on its line",
        f"no closing `{quote}`",
        fix=replace(f"add `{quote}`", end, quote, "maybe") if plain else None,
        help=f"close it with `{quote}`; a text of several lines stands in `{quote * 3}`",
    )


def string_prefix(span: Span, prefix: str) -> Diagnostic:
    """A letter before a string that is neither `f` nor `r`."""
    message = f"a string cannot have the prefix `{prefix}`"
    if prefix.lower() == "u":
        fix = replace("remove the prefix", span, "")
        return error("E0106", span, message, help="remove it: every string is Unicode", fix=fix)
    if prefix.lower() in ("b", "rb", "br"):
        return error("E0106", span, message, help="there are no bytes in the language")
    return error(
        "E0106", span, message, help="`f` and `r` are the prefixes; or is an operator missing?"
    )


def number_with_unit(span: Span) -> Diagnostic:
    """A number such as `25.6M` where no cost is bounded."""
    help = (
        "a unit may stand in the bound of a `check`, as in `params <= 25.6M`; write all digits here"
    )
    return error("E0124", span, f"`{_short(span.text)}` is not a number here", help=help)


def bad_number(span: Span, text: str) -> Diagnostic:
    """A malformed number."""
    help = "write it as in `1_000`, `0.5`, `1e-5`, `10e9` or `0x1F`"
    fix = None
    if text[-1:] in "jJ":
        help = "there are no imaginary literals; write `torch.complex(zeros_like(x), x)` for `1j * x`, or `polar(r, phi)`"
    elif text.isdigit() and text.startswith("0"):
        help = f"write `{text.lstrip('0')}`"
        fix = replace(help, span, text.lstrip("0"), "maybe")
    elif text[0].isdigit() and text[0:2].lower() not in ("0x", "0b", "0o") and "e" not in text:
        letters = text.lstrip("0123456789_.")
        if letters.isidentifier() and not letters.startswith("_"):
            help = (
                "a name cannot begin with a digit; between a number and a name belongs an operator"
                if letters.lower() not in ("k", "m", "g", "t", "b", "kb", "mb", "gb", "tb", "mib")
                else "the units of a bound are k, M, G and T, and KiB, MiB, GiB and TiB for bytes"
            )
    return error("E0124", span, f"`{_short(text)}` is not a number", help=help, fix=fix)


def bad_escape(span: Span, text: str) -> Diagnostic:
    """A backslash sequence that stands for no character."""
    return error(
        "E0125",
        span,
        f"`{text}` is no character",
        help='write the character itself, double the backslash, or use a raw string: `r"..."`',
    )


def single_brace(span: Span, brace: str) -> Diagnostic:
    """A brace of an f-string without its partner."""
    if brace == "{":
        return error(
            "E0126",
            span,
            "this `{` of the f-string is never closed",
            "opened here",
            help="close it, or write `{{` for a brace; inside the braces the other kind of quotes is used",
        )
    return error(
        "E0126",
        span,
        "a single `}` in an f-string",
        help="write `}}` for a brace",
        fix=replace("double it", span, "}}", "maybe"),
    )


def empty_field(span: Span) -> Diagnostic:
    """`{}` in an f-string."""
    return error(
        "E0126",
        span,
        "nothing stands between these braces",
        help="name the value: `{value}`, or write `{{}}` for the braces themselves",
    )


def nested_field(span: Span) -> Diagnostic:
    """A field inside a format specification."""
    return error(
        "E0126", span, "a format cannot hold fields of its own", help="write the format out"
    )


def backslash_in_field(span: Span) -> Diagnostic:
    """A backslash between the braces of an f-string."""
    return error(
        "E0126",
        span,
        "an expression in an f-string cannot hold a backslash",
        help="give the value a name first",
    )


def field_conversion(span: Span, mark: str, rest: Span) -> Diagnostic:
    """`{x!r}` or `{x=}`. rest: from the mark to the end of the field."""
    return error(
        "E0126",
        span,
        f"`{mark}` is not part of an f-string here",
        help="write the value alone, perhaps with a format: `{x:.3f}`",
        fix=replace(f"remove `{rest.text}`", rest, "", "maybe") if ":" not in rest.text else None,
    )


def format_string_here(span: Span, what: str) -> Diagnostic:
    """An f-string where a plain one must stand. what: what it should be."""
    plain = re.fullmatch(r"([rR]?)[fF]([rR]?)([\"'][^{}]*)", span.text)
    fix = replace("remove the `f`", span, "".join(plain.groups())) if plain else None
    return error(
        "E0126", span, f"an f-string cannot be {what}", help="write a plain string", fix=fix
    )


# --- lines and indentation -----------------------------------------------------------------------------


def tab_indentation(spans: Sequence[Span], width: int) -> Diagnostic:
    """Lines indented with tabs, in one diagnostic. spans: their indentations."""
    edits = tuple(Edit(span, span.text.expandtabs(width)) for span in spans)
    more = f", and {len(spans) - 1} more lines" if len(spans) > 1 else ""
    return error(
        "E0107",
        spans[0],
        f"this line is indented with a tab{more}",
        help=f"indent with {width} spaces",
        fix=Fix(f"replace every tab by {width} spaces", edits, "safe"),
    )


def inconsistent_dedent(span: Span, column: int, inner: int, outer: int) -> Diagnostic:
    """A line that is indented less than its block and more than the one around it."""
    return error(
        "E0108",
        span,
        f"this line is indented by {column} spaces, which is no block's indentation",
        help=f"indent it by {inner} to stay in the block, by {outer} to leave it",
    )


def unexpected_indent(span: Span, block: Span, column: int) -> Diagnostic:
    """A line that is indented more than the one before, which opens no block.

    block: all lines that are indented so; column: where those of the line above begin.
    """
    return error(
        "E0109",
        span,
        "this line is indented, but the line above opens no block",
        help="align it with the line above; a line that goes on stands in brackets or begins with `|>`",
        fix=(
            shift_lines("align it with the line above", block, len(span.text) - column)
            if _OPERAND.match(span.source.text, span.end)
            else None
        ),
    )


def _short(text: str, width: int = 40) -> str:
    return text if len(text) <= width else f"{text[:width]}…"
