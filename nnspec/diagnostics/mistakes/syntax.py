"""Mistakes of syntax, one function each: what is wrong, and what to type instead."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from nnspec.diagnostics.mistakes.characters import end_of, error
from nnspec.diagnostics.mistakes.edits import enclose, remove_lines, replace
from nnspec.source import Span

# --- the general case ----------------------------------------------------------------------------------


def unexpected(span: Span, found: str, expected: str, after: str = "") -> Diagnostic:
    """Something that cannot stand where it stands.

    found: what it is, in words; expected: what could; after: behind what, in words.
    """
    place = f" {after}" if after else ""
    return error("E0101", span, f"expected {expected}{place}, found {found}")


def missing_colon(end: Span, header: str) -> Diagnostic:
    """A header without its colon. end: the empty span where it belongs; header: such as `the module's header`."""
    return error(
        "E0102",
        end,
        f"expected `:` after {header}",
        help="end the line with `:`",
        fix=replace("add `:`", end, ":"),
    )


def missing_block(header: Span, what: str) -> Diagnostic:
    """A header that nothing follows. what: such as `the body of the module`."""
    return error(
        "E0110",
        header,
        f"{what} is missing",
        "the lines that follow are not indented",
        help="indent its lines by four spaces, or write `pass`",
    )


def reserved_word(span: Span, word: str) -> Diagnostic:
    """A keyword where a name should stand."""
    return error(
        "E0112",
        span,
        f"`{word}` is a word of the language and cannot be a name",
        help=f"call it `{word}_`",
        fix=replace(f"call it `{word}_`", span, f"{word}_", "maybe"),
    )


# --- declarations and lines in the wrong place ---------------------------------------------------------


def misplaced(span: Span, what: str, where: str, help: str) -> Diagnostic:
    """A line that belongs elsewhere. what: `a layer`; where: `at the top of a file`; help: what to do."""
    return error("E0120", span, f"{what} cannot stand {where}", help=help)


def assignment_in_file(span: Span, name: str) -> Diagnostic:
    """`name = value` at the top of a file. span: up to the `=`."""
    start = Span(span.source, span.start, span.start)
    return error(
        "E0120",
        span,
        "an assignment cannot stand at the top level of a file",
        help=f"a layer belongs into a `module`; an instance is declared with `model {name} = ...`",
        fix=replace("declare a model", start, "model ", "maybe"),
    )


def annotated_member(span: Span, name: str) -> Diagnostic:
    """`name: type = value` in the body of a module."""
    return error(
        "E0118",
        span,
        "a member has no type annotation",
        help=f"write `{name} = ...` for a layer, `let {name} = ...` for a static value, "
        f"`param {name}: [...]` for a tensor",
    )


def unknown_member(span: Span, word: str, near: str) -> Diagnostic:
    """A line in the body of a module that begins with two names. near: the word that may be meant."""
    return error(
        "E0136",
        span,
        f"`{word}` begins no declaration",
        help=f"did you mean `{near}`?",
        fix=replace(f"write `{near}`", span, near, "maybe"),
    )


def needless_let(span: Span) -> Diagnostic:
    """`let` in forward code. span: the word with the blanks behind it."""
    return error(
        "E0120",
        Span(span.source, span.start, span.start + 3),
        "code assigns without `let`",
        help="write `name = value`",
        fix=replace("remove `let`", span, ""),
    )


def unknown_declaration(span: Span, word: str, near: str | None) -> Diagnostic:
    """A line at the top of a file that declares nothing. near: the declaration word that may be meant."""
    declarations = "`module`, `model`, `def`, `type`, `check`, `from`"
    return error(
        "E0136",
        span,
        f"`{word}` begins no declaration" if word else "this begins no declaration",
        help=f"did you mean `{near}`?" if near else f"the declarations are {declarations}",
        fix=replace(f"write `{near}`", span, near, "maybe") if near else None,
    )


def not_in_model(span: Span) -> Diagnostic:
    """A member other than `init`, `tie`, `freeze` below a `model`."""
    return error(
        "E0120",
        span,
        "only `init`, `tie` and `freeze` lines can stand below a `model`",
        help="layers belong into a `module`",
    )


def missing_parentheses(end: Span) -> Diagnostic:
    """A `def` without its arguments. end: the empty span behind its name."""
    return error(
        "E0123",
        end,
        "expected `(` after the name of the def",
        help="write `()` where it takes no arguments",
        fix=replace("add `()`", end, "()"),
    )


def double_star_param(span: Span) -> Diagnostic:
    """`**kwargs` in a signature."""
    return error(
        "E0133",
        span,
        "a signature takes no `**` arguments",
        help="name every argument: the checker has to know them",
    )


def second_marker(span: Span, first: Span) -> Diagnostic:
    """Two bare `*` in one signature."""
    return error(
        "E0133", span, "a signature has one `*`", also=((first, "the first one stands here"),)
    )


# Packages that PyTorch code imports and no spec has a use for.
FOREIGN = frozenset("torch nn torchvision einops numpy math typing collections functools".split())


def foreign_import(span: Span, module: str, line: Span, new_names: bool) -> Diagnostic:
    """`from torch import nn`.

    span: the name behind `from`; line: the whole statement; new_names: whether it gives names that torch has not.
    """
    root = module.partition(".")[0]
    help = "remove the line: torch's layers and functions need no import"
    if root == "einops":
        help = "remove the line: `rearrange`, `reduce` and `repeat` need no import"
    elif root != "torch" and root != "nn":
        help = "remove the line: only other specs are imported"
    known = (root in ("torch", "nn") or module == "einops") and not new_names
    fix = remove_lines("remove the line", line, "safe" if known else "maybe")
    return error("E0130", span, f"`{module}` is not a spec", help=help, fix=fix)


def import_without_file(span: Span, text: str) -> Diagnostic:
    """`from . import name`, or a malformed path."""
    return error(
        "E0130",
        span,
        f"`{text}` names no spec",
        help="write the file's name without its ending: `from .blocks import Block`",
    )


def star_import(span: Span) -> Diagnostic:
    """`from .blocks import *`."""
    return error("E0130", span, "an import lists its names", help="write the names out")


def check_line(span: Span, word: str) -> Diagnostic:
    """A line of a `check` that is none of its forms. word: its first word."""
    return error(
        "E0131",
        span,
        f"`{word}` is not something that a check can compare",
        help="the lines of a check are `forward(types) -> types`, `params == n`, `flops(x=[...]) <= n`, "
        '`memory(x=[...]) <= n` and `fails "E0301"`',
    )


def fails_without_code(span: Span) -> Diagnostic:
    """`fails` without a code in quotes."""
    return error("E0131", span, "`fails` names a code in quotes", help='write `fails "E0301"`')


# --- expressions and types -----------------------------------------------------------------------------


def missing_else(end: Span) -> Diagnostic:
    """`a if b` without `else`. end: the empty span where it belongs."""
    return error(
        "E0122",
        end,
        "expected `else` after the condition",
        help="a value needs both branches: `... if condition else None`",
        fix=replace("add `else None`", end, " else None", "maybe"),
    )


def pipe_target(span: Span) -> Diagnostic:
    """`x |> 3`."""
    return error(
        "E0127",
        span,
        "`|>` leads into something that can be called",
        help="write a layer, a function, or a call that lacks its first argument: `x |> pool(2)`",
    )


def pipe_goes_on(span: Span, operator: str, pipeline: Span) -> Diagnostic:
    """`x |> f + 1`. span: the operator; pipeline: what stands before it."""
    return error(
        "E0127",
        span,
        f"`{operator}` cannot follow the target of `|>`",
        help=f"put the pipeline in parentheses: `(x |> f) {operator} ...`",
        fix=enclose("put the pipeline in parentheses", pipeline, "(", ")", "maybe"),
    )


def dot_number(span: Span, number: str) -> Diagnostic:
    """`net.2` in an expression."""
    return error(
        "E0101",
        span,
        "a number cannot follow a dot in an expression",
        help=f"write `[{number}]`",
        fix=replace(f"write `[{number}]`", span, f"[{number}]"),
    )


def path_index(span: Span, number: Span | None) -> Diagnostic:
    """`init net[2].weight`. span: the bracket; number: up to the closing one, where a number stands in them."""
    fix = None
    if number is not None:
        dotted = f".{number.text[1:-1].strip()}"
        fix = replace(f"write `{dotted}`", number, dotted)
    return error(
        "E0101",
        span,
        "a path has no brackets",
        help="write numbers with dots, `net.2.weight`, and `*` for any: `h.*.weight`",
        fix=fix,
    )


def check_without_method(span: Span, line: Span) -> Diagnostic:
    """`([B, 3]) -> [B, 10]` in a check. span: the bracket that it begins with; line: the whole of it."""
    call = line.text if span.text == "(" else "(...) -> ..."
    return error(
        "E0101",
        span,
        "a line of a check begins with the method that it calls",
        help=f"write `forward{call}`",
        fix=replace("write `forward`", span, "forward(") if span.text == "(" else None,
    )


def colon_in_check(span: Span, name: str) -> Diagnostic:
    """`forward(x: [B, 3])` in a check. span: the colon."""
    text, stop = span.source.text, span.end
    while text[stop : stop + 1] == " ":
        stop += 1
    return error(
        "E0101",
        span,
        "a check calls the method: it gives arguments, and declares none",
        help=f"write `{name}=` in front of the type, or the type alone",
        fix=replace(f"write `{name}=`", Span(span.source, span.start, stop), "="),
    )


def optional_mark(span: Span) -> Diagnostic:
    """`?` behind a value."""
    return error("E0128", span, "`?` makes a type optional; this is a value")


def type_in_value(span: Span) -> Diagnostic:
    """`list[T]` where a value should stand."""
    return error("E0128", span, "this is a type, but a value should stand here")


def empty_index(span: Span) -> Diagnostic:
    """`x[]`, which only a dtype may bear, and only where a type stands."""
    return unexpected(span, "`]`", "a value", "after `[`")


def type_expected(span: Span) -> Diagnostic:
    """A value where a type should stand."""
    return error("E0134", span, "expected a type here")


def dots_in_tuple_type(span: Span) -> Diagnostic:
    """`...` in a tuple type other than `(T, ...)`."""
    return error(
        "E0134", span, "`...` stands behind one type: `(int, ...)`", help="list the types otherwise"
    )


def star_in_parentheses(span: Span) -> Diagnostic:
    """`(*x)`."""
    return error(
        "E0101",
        span,
        "a starred value stands in a list, a tuple or a call",
        help=f"write `({span.text},)` for a tuple, `[{span.text}]` for a list",
        fix=replace("write a tuple", end_of(span), ",", "maybe"),
    )


def repeated_argument(span: Span, name: str, first: Span) -> Diagnostic:
    """A keyword argument given twice."""
    return error("E0129", span, f"`{name}` is given twice", also=((first, "first given here"),))


def positional_after_keyword(span: Span, keyword: Span) -> Diagnostic:
    """A positional argument behind a keyword argument."""
    return error(
        "E0129",
        span,
        "an argument without a name follows one with a name",
        also=((keyword, "the named one"),),
        help="put it in front, or name it too",
    )


def missing_operator(before: Span, after: Span) -> Diagnostic:
    """Two values side by side in brackets."""
    gap = Span(before.source, before.end, after.start)
    return error(
        "E0101",
        after,
        f"expected `,` or an operator before `{after.text}`",
        fix=Fix("add `,`", (Edit(gap, ", "),), "maybe"),
    )
