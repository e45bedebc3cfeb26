"""Loops whose number of rounds is not known: one round stands for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.semantics.describe import describe
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate import joins
from nnspec.semantics.evaluate.looping import induction
from nnspec.semantics.evaluate.looping.rounds import Spending
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import (
    Choice,
    DictValue,
    ErrorValue,
    Layer,
    ListValue,
    RangeValue,
    Relation,
    RepeatValue,
    Tensor,
    TupleValue,
    Unknown,
    Value,
)
from nnspec.semantics.world import as_dim, error
from nnspec.syntax import ast
from nnspec.syntax.walk import walk

Locals = dict[str, Value]

MOST_ATTEMPTS = 4


def is_settled_later(iterable: Value, frame: Frame) -> bool:
    """Whether the rounds are unknown only because the hyperparameters are: each instance unrolls them."""
    if not frame.run.general:
        return False
    match iterable:
        case RepeatValue(_, count):
            return all("@" in s or s in _hyperparameters(frame) for s in as_dim(count).symbols())
        case RangeValue(start, stop, step):
            symbols = {s for bound in (start, stop, step) for s in as_dim(bound).symbols()}
            return symbols <= _hyperparameters(frame)
        case Unknown():
            return True
    return False


def _hyperparameters(frame: Frame) -> frozenset[str]:
    given = frame.body.arguments.values() if frame.body is not None else ()
    return frozenset(name for value in given for name in _symbols(value))


def _symbols(value: Value) -> Iterator[str]:
    """The symbols of a number, or of the numbers of a tuple."""
    if isinstance(value, Dim):
        yield from value.symbols()
    elif isinstance(value, TupleValue):
        for item in value.items:
            yield from _symbols(item)


def follow(
    statement: ast.For | ast.While | None,
    one_round: Callable[[], list[Locals]],
    count: Value,
    may_change: bool,
    frame: Frame,
    index: Dim | None = None,
) -> None:
    """Follow one round that stands for all; what a round changes is made to fit any round.

    statement: the loop, None for the layers of a Sequential, which change one local alone.
    one_round: follows the body from `frame.locals`; gives the locals at each of its ends.
    count: the number of rounds, None where the data decide it.
    may_change: whether shapes may change in a way that no formula tells, else they are reported (E0311).
    index: the symbol that counts the rounds, by which formulas of sizes that change are sought.
    """
    before = dict(frame.locals)
    # What a list of unknown length does in general has no name that a signature could have.
    named = isinstance(count, int) or (isinstance(count, Dim) and not _of_a_round(count))
    if index is not None and named:
        by_round = induction.forms(before, partial(_trial, one_round, frame), index, frame)
        if by_round is not None:
            frame.locals = by_round.at(before, index, frame)
            spending = Spending(frame.run)
            after = joins.join_locals(one_round() or [before], frame)
            spending.close(count, index)
            gathered = _gathered(before, after, count, frame, index)
            new = {n: _any_round(v, frame) for n, v in after.items() if n not in before}
            frame.locals = {**new, **by_round.at(before, count, frame), **gathered}
            return
    run = frame.run
    spending = Spending(run)
    for attempt in range(MOST_ATTEMPTS):
        facts, results = run.world.facts, dict(run.results)
        frame.locals = dict(before)
        returned, claimed = len(frame.returns), len(run.claims)
        ends, held = _held(one_round, frame)
        ends = ends or [before]
        after = joins.join_locals(ends, frame)
        widened = _widen(before, after, may_change, statement, frame)
        if widened is None or attempt == MOST_ATTEMPTS - 1:
            for diagnostic, depth in held:
                run.sink(diagnostic, depth)
            if not may_change and statement is not None:
                kept(before, after, statement, frame)
            break
        # A round whose start does not stand for all rounds says nothing about the others.
        spending.forget()
        del frame.returns[returned:], run.claims[claimed:]
        run.world.facts, run.results = facts, results
        run.unrolled_later = run.unrolled_later or may_change
        before = widened
    spending.close(count)
    gathered = _gathered(before, after, count, frame)
    # What a mistake left behind causes no second message behind the loop.
    new = {n: v for n, v in after.items() if n not in before or isinstance(v, ErrorValue)}
    left = {**before, **gathered, **new}
    if may_change:
        # The last round leaves sizes behind that are those of no other round.
        left = {name: _any_round(value, frame) for name, value in left.items()}
    frame.locals = left


def _held(
    one_round: Callable[[], list[Locals]], frame: Frame
) -> tuple[list[Locals], list[tuple[Diagnostic, int]]]:
    """The ends of a round, and what it reports, which is not handed on yet."""
    held: list[tuple[Diagnostic, int]] = []
    sink, frame.run.sink = frame.run.sink, lambda found, depth: held.append((found, depth))
    ends = one_round()
    frame.run.sink = sink
    return ends, held


def _trial(one_round: Callable[[], list[Locals]], frame: Frame, start: Locals) -> Locals:
    frame.locals = dict(start)
    return joins.join_locals(one_round() or [start], frame)


def _widen(
    before: Locals,
    after: Locals,
    may_change: bool,
    statement: ast.For | ast.While | None,
    frame: Frame,
) -> Locals | None:
    """What a round changes becomes unknown; None where nothing had to be widened.

    may_change: whether the loop may change shapes.
    """
    changed = dict(before)
    found = False
    for name, old in before.items():
        new = after.get(name, old)
        if type(old) is type(new) and old == new:
            continue
        if (
            isinstance(old, (int, Dim))
            and isinstance(new, (int, Dim))
            and not isinstance(old, bool)
        ):
            if isinstance(old, Dim) and any("@" in s for s in old.symbols()):
                continue
            changed[name] = frame.world.new_size(name)
            found = True
        elif isinstance(old, (bool, float, str)) and not isinstance(new, Tensor):
            changed[name] = joins.join(old, new, frame)
            found = found or not isinstance(old, Unknown)
        elif old is None and new is not None:
            changed[name] = Choice((None, new)) if not isinstance(new, Choice) else new
            found = True
        elif isinstance(old, (int, float)) and isinstance(new, Tensor):
            changed[name] = new
            found = True
        elif isinstance(new, Unknown) and not isinstance(old, (Unknown, ErrorValue)):
            changed[name] = Tensor(None, None, contiguous=None) if isinstance(old, Tensor) else new
            found = True
        elif may_change and isinstance(old, ListValue) and isinstance(new, ListValue):
            read = statement is not None and _is_read(name, statement)
            if len(old.items) != len(new.items) and read:
                changed[name] = Unknown("list")
                found = True
        elif may_change and isinstance(old, Tensor) and isinstance(new, Tensor):
            wider = _wider(old, new, frame)
            if wider is not None:
                changed[name] = wider
                found = True
    return changed if found else None


def _is_read(name: str, loop: ast.For | ast.While) -> bool:
    """Whether a list is used in the loop for anything but to add to it."""
    nodes = list(walk(loop))
    named = sum(isinstance(n, ast.Name) and n.id == name for n in nodes)
    added = sum(
        isinstance(n, ast.Assign)
        and n.op is not None
        and isinstance(n.target, ast.Name)
        and n.target.id == name
        for n in nodes
    )
    return named > added


def _wider(old: Tensor, new: Tensor, frame: Frame) -> Tensor | None:
    """A tensor that stands for both; None where the first one does already."""
    if old.dims is None:
        return None
    if new.dims is None or len(old.dims) != len(new.dims):
        return Tensor(old.dtype if old.dtype == new.dtype else None, None, contiguous=None)
    settle = frame.world.settle
    if all(
        settle(a) == settle(b) or _is_any_size(a) for a, b in zip(old.dims, new.dims, strict=True)
    ):
        return None
    return joins.join_tensors(old, new, frame)


def _is_any_size(dim: Value) -> bool:
    symbols = dim.symbols() if isinstance(dim, Dim) else ()
    return len(symbols) == 1 and "@" in next(iter(symbols)) and dim == Dim.symbol(*symbols)


def _any_round(value: Value, frame: Frame) -> Value:
    """The value with sizes of its own for those that stood for one round."""
    match value:
        case Tensor() if value.dims is not None and any(_of_a_round(d) for d in value.dims):
            sizes = [frame.world.new_size("n") if _of_a_round(d) else d for d in value.dims]
            return value.with_(tuple(sizes), value.origins, contiguous=value.contiguous)
        case Dim() if _of_a_round(value):
            return frame.world.new_size("n")
        case TupleValue(items, names, type_name):
            return TupleValue(tuple(_any_round(i, frame) for i in items), names, type_name)
        case RepeatValue(Tensor() as element, _):
            dims = element.dims
            changing = dims is None or any(_of_a_round(d) for d in dims)
            return Unknown("list") if changing else value
    return value


def _of_a_round(dim: Value) -> bool:
    return isinstance(dim, Dim) and any("@" in s for s in dim.symbols())


def _gathered(
    before: Locals, after: Locals, count: Value, frame: Frame, index: Dim | None = None
) -> Locals:
    """Lists that grow in each round: as many items as the loop has rounds, and what they held before.

    index: the symbol that counts the rounds, where the sizes of the items are formulas of it.
    """
    grown: Locals = {}
    for name, old in before.items():
        new = after.get(name)
        if isinstance(old, ListValue) and isinstance(new, ListValue) and old != new:
            added = new.items[len(old.items) :]
            if len(added) == 1 and isinstance(count, (int, Dim)):
                item = joins.join_all([*old.items, *added], frame)
                where = (
                    (Relation(index, "<", count),) if index is not None and not old.items else ()
                )
                total = frame.world.settle(len(old.items) + count)
                grown[name] = RepeatValue(item, total, where)
            else:
                grown[name] = Unknown("list")
        elif isinstance(old, ListValue) and isinstance(new, (RepeatValue, Unknown)):
            grown[name] = _of_rounds(old, new, count, frame)
        elif isinstance(old, DictValue) and old != new:
            grown[name] = Unknown("dict")
        elif isinstance(old, TupleValue) and isinstance(new, TupleValue):
            if len(old.items) != len(new.items):
                grown[name] = Unknown("tuple")
        elif isinstance(old, Layer) and old != new:
            grown[name] = Unknown("layer")
    return grown


def _of_rounds(old: ListValue, new: RepeatValue | Unknown, count: Value, frame: Frame) -> Value:
    """A list that an inner loop grows in each round of this one: as many items as all rounds have together."""
    if isinstance(new, Unknown) or old.items or new.where or not isinstance(count, (int, Dim)):
        return Unknown("list")
    item = new.element
    sizes = item.dims if isinstance(item, Tensor) else None
    if sizes is None or any(_of_a_round(size) for size in (*sizes, new.count)):
        return Unknown("list")
    return RepeatValue(item, frame.world.settle(count * new.count))


def kept(
    before: Locals,
    after: Locals,
    statement: ast.For | ast.While,
    frame: Frame,
) -> None:
    """Report what a loop of unknown length carries from round to round in a changing shape."""
    world = frame.world
    for name, old in before.items():
        new = after.get(name, old)
        if isinstance(new, ErrorValue) or isinstance(old, ErrorValue):
            continue
        pairs: list[tuple[Value, Value]] = [(old, new)]
        if isinstance(old, TupleValue) and isinstance(new, TupleValue):
            pairs = list(zip(old.items, new.items, strict=False))
        for a, b in pairs:
            if not isinstance(a, Tensor) or not isinstance(b, Tensor):
                continue
            if a.dims is None or b.dims is None:
                continue
            same = len(a.dims) == len(b.dims)
            if same:
                answers = [world.compare(x, y) for x, y in zip(a.dims, b.dims, strict=True)]
                if "different" not in answers:
                    for x, y, answer in zip(a.dims, b.dims, answers, strict=True):
                        if answer == "unknown":
                            world.claimed(Relation(x, "==", y), statement.span, needed=False)
                    continue
            frame.report(
                error(
                    "E0311",
                    f"a loop of unknown length must keep the shape of `{name}`",
                    statement.span,
                    f"`{name}` is {describe(world, b).removeprefix('a tensor ')} after one round",
                    notes=(f"before the loop `{name}` is {world.show_shape(a.dims)}",),
                    help="keep the shape, or gather the steps in a list: `ys = []` and `ys += [y]`",
                )
            )
