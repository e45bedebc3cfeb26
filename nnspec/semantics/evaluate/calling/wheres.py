"""The `where` of a signature: facts that a call must meet, and names that nothing else binds."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics import trail
from nnspec.semantics.evaluate import conditions
from nnspec.semantics.evaluate.calling import constants, expansion, mismatches
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Compound, DimLike, Relation, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnspec.semantics.evaluate.calling.matching import Callee


def bind_rest(signature: ast.Signature, names: list[str], inner: Frame) -> set[str]:
    """Bind the dims that only `where` defines; gives those of tensors of which nothing is known."""
    unseen = {name[1:] for name in inner.unbound if name.startswith("*")}
    for fact in signature.where:
        match fact:
            case ast.Compare(ast.Name(id), ("==",), (value,)) if id in inner.unbound:
                inner.unbound.discard(id)
                inner.dims[id] = evaluate(value, inner)
    if not inner.unbound:
        return unseen
    in_arguments = {
        n
        for p in signature.params
        if p.type is not None
        for n in expansion.dim_names(expansion.expanded(p.type, inner))
    }
    for name in names:
        if name in inner.unbound and name in in_arguments and not name.startswith("*"):
            inner.dims[name] = inner.world.new_size(name, 1)
            inner.unbound.discard(name)
            unseen.add(name)
    return unseen


def demand(
    signature: ast.Signature,
    values: Mapping[str, Value],
    spans: Mapping[str, Span],
    absent: set[str],
    unseen: set[str],
    inner: Frame,
    callee: Callee,
    assume_where: bool,
) -> bool:
    """Ask for the facts of the signature; False where one does not hold, which is reported.

    values, spans: the arguments, and where they stand.
    absent: the dimensions of arguments that are not given; unseen: those of tensors of which nothing is known,
    which the library's facts are not asked of; assume_where: take the facts as given.
    """
    if not callee.library:
        unseen = {name for name in unseen if "*" + name in inner.unbound}
    for fact in constants.asked(signature, inner):
        if unseen and any(isinstance(n, ast.Name) and n.id in unseen for n in walk(fact)):
            continue
        if absent and _divides_by(fact, absent, inner):
            continue
        condition = conditions.truth(evaluate(fact, inner), fact, inner)
        if condition is True:
            continue
        if condition is False and assume_where and inner.run.general:
            inner.report(_contradiction(fact, signature.where, callee))
            return False
        if condition is False:
            from nnspec.semantics.evaluate.calling import blame, ranks

            rank = ranks.told(fact, signature, values, spans, inner, callee)
            if rank is not None and callee.library:
                inner.report(rank)
                return False
            found = blame.of_dims(fact, signature, values, spans, inner, callee.span)
            others, ways = trail.told(inner.world, found.others)
            demanded = () if callee.library else (Label(fact.span, "demanded here"),)
            inner.report(
                error(
                    "E0320",
                    _needed(fact, inner, callee),
                    found.span,
                    found.label,
                    (*demanded, *others),
                    notes=(*mismatches.values_of(fact, inner), *ways),
                )
            )
            return False
        if not assume_where and isinstance(condition, (Relation, Compound)):
            from nnspec.semantics.evaluate.calling import blame

            # Where a call that never meets it would be told, so that both are told once.
            place = blame.of_dims(fact, signature, values, spans, inner, callee.span).span
            conditions.claim(condition, place, inner, callee.library)
        else:
            conditions.assume(condition, True, inner)
    return True


def _contradiction(fact: ast.Expr, facts: tuple[ast.Expr, ...], callee: Callee) -> Diagnostic:
    """A fact that no sizes meet which meet those before it."""
    before = facts[: facts.index(fact)]
    rest = tuple(Label(other.span, "if this holds") for other in before)
    return error(
        "E0320",
        f"no sizes meet `{fact.span.text}`" + (" beside what else is demanded" if rest else ""),
        fact.span,
        "this never holds",
        rest,
        help=f"`{callee.name}` could not be called: take the fact out, or state what is meant",
    )


def _needed(fact: ast.Expr, inner: Frame, callee: Callee) -> str:
    """What does not hold; in numbers where one of them must divide the other."""
    match fact:
        case ast.Logical(
            "or",
            (ast.Compare(ast.Name() as name, ("!=",), (kind,)), ast.Compare(size, (op,), (least,))),
        ):
            # What holds for other modes.
            wanted = evaluate(least, inner)
            if callee.library and isinstance(wanted, DimLike):
                return (
                    f"`{callee.name}` with {name.id}={kind.span.text} needs "
                    f"{size.span.text} {op} {inner.world.show(wanted)}"
                )
        case ast.Compare(ast.Binary("%", whole, part), ("==",), (ast.Number(0),)) if callee.library:
            found = evaluate(whole, inner), evaluate(part, inner)
            if all(isinstance(size, DimLike) for size in found):
                total, count = (inner.world.show(size) for size in found)
                return (
                    f"`{callee.name}` needs {whole.span.text} to be a multiple of "
                    f"{_shown(part, inner)}: {total} is not a multiple of {count}"
                )
        case ast.Compare(left, (op,), (right,)) if callee.library:
            return f"`{callee.name}` needs {_shown(left, inner)} {op} {_shown(right, inner)}"
    return f"`{callee.name}` needs {fact.span.text}"


def _shown(side: ast.Expr, inner: Frame) -> str:
    """One side of a fact of the library: its number where it is of names that a `let` of the declaration makes."""
    body = inner.body
    if body is not None and any(
        isinstance(node, ast.Name) and node.id in body.members for node in walk(side)
    ):
        value = evaluate(side, inner)
        if isinstance(value, DimLike):
            return inner.world.show(value)
    return side.span.text


def _divides_by(fact: ast.Expr, absent: set[str], inner: Frame) -> bool:
    """Whether a fact divides by a dimension that there is not, as its argument is not given."""
    return any(
        isinstance(node, ast.Binary)
        and node.op in ("/", "//", "%")
        and isinstance(node.right, ast.Name)
        and node.right.id in absent
        and inner.dims.get(node.right.id) == 0
        for node in walk(fact)
    )
