"""Lines of a `check` block that bound what a model costs: `params`, `flops` and `memory`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from math import ceil, floor, isinf

from nnspec.semantics import assertions, contributors
from nnspec.semantics.dims.witness import assignment
from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.semantics.evaluate.follow import evaluate
from nnspec.semantics.evaluate.layers import tree
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.evaluate.trace import Trace
from nnspec.semantics.values import DimLike, ErrorValue, Function, Layer, Relation, Value
from nnspec.semantics.world import as_dim, error
from nnspec.syntax import ast

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


# Sizes that are tried, the same for all names.
SIZES = (*range(1, 17), *(2**n for n in range(5, 21)))


def check(line: ast.CostCheck, target: Layer | Function, frame: Frame) -> None:
    """Compare a cost with its bound; both may be formulas in the sizes of the line."""
    inner = assertions.symbols(line, frame)
    bound = evaluate(line.bound, inner)
    if isinstance(bound, bool) or not isinstance(bound, (float, DimLike)):
        if not isinstance(bound, ErrorValue):
            frame.report(
                error(
                    "E0607",
                    "this bound is not a known number",
                    line.bound.span,
                    help="write a number such as `4.1G`, or a formula of whole numbers and sizes",
                )
            )
        return
    if line.what == "params" and isinstance(target, Function):
        frame.report(error("E0606", "a function has no parameters to count", line.span))
        return
    if isinstance(target, Layer) and tree.is_broken(target.body):
        return
    actual = _actual(line, target, frame)
    if isinstance(actual, ErrorValue):
        return
    if actual is None:
        frame.report(error("E0608", f"`{line.what}` cannot be worked out here", line.span))
        return
    actual = frame.world.settle(actual)
    if frame.world.is_open(actual):
        # A `_` without a size is reported where it stands.
        return
    _compare(line, actual, bound, target, frame)


def _actual(line: ast.CostCheck, target: Layer | Function, frame: Frame) -> DimLike | None | Value:
    if isinstance(target, Layer) and line.what == "params":
        return tree.count_parameters(target.body, frame)
    measured = _measure(line, target, frame, frame.run.recorder)
    return measured if isinstance(measured, ErrorValue) else measured[0]


def _measure(
    line: ast.CostCheck, target: Layer | Function, frame: Frame, recorder: Recorder
) -> tuple[DimLike, Trace] | ErrorValue:
    """FLOPs or bytes of one call, and the calls that it made, as far as `recorder` does not remember them."""
    inner = assertions.symbols(line, frame)
    given = [Given(a.name, _shape_argument(a, inner), a.span) for a in line.args]
    run = frame.run
    fresh = new_run(run.catalog, recorder, run.sink, False, run.covered)
    fresh.world.facts, fresh.world.holes = frame.world.facts, frame.world.holes
    fresh.holes = run.holes
    fresh.measured, fresh.subject, fresh.trace = True, run.subject, Trace()
    own = Frame(fresh, frame.scope)
    fresh.frames.append(own)
    method = ast.MethodCheck(line.span, "forward", line.args, None)
    name = target.type_name if isinstance(target, Layer) else target.decl.name
    if isinstance(target, Layer):
        value = fresh.trace.follow(
            target, name, fresh, lambda: assertions.call(method, target, given, own)
        )
    else:
        value = assertions.call(method, target, given, own)
    if isinstance(value, ErrorValue):
        return value
    return getattr(fresh.cost, line.what), fresh.trace


def _shape_argument(argument: ast.CheckArgument, inner: Frame) -> Value:
    """`x=[1, 3, 224, 224]` is a tensor of that shape, also where it reads as a list of numbers."""
    value = argument.value
    if isinstance(value, ast.List):
        return assertions.typed(ast.TensorType(value.span, None, value.items), inner)
    return assertions.stand_in(argument, inner)


def _compare(
    line: ast.CostCheck,
    actual: DimLike,
    bound: float | DimLike,
    target: Layer | Function,
    frame: Frame,
) -> None:
    world = frame.world
    values: dict[str, int] | None = {}
    held: bool | None
    if isinstance(actual, int) and isinstance(bound, (int, float)):
        held = COMPARE[line.op](actual, bound)
    elif isinstance(bound, float) and (
        isinf(bound) or (line.op in ("==", "!=") and not bound.is_integer())
    ):
        # No cost is infinite or broken, whatever its sizes.
        held = COMPARE[line.op](0, bound)
        values = dict.fromkeys(as_dim(actual).symbols(), 1)
    else:
        bound = _whole(line.op, bound)
        held = world.prove(Relation(actual, line.op, bound))
        values = None if held is True else _failing(actual, bound, line.op)
    if held is True:
        return
    exact = f"{actual:_}" if isinstance(actual, int) else f"`{world.show(actual)}`"
    if values is None:
        data = sorted({s.partition("@")[0] for s in as_dim(actual).symbols() if "@" in s})
        why = f"the data decide {' and '.join(data)}" if data else "that is not proved"
        found = f"`{line.what}` is {exact}, and this check expects {_expected(line)}"
        frame.report(error("E0608", f"{found}: {why}", line.span))
        return
    number = as_dim(actual).evaluate(values)
    where = f" for {assignment(values)}" if values else ""
    most = _most(line, target, number, values, frame) if line.op in ("<", "<=", "==") else None
    frame.report(
        error(
            "E0602",
            f"`{line.what}` is {exact}, but this check expects {_expected(line)}",
            line.span,
            f"it is {number:_}{where}",
            notes=() if most is None else (most,),
            help=(
                f"write `{line.what} == {number:_}`"
                if not values and line.op == "==" and not line.args
                else None
            ),
        )
    )


def _expected(line: ast.CostCheck) -> str:
    return f"{line.op} {' '.join(line.bound.span.text.split())}"


def _whole(op: str, bound: float | DimLike) -> DimLike:
    """The whole number that bounds whole numbers as a float does."""
    if not isinstance(bound, float):
        return bound
    return floor(bound) if op in ("<=", ">") else ceil(bound)


def _failing(actual: DimLike, bound: DimLike, op: str) -> dict[str, int] | None:
    """Sizes for which the comparison does not hold; None where none of those tried is such."""
    dims = as_dim(actual), as_dim(bound)
    names = sorted(dims[0].symbols() | dims[1].symbols())
    for size in () if any("@" in name for name in names) else SIZES:
        values = dict.fromkeys(names, size)
        try:
            left, right = (dim.evaluate(values) for dim in dims)
        except ArithmeticError:
            continue
        if not COMPARE[op](left, right):
            return values
    return None


def _most(
    line: ast.CostCheck,
    target: Layer | Function,
    total: int,
    values: Mapping[str, int],
    frame: Frame,
) -> str | None:
    """What the cost is made of, for these values of its sizes."""
    if not isinstance(target, Layer):
        return None
    if line.what == "params":
        return contributors.of_parameters(target, total, frame)
    # What this pass remembers would not be called again.
    measured = _measure(line, target, frame, Recorder())
    if isinstance(measured, ErrorValue) or not measured[1].root.inner:
        return None
    return contributors.of_calls(measured[1].root.inner[0], line.what, total, values)
