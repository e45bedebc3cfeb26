"""Mistakes that are habits: what Python and other languages write and this one does not."""

from __future__ import annotations

import re

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from nnspec.diagnostics.mistakes.characters import error
from nnspec.diagnostics.mistakes.edits import remove_lines, replace, requote
from nnspec.record import replaced
from nnspec.source import Span

# What to do in place of what Python's statements do.
_INSTEAD_OF = {
    "assert": '`require condition, "why"` states a fact about hyperparameters, `where` one about shapes',
    "class": "a layer type is written `module Name(hyperparameters):`",
    "del": "names need not be deleted",
    "except": "there are no exceptions in the language",
    "exec": "a spec never runs code",
    "finally": "there are no exceptions in the language",
    "global": "a def sees the members and hyperparameters around it; it returns what it makes",
    "import": "`from .file import Name` takes names from another spec; torch's are there already",
    "nonlocal": "a def sees the members and hyperparameters around it; it returns what it makes",
    "raise": '`require condition, "why"` refuses hyperparameters, `where` refuses shapes',
    "try": "there are no exceptions in the language",
    "with": "there are no context managers in the language; `w.detach()` stops gradients",
    "yield": "a def returns a list: `ys = []`, `ys += [y]`, `return ys`",
    "async": "forward code has no coroutines",
    "await": "forward code has no coroutines",
}


def python_statement(span: Span, word: str) -> Diagnostic:
    """A statement of Python that the language has not got. span: its first word."""
    return error("E0113", span, f"`{word}` is not part of the language", help=_INSTEAD_OF.get(word))


# `import torch`, `import torch.nn as nn`, `import torch.nn.functional as F`: names that a spec has anyway.
_KNOWN_ALREADY = re.compile(r"import\s+torch(\.nn(\s+as\s+nn|\.functional\s+as\s+F)?)?\s*")


def python_import(line: Span) -> Diagnostic:
    """`import torch`. line: the whole statement."""
    word = Span(line.source, line.start, line.start + len("import"))
    mistake = python_statement(word, "import")
    if not _KNOWN_ALREADY.fullmatch(line.text):
        return mistake
    return replaced(mistake, fix=remove_lines("remove the line", line, "safe"))


def decorator(span: Span, line: Span) -> Diagnostic:
    """`@decorator`. line: the whole of it."""
    return error(
        "E0113",
        span,
        "there are no decorators in the language",
        help="remove the line",
        fix=remove_lines("remove the line", line, "maybe"),
    )


def anonymous_function(span: Span) -> Diagnostic:
    """`lambda x: ...`."""
    return error(
        "E0114",
        span,
        "there are no lambdas in the language",
        help="write a `def` and use its name",
    )


def equals_in_condition(span: Span) -> Diagnostic:
    """`if x = 3:`."""
    return error(
        "E0115",
        span,
        "`=` assigns, it does not compare",
        help="type `==`",
        fix=replace("write `==`", span, "=="),
    )


def increment(span: Span, operator: str) -> Diagnostic:
    """`x++`."""
    return error(
        "E0116",
        span,
        f"there is no `{operator}`",
        help=f"write `{operator[0]}= 1`",
        fix=replace(f"write `{operator[0]}= 1`", span, f" {operator[0]}= 1"),
    )


def else_if(span: Span) -> Diagnostic:
    """`else if`."""
    return error(
        "E0101",
        span,
        "`else if` is one word here",
        help="write `elif`",
        fix=replace("write `elif`", span, "elif"),
    )


def set_literal(span: Span) -> Diagnostic:
    """`{a, b}`."""
    return error(
        "E0119",
        span,
        "there are no sets in the language",
        help="write a list: `[a, b]`",
        fix=requote("write a list", span, "[", "]", "maybe"),
    )


def loop_else(span: Span, loop: str) -> Diagnostic:
    """`else` behind a loop. loop: `for` or `while`."""
    return error(
        "E0121",
        span,
        f"a `{loop}` loop has no `else`",
        help="put the lines behind the loop, or under an `if`",
    )


def stray_else(span: Span, word: str) -> Diagnostic:
    """`else` or `elif` without an `if`."""
    return error(
        "E0121",
        span,
        f"this `{word}` belongs to no `if`",
        help="align it with its `if`, with nothing but the `if`'s block in between",
    )


