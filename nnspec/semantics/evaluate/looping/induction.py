"""Loops over hyperparameters whose rounds change shapes: the sizes of each round as formulas of its number.

A formula is guessed from one round with open sizes, and proved by induction: it holds before the first
round, and where it holds before a round it holds behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from nnspec.record import Record, field
from nnspec.semantics.dims import Dim
from nnspec.semantics.dims.atoms import Floor, Power
from nnspec.semantics.evaluate.run import Claim, Frame
from nnspec.semantics.values import DimLike, RangeValue, Relation, RepeatValue, Tensor, Value
from nnspec.semantics.world import as_dim

Locals = dict[str, Value]
Place = tuple[str, int]
Round = Callable[[Locals], Locals]


class Forms(Record):
    """Sizes that change from round to round.

    index: the symbol that counts the rounds, from 0.
    sizes: by local and axis, the size before round `index`; None where there is no formula for it.
    """

    index: Dim
    sizes: Mapping[Place, Dim | None] = field(default_factory=dict)

    def at(self, before: Locals, number: DimLike, frame: Frame) -> Locals:
        """The locals before round `number`; before the first one they are `before`."""
        (name,) = self.index.symbols()
        sizes = {
            place: (
                frame.world.new_size("n")
                if form is None
                else frame.world.settle(form.substitute({name: number}))
            )
            for place, form in self.sizes.items()
        }
        return with_sizes(before, sizes)


def with_sizes(before: Locals, sizes: Mapping[Place, DimLike]) -> Locals:
    """The locals with other sizes at some axes."""
    result = dict(before)
    for (local, axis), size in sizes.items():
        tensor = result[local]
        dims = (*tensor.dims[:axis], size, *tensor.dims[axis + 1 :])
        result[local] = tensor.with_(dims, tensor.origins, contiguous=None)
    return result


def index_of(iterable: Value, item: Value, frame: Frame) -> Dim | None:
    """The symbol that counts the rounds of a loop over a list of symbolic length: the one in its items,
    or a new one where they do not depend on it."""
    world = frame.world
    match iterable:
        case RangeValue(start, stop, step):
            known = {s for bound in (start, stop, step) for s in as_dim(bound).symbols()}
            fresh = [s for s in as_dim(item).symbols() if s not in known]
            return Dim.symbol(fresh[0]) if len(fresh) == 1 else None
        case RepeatValue(_, count, where):
            counted = [r.left for r in where if r.op == "<" and isinstance(r.left, Dim)]
            for other in counted[1:]:
                # Lists that are zipped or enumerated go on together.
                world.assume(Relation(other, "==", counted[0]))
            if not counted:
                index = world.new_size("i")
                world.assume(Relation(index, "<", count))
                return index
            settled = world.settle(counted[0])
            return settled if isinstance(settled, Dim) and len(settled.symbols()) == 1 else None
    return None


def forms(before: Locals, follow: Round, index: Dim, frame: Frame) -> Forms | None:
    """The sizes that rounds change; None where nothing changes or no formula was found.

    follow: the locals behind one round, from those before it.
    """
    with _held(frame):
        changed = _changed(before, follow(before), frame)
    if not changed:
        return None
    try:
        guessed = _guessed(changed, before, follow, index, frame)
    except (ArithmeticError, ValueError):
        # `2 ** (i - 1)` before the first round, or numbers too large to follow.
        return None
    if guessed is None:
        return None
    with _held(frame):
        after = follow(guessed.at(before, index, frame))
        left = _changed(guessed.at(before, index + 1, frame), after, frame)
    if left is None or any(guessed.sizes.get(place) is not None for place in left):
        return None
    # A size without a formula may hide that others change with it.
    return guessed if all(place in guessed.sizes for place in left) else None


def _changed(before: Locals, after: Locals, frame: Frame) -> list[Place] | None:
    """The axes that differ; None where a tensor has another rank, or is none any more."""
    places: list[Place] = []
    for name, old in before.items():
        new = after.get(name, old)
        if new is old or not isinstance(old, Tensor):
            continue
        if not isinstance(new, Tensor) or old.dims is None or new.dims is None:
            return None
        if len(old.dims) != len(new.dims):
            return None
        for axis, (a, b) in enumerate(zip(old.dims, new.dims, strict=True)):
            if a != b and frame.world.compare(a, b) != "equal":
                places.append((name, axis))
    return places


def _guessed(
    places: list[Place], before: Locals, follow: Round, index: Dim, frame: Frame
) -> Forms | None:
    """Formulas from one round whose changing sizes are open symbols."""
    with _held(frame) as claims:
        opened = {place: frame.world.new_size("size", 1) for place in places}
        after = follow(with_sizes(before, opened))
        found: dict[Place, Dim | None] = {}
        for (name, axis), size in opened.items():
            first = as_dim(before[name].dims[axis])
            behind = after.get(name)
            if not isinstance(behind, Tensor) or behind.dims is None or len(behind.dims) <= axis:
                return None
            wanted = [c.relation for c in claims() if c.relation.op == "=="]
            form = _demanded(size, first, wanted, index, frame)
            if form is None:
                form = _repeated(size, first, as_dim(behind.dims[axis]), index, frame)
            found[name, axis] = form
    return Forms(index, found) if any(form is not None for form in found.values()) else None


def _demanded(
    size: Dim, first: Dim, wanted: list[Relation], index: Dim, frame: Frame
) -> Dim | None:
    """The size that a layer or another tensor of this round takes, if it is the given one in the first."""
    (name,), (counter,) = size.symbols(), index.symbols()
    for relation in wanted:
        difference = as_dim(relation.left) - relation.right
        rest = difference.substitute({name: 0})
        factor = difference.substitute({name: 1}) - rest
        if name in factor.symbols() or factor == 0 or factor * size + rest != difference:
            continue
        form = _exactly(-rest, factor, frame)
        if form is None or counter not in form.symbols():
            continue
        if frame.world.compare(form.substitute({counter: 0}), first) == "equal":
            return form
    return None


def _repeated(size: Dim, first: Dim, behind: Dim, index: Dim, frame: Frame) -> Dim | None:
    """What a step that is alike in every round makes, where that is a sum, a product or a quotient;
    or what the round before leaves, where that hangs on its number alone.

    A step size -> factor * size + c is a product around the size that it keeps, c // (1 - factor), and
    so is a step size -> (size + c) // divisor.
    """
    (name,) = size.symbols()
    others = frozenset((name, *index.symbols()))
    if name not in behind.symbols():
        (counter,) = index.symbols()
        form = behind.substitute({counter: index - 1})
        begun = frame.world.compare(form.substitute({counter: 0}), first) == "equal"
        return form if begun else None
    step = behind - size
    if name not in step.symbols():
        total = summed(step, index)
        return None if total is None else first + total
    offset = behind.substitute({name: 0})
    factor = behind.substitute({name: 1}) - offset
    if not (factor.symbols() | offset.symbols()) & others and factor * size + offset == behind:
        kept = _exactly(offset, factor - 1, frame)
        return None if kept is None else (first + kept) * factor**index - kept
    floors = [mono[0] for mono, c in behind.terms.items() if c == len(mono) == 1]
    for atom in floors:
        if isinstance(atom, Floor):
            divisor = atom.denominator
            shift = atom.numerator - size + (behind - Dim.atom(atom)) * divisor
            if not (shift.symbols() | divisor.symbols()) & others:
                kept = _exactly(shift, divisor - 1, frame)
                return None if kept is None else (first - kept) // divisor**index + kept
    return None


def summed(step: Dim, index: Dim) -> Dim | None:
    """What the steps of the rounds before `index` come to: those of terms that do not change, of `c * i`, and of
    `c * 2 ** i`; None for other terms."""
    (counter,) = index.symbols()
    total = Dim.of(0)
    for mono, c in step.terms.items():
        changing = [atom for atom in mono if counter in atom.symbols]
        term = Dim({mono: c}, step.has_power)
        if not changing:
            total = total + term * index
            continue
        if len(changing) > 1:
            return None
        (atom,) = changing
        if Dim.atom(atom) == index:
            rest = term.substitute({counter: 1})
            total = total + rest * (index * (index - 1) // 2)
        elif isinstance(atom, Power) and counter not in atom.base.symbols():
            base, slope = atom.base.as_int(), _slope(atom.exponent, counter)
            if base is None or slope is None or c % (base**slope - 1):
                return None
            growth = term - term.substitute({counter: 0})
            total = total + growth // (base**slope - 1)
        else:
            return None
    return total


def _slope(exponent: Dim, counter: str) -> int | None:
    """How much an exponent grows from round to round, where that is a small number."""
    slope = (exponent.substitute({counter: 1}) - exponent.substitute({counter: 0})).as_int()
    if slope is None or not 0 < slope <= 8:
        return None
    return slope if counter not in (exponent - Dim.symbol(counter) * slope).symbols() else None


def _exactly(dividend: Dim, divisor: Dim, frame: Frame) -> Dim | None:
    """The quotient of a division that leaves nothing; None for any other."""
    if divisor == 0:
        return None
    quotient = as_dim(frame.world.settle(dividend // divisor))
    return quotient if frame.world.compare(quotient * divisor, dividend) == "equal" else None


@contextmanager
def _held(frame: Frame) -> Iterator[Callable[[], list[Claim]]]:
    """Follow code on trial: what it finds, assumes and leaves behind is forgotten."""
    run, world = frame.run, frame.world
    sink, facts, holes, results = run.sink, world.facts, dict(world.holes), dict(run.results)
    claims, demands, returned = len(run.claims), len(run.demands), len(frame.returns)
    costs = run.cost.flops, run.cost.memory
    place = 0 if run.trace is None else run.trace.place()
    kept = frame.locals
    run.sink = lambda diagnostic, depth: None
    try:
        yield lambda: run.claims[claims:]
    finally:
        run.sink, world.facts, world.holes, run.results = sink, facts, holes, results
        run.cost.flops, run.cost.memory = costs
        if run.trace is not None:
            run.trace.forget(place)
        frame.locals = kept
        del run.claims[claims:], run.demands[demands:], frame.returns[returned:]
