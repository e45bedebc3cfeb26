"""Mistakes of names: E02xx, what a name means and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nnspec.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from nnspec.diagnostics.mistakes import edits, lazy
from nnspec.diagnostics.spelling import did_you_mean, rename, respell
from nnspec.diagnostics.suggest import nearest
from nnspec.source import Span


def unknown_name(
    name: str, span: Span, visible: Iterable[str], library: Iterable[str]
) -> Diagnostic:
    """A name that nothing in sight has.

    visible: the names that the spec gives; library: those that it may use without giving them.
    """
    own, known = set(visible), set(library)
    instead = lazy.named(name, span, known)
    if instead is not None:
        return _error("E0201", f"there is no `{name}` here", span, help=instead[0], fix=instead[1])
    near = nearest(name, own | known)
    # A name of the spec itself is meant more often than one of the hundreds of the library.
    near.sort(key=lambda found: found not in own)
    if not own.intersection(near):
        reason = _left_out(name)
        if reason is not None:
            return _error("E0201", f"there is no `{name}` here", span, help=reason)
    return _error(
        "E0201",
        f"there is no `{name}` here",
        span,
        help=did_you_mean(near),
        fix=respell(span, [found for found in near if found in own] or near),
    )


def _left_out(name: str) -> str | None:
    """What is said about a name of torch that the library leaves out; None for any other."""
    from nnspec.diagnostics import left_out

    return left_out.told_bare(name)


def unknown_dimension(
    name: str,
    span: Span,
    sizes: Iterable[str],
    others: Sequence[Label] = (),
    places: Iterable[Span] = (),
) -> Diagnostic:
    """A lower-case name in a shape that is neither a hyperparameter nor an argument. places: where else it stands."""
    near = nearest(name, sizes)
    new = name[:1].upper() + name[1:]
    help = did_you_mean(near) or (
        f"a new dimension begins with a capital letter: `{new}`"
        if new[:1].isupper()
        else "a new dimension begins with a capital letter"
    )
    return _error(
        "E0202",
        f"there is no size called `{name}`",
        span,
        "not a hyperparameter, an `int` argument or a `let`",
        tuple(others),
        help=help,
        fix=respell(span, near or [new], places) if new != span.text == name else None,
    )


def untold_dimension(name: str, span: Span) -> Diagnostic:
    """A dimension that the code reads, though the shapes of the arguments do not tell it."""
    return _error(
        "E0202",
        f"no argument tells what `{name}` is",
        span,
        "the code reads it, and the shapes of the arguments do not settle it",
        help=f"name a dimension of an argument `{name}`, define it with `where {name} == ...`, or add "
        f"an argument `{name}: int`",
    )


def duplicate(name: str, span: Span, first: Span | None, what: str) -> Diagnostic:
    """A name that is declared twice on one level. what: what `first` declares, in words."""
    return _error(
        "E0203",
        f"`{name}` is {what} already",
        span,
        "declared again here",
        _at(first, "first declared here"),
        help="give one of them another name",
    )


def hides(name: str, span: Span, outer: Span | None, what: str) -> Diagnostic:
    """A name that hides another one of the file. what: what `outer` declares, in words."""
    return _error(
        "E0204",
        f"`{name}` would hide {what}",
        span,
        "the same name again",
        _at(outer, "declared here"),
        help=f"use another name here, such as `{name}_`" if not name.endswith("_") else None,
    )


def argument_is_dimension(name: str, span: Span, argument: Span) -> Diagnostic:
    """A dimension that has the name of an argument that is no int."""
    return _error(
        "E0205",
        f"`{name}` is an argument and a dimension at once",
        span,
        "the dimension",
        _at(argument, "the argument"),
        help="rename one of them; only an `int` argument can be a dimension",
    )


def not_a_member(name: str, span: Span, why: str, instead: str, uses: Iterable[Span]) -> Diagnostic:
    """A name that Python or nn.Module cannot bear as a member.

    why: the reason, in words; uses: where the module has the name elsewhere.
    """
    return _error(
        "E0206",
        f"a member cannot be called `{name}`",
        span,
        why,
        help=f"call it `{instead}`",
        fix=rename(f"call it `{instead}`", instead, (span, *uses)),
    )


def reserved(name: str, span: Span, why: str, instead: str, uses: Iterable[Span]) -> Diagnostic:
    """A top-level name that the Python module needs for itself.

    why: the reason, in words; uses: where the file has the name elsewhere.
    """
    return _error(
        "E0207",
        f"`{name}` cannot be declared at the top of a file",
        span,
        why,
        help=f"call it `{instead}`",
        fix=rename(f"call it `{instead}`", instead, (span, *uses)),
    )


def taken_by_load(name: str, span: Span, instead: str, uses: list[Span]) -> Diagnostic:
    """A hyperparameter whose name `nnspec.load` uses for itself. uses: where else the file has the name."""
    return Diagnostic(
        "W0210",
        "warning",
        f"`nnspec.load` uses `{name}` for itself, so it cannot set this hyperparameter",
        (Label(span, "", primary=True),),
        help=f"call it `{instead}`",
        fix=rename(f"call it `{instead}`", instead, (span, *uses)),
    )


def read_before_assignment(name: str, span: Span, later: Span | None) -> Diagnostic:
    """A local that is read where nothing has been assigned to it."""
    return _error(
        "E0208",
        f"`{name}` is read before it has a value",
        span,
        "nothing has been assigned yet",
        _at(later, "assigned here"),
        help="a name that a def assigns is a local throughout that def",
    )


def asked_before_let(name: str, span: Span) -> Diagnostic:
    """A `where` of a described function that reads what a `let` below it makes."""
    return _error(
        "E0208",
        f"`{name}` is read before it has a value",
        span,
        "a `where` is asked before the `let` lines",
        (),
        help="write the fact as a `require` line below the `let`",
    )


def perhaps_unassigned(name: str, span: Span, where: Span | None) -> Diagnostic:
    """A local that only some of the paths to its use assign."""
    return _error(
        "E0209",
        f"`{name}` may have no value here",
        span,
        "some paths reach this line without assigning it",
        _at(where, "assigned only here"),
        help=f"assign `{name}` on every path, or before them (`{name} = None`)",
    )


def unknown_type(name: str, span: Span, types: Iterable[str]) -> Diagnostic:
    """A type that nothing declares."""
    near = nearest(name, types)
    return _error(
        "E0213",
        f"there is no type `{name}`",
        span,
        help=did_you_mean(near)
        or "types are `int`, `float`, `bool`, `str`, `layer`, shapes such as `[B, 3]`, and your own",
        fix=respell(span, near),
    )


def foreign_type(name: str, span: Span, meant: str) -> Diagnostic:
    """A type by the name that it has elsewhere."""
    fix = None
    if "`" not in meant:
        place = Span(span.source, span.start, span.start + len(name))
        same = meant in ("tensor", "int", "float", "bool", "str", "list", "dict")
        fix = Fix(f"write `{meant}`", (Edit(place, meant),), "safe" if same else "maybe")
    return _error(
        "E0213", f"there is no type `{name}`", span, help=f"write {_ticked(meant)}", fix=fix
    )


def not_a_type(name: str, span: Span, what: str, declared: Span | None) -> Diagnostic:
    """A name of something else where a type is expected. what: what it is, in words."""
    return _error(
        "E0214", f"`{name}` is {what}, not a type", span, others=_at(declared, "declared here")
    )


def declared_below(name: str, span: Span, declared: Span | None) -> Diagnostic:
    """A member that is used on a line above its own."""
    return _error(
        "E0216",
        f"`{name}` is declared further down",
        span,
        "members are made from top to bottom",
        _at(declared, "made here"),
        help=f"move the line of `{name}` above this one",
        fix=edits.lift_line(f"move `{name}` up", declared, span) if declared is not None else None,
    )


def initialiser_as_value(span: Span) -> Diagnostic:
    """An initialiser that is neither called nor fills a parameter."""
    name = span.text
    return _error(
        "E0505",
        f"`{name}` is an initialiser: it fills a tensor",
        span,
        help=f"write `param w: [...] = {name}` or `init w = {name}`, or give it a tensor: `{name}(x)`",
    )


def method_as_function(name: str, span: Span) -> Diagnostic:
    """A tensor method that is called like a function."""
    return _error(
        "E0217",
        f"`{name}` is a method of tensors, not a function",
        span,
        help=f"write `x.{name}(...)`, or `x |> {name}(...)`",
        fix=_as_method(name, span),
    )


def _as_method(name: str, span: Span) -> Fix | None:
    """`view(x, 2)` as `x.view(2)`, where the first argument is such that a dot may follow."""
    call = re.compile(r"\(\s*([A-Za-z_][\w.]*)\s*(?:,\s*|(?=\)))")
    found = call.match(span.source.text, span.end)
    if found is None:
        return None
    new = f"{found[1]}.{name}("
    edit = Edit(Span(span.source, span.start, found.end()), new)
    return Fix(f"write `{new}...)`", (edit,), "maybe")


def unknown_dtype(name: str, span: Span, dtypes: Iterable[str]) -> Diagnostic:
    """A dtype that torch does not have."""
    near = nearest(name, dtypes)
    return _error(
        "E0218",
        f"there is no dtype `{name}`",
        span,
        help=did_you_mean(near) or "dtypes have torch's names: `int64[B, T]`, `bool[T, T]`",
        fix=respell(span, near),
    )


def endless_type(name: str, span: Span) -> Diagnostic:
    """A type that contains itself."""
    return _error("E0219", f"the type `{name}` contains itself", span)


def star_and_plain(name: str, span: Span, other: Span) -> Diagnostic:
    """A dimension that stands with and without a star in one signature."""
    return _error(
        "E0220",
        f"`{name}` is one dimension and `*{name}` any number of them",
        span,
        "with a star here, without one there, or the other way round",
        _at(other, "first used here"),
        help="write the star at both places, or use two names",
    )


def two_stars(span: Span, other: Span) -> Diagnostic:
    """A shape with two runs of dimensions."""
    return _error(
        "E0222",
        "a shape has one `*` at most",
        span,
        "nothing tells where this begins",
        _at(other, "the first one"),
        help="name the dimensions of one of them",
    )


def needs_own_module(name: str, span: Span, why: str) -> Diagnostic:
    """A name that is known, but not at this place. why: where it is known, in words."""
    return _error("E0221", f"`{name}` is not known here", span, help=why)


def _error(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    others: tuple[Label, ...] = (),
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    return Diagnostic(
        code, "error", message, (Label(span, label, primary=True), *others), help=help, fix=fix
    )


def _at(span: Span | None, message: str) -> tuple[Label, ...]:
    return (Label(span, message),) if span is not None else ()


def _ticked(text: str) -> str:
    return text if "`" in text else f"`{text}`"