# --- assignments ---------------------------------------------------------------------------------------


def attribute_target(span: Span, name: str) -> Diagnostic:
    """`self.x = value`."""
    if span.text.startswith("self."):
        fix = replace("remove `self.`", Span(span.source, span.start, span.start + 5), "", "maybe")
        return error(
            "E0117",
            span,
            "nothing is stored in `self`",
            help=f"declare a layer in the body of the module: `{name} = ...`; a local needs no `self.`",
            fix=fix,
        )
    return error(
        "E0117",
        span,
        "an attribute cannot be assigned to",
        help="values are never changed; declare layers and parameters in the body of their module",
    )


def bad_target(span: Span) -> Diagnostic:
    """Something on the left of `=` that is no name."""
    return error(
        "E0117",
        span,
        "this cannot be assigned to",
        help="a name, or names with commas, stands here",
    )


def let_target(span: Span) -> Diagnostic:
    """`let` with something else than names."""
    return error("E0117", span, "`let` gives values to names only", help="write `let name = value`")


def several_members(span: Span) -> Diagnostic:
    """`a, b = ...` in the body of a module."""
    return error(
        "E0117",
        span,
        "a member has one name",
        help="declare layers one by one; `let a, b = ...` unpacks static values",
    )


def grown_in_place(span: Span, name: Span, method: str, more: Span) -> Diagnostic:
    """`xs.append(x)` as a statement. span: all of it. name: the list. more: what is added."""
    added = f"[{more.text}]" if method == "append" else more.text
    line = f"{name.text} += {added}"
    shown = (
        line if "\n" not in line else f"{name.text} += {'[...]' if method == 'append' else '...'}"
    )
    return error(
        "E0416",
        span,
        f"lists are never changed in place: there is no `{method}`",
        help=f"write `{shown}`",
        fix=replace(f"write `{shown}`", span, line),
    )


def chained_assignment(span: Span) -> Diagnostic:
    """`a = b = value`. span: the second target."""
    return error(
        "E0117", span, "a line assigns once", help="write the second assignment on its own line"
    )


def annotated_assignment(target: Span, type_: Span, has_value: bool) -> Diagnostic:
    """`x: [B] = value` in code."""
    fix = None
    if has_value:
        fix = replace("remove the type", Span(target.source, target.end, type_.end), "")
    return error(
        "E0118",
        target.to(type_),
        "a local has no type annotation",
        "the compiler infers the type",
        help=f"write `{target.text} = ...`",
        fix=fix,
    )


def self_needed_not(span: Span, rest: Span, attribute: str) -> Diagnostic:
    """`self.name`: members are called by their names alone. span: all of it; rest: from `self` to the dot."""
    return error(
        "E0210",
        span,
        f"members need no `self`: write `{attribute}`",
        fix=Fix("drop `self.`", (Edit(rest, ""),), "safe"),
    )


def self_argument(span: Span, upto: Span) -> Diagnostic:
    """A method that lists `self` among its arguments. upto: `self` with the comma after it."""
    return error(
        "E0210",
        span,
        "methods need no `self` among their arguments",
        fix=Fix("drop `self`", (Edit(upto, ""),), "safe"),
    )


def self_alone(span: Span) -> Diagnostic:
    """`self` as a value."""
    return error(
        "E0210",
        span,
        "there is no `self`: members are called by their names alone",
        help="write `conv(x)` for `self.conv(x)`; a module cannot hand itself on",
    )


def foreign_word(name: str, span: Span, meant: str) -> Diagnostic:
    """A word of another language for something that has a word here."""
    return error(
        "E0211",
        span,
        f"there is no `{name}` here",
        help=f"write `{meant}`",
        fix=Fix(f"write `{meant}`", (Edit(span, meant),), "safe"),
    )


def super_call(span: Span) -> Diagnostic:
    """`super()` in a spec."""
    return error(
        "E0211",
        span,
        "modules have no base class to call: there is no `super`",
        help="leave the line out; the built Python calls `super().__init__()` by itself",
    )


def print_call(span: Span) -> Diagnostic:
    """`print` in a spec."""
    return error(
        "E0211",
        span,
        "a spec does nothing but compute: there is no `print`",
        help="look at values with a forward hook on the loaded model, or in the built Python",
    )
