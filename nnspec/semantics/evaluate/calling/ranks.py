"""Facts on how many axes an argument has, told in plain words."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.describe import shape
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import Tensor, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nnspec.semantics.evaluate.calling.matching import Callee

# No layer or function takes more axes than this by its signature.
MOST = 8


def told(
    fact: ast.Expr,
    signature: ast.Signature,
    values: Mapping[str, Value],
    spans: Mapping[str, Span],
    frame: Frame,
    callee: Callee,
) -> Diagnostic | None:
    """What to say of a fact like `1 <= len(N) <= 2` that does not hold; None where it is another fact."""
    names = [n.id for n in _lengths(fact)]
    found = [_argument(name, signature, values) for name in dict.fromkeys(names)]
    if not found or any(one is None for one in found) or not _is_plain(fact):
        return None
    known = [one for one in found if one is not None]
    name, x, fixed = known[-1]
    show = frame.world
    if len(known) == 2:
        other, y, _ = known[0]
        if y.rank == x.rank:
            return None
        label = (Label(spans[other], f"this is {shape(show, y)}"),) if other in spans else ()
        return error(
            "E0302",
            f"`{callee.name}` takes equally many axes of {name} and {other}, but is given "
            f"{shape(show, x)} and {shape(show, y)}",
            spans.get(name, callee.span),
            f"this is {shape(show, x)}",
            label,
        )
    if len(known) != 1:
        return None
    assert isinstance(fact, ast.Compare)
    ranks = [
        n + fixed for n in range(MOST) if _holds(fact, {name.id: n for name in _lengths(fact)})
    ]
    if not ranks:
        return None
    said = " or ".join(map(str, ranks)) if len(ranks) < 3 else f"{ranks[0]} to {ranks[-1]}"
    axes = "axis" if ranks == [1] else "axes"
    return error(
        "E0302",
        f"`{callee.name}` takes {said} {axes}, but is given {shape(show, x)}, which has {x.rank}",
        spans.get(name, callee.span),
        f"this is {shape(show, x)}",
    )


def _lengths(fact: ast.Expr) -> Iterator[ast.Name]:
    """The `N` of each `len(N)`."""
    for node in walk(fact):
        match node:
            case ast.Call(ast.Name("len"), (ast.Argument(ast.Name() as name, None, 0),)):
                yield name


def _is_plain(fact: ast.Expr) -> bool:
    """Whether lengths are compared with numbers, or with each other, and nothing else is said."""
    if not isinstance(fact, ast.Compare):
        return False
    sides = (fact.first, *fact.rest)
    return all(
        isinstance(s, ast.Number) or (isinstance(s, ast.Call) and len(s.args) == 1) for s in sides
    )


def _argument(
    name: str, signature: ast.Signature, values: Mapping[str, Value]
) -> tuple[str, Tensor, int] | None:
    """The tensor whose type has `*name`, and how many axes it has besides."""
    for param in signature.params:
        type_ = param.type.inner if isinstance(param.type, ast.OptionalType) else param.type
        value = values.get(param.name)
        if not isinstance(type_, ast.TensorType) or not isinstance(value, Tensor):
            continue
        for dim in type_.dims:
            if isinstance(dim, ast.Starred) and isinstance(dim.value, ast.Name):
                if dim.value.id == name and value.dims is not None:
                    return param.name, value, len(type_.dims) - 1
    return None


def meet(
    facts: tuple[ast.Expr, ...], lengths: Mapping[str, int], hyper: Mapping[str, Value]
) -> bool:
    """Whether so many axes meet all facts that compare numbers of axes, as far as these are known.

    facts: those of a signature, whatever they say. lengths: how many axes each `N` of a `*N` covers.
    hyper: the hyperparameters, of which `len(N) == axes` may ask for one.
    """
    return all(_holds(fact, lengths, hyper) for fact in facts if isinstance(fact, ast.Compare))


def _holds(
    fact: ast.Compare, lengths: Mapping[str, int], hyper: Mapping[str, Value] | None = None
) -> bool:
    """Whether a comparison of lengths and numbers holds; True of one with a side that is not known."""
    sides: list[float] = []
    for side in (fact.first, *fact.rest):
        match side:
            case ast.Number(value):
                sides.append(value)
                continue
            case ast.Call(ast.Name("len"), (ast.Argument(ast.Name(id), None, 0),)) if id in lengths:
                sides.append(lengths[id])
                continue
            case ast.Name(id):
                known = (hyper or {}).get(id)
                if isinstance(known, int):
                    sides.append(known)
                    continue
        return True
    tests = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        "==": lambda a, b: a == b,
        ">=": lambda a, b: a >= b,
        ">": lambda a, b: a > b,
        "!=": lambda a, b: a != b,
    }
    pairs = zip(sides, fact.ops, sides[1:], strict=False)
    return all(op in tests and tests[op](a, b) for a, op, b in pairs)
