"""Follow a model once, and tell each layer that it calls with its result and its cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics.budget import BudgetExceeded, DimLimit
from nnspec.semantics.dims import Dim
from nnspec.semantics.evaluate.cost import size_of
from nnspec.semantics.evaluate.layers import tree
from nnspec.semantics.evaluate.layers.places import paths, places
from nnspec.semantics.evaluate.run import Frame, Recorder, new_run
from nnspec.semantics.evaluate.trace import LayerCall, Trace
from nnspec.semantics.values import (
    Choice,
    DimLike,
    ErrorValue,
    Layer,
    LayerBody,
    ListValue,
    RepeatValue,
    Tensor,
    TupleValue,
    Value,
)
from nnspec.semantics.world import error
from nnspec.show import figures, instance
from nnspec.syntax import ast
from nnspec.targets import Target, TargetError

# Which layer it is: equal layers have one body, and so what they are made of is told apart by the way to it.
Identity = tuple[int, ...]

# What stands for the result of a layer that is never called.
NOT_CALLED = ErrorValue()


@dataclass(frozen=True, slots=True)
class Row:
    """A call of a layer, or several equal ones in a row.

    name: where the layer is in the one that calls it; kind: its type, empty for what the code itself computes.
    output: the result, with sizes in the user's words.
    params: learnable values of the layer and all in it; flops: floating-point operations of a call; memory: bytes
    that it makes. Numbers, or formulas in named sizes; None where they are not known.
    again: whether an earlier row is of the same layer, so that its parameters are counted there.
    count: how many equal calls the row stands for; its numbers are those of one.
    """

    name: str
    kind: str
    output: Value
    params: DimLike | None
    flops: DimLike | None
    memory: DimLike | None
    rows: tuple[Row, ...] = field(default=())
    again: bool = False
    count: DimLike = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """A target with everything that its forward calls.

    inputs: what the forward was called with, by argument: tensors, numbers, None.
    param_bytes: what the parameters take; tied: how many of the rows' are others of them by a `tie`; buffers, buffer_bytes: tensors that are not learnt.
    chosen: names that the data, not the caller, give a size to.
    """

    row: Row
    inputs: Mapping[str, Value]
    param_bytes: DimLike | None
    tied: DimLike | None
    buffers: DimLike | None
    buffer_bytes: DimLike | None
    chosen: tuple[str, ...] = ()


def survey(
    target: Target, catalog: Catalog, numbers: Mapping[str, int]
) -> Survey | list[Diagnostic]:
    """The layers of a target, as its forward calls them.

    numbers: sizes of dimensions, integer hyperparameters, and sizes that the data decide, by name; what is not among
    them stays a symbol, or has its default.
    Returns findings where the target does not fit these numbers, or is too large to follow.
    Raises TargetError where a name is none of the target's, or nothing says the shapes that its forward takes.
    """
    found: list[Diagnostic] = []
    run = new_run(catalog, Recorder(), lambda diagnostic, depth: found.append(diagnostic))
    run.measured, run.trace = True, Trace()
    frame = Frame(run, target.scope)
    run.frames.append(frame)
    sizes = instance.Sizes(numbers)
    inputs: dict[str, Value] = {}
    walk = _Walk(frame, numbers)
    try:
        layer = instance.make(target, sizes, frame)
        if isinstance(layer, Layer):
            inputs = instance.call(layer, target, sizes, frame)
        elif not found:
            raise TargetError(f"what `{target.name}` is cannot be told here: show a model")
        errors = [each for each in found if each.severity == "error"]
        if errors:
            return errors
        (call,) = run.trace.root.inner
        made = walk.survey(call, target.name, inputs)
    except (BudgetExceeded, DimLimit, RecursionError) as limit:
        what = str(limit) or "calls are nested too deeply"
        return [error("E0003", f"`{target.name}`: {what}", target.declaration.name_span)]
    unknown = sorted(set(numbers) - sizes.used - walk.chosen)
    if unknown:
        names = figures.free_names(_dims(made))
        hint = f": there is {', '.join(names)}" if names else ""
        raise TargetError(f"`{target.name}` has no size called {unknown[0]}{hint}")
    return made


@dataclass(frozen=True, slots=True)
class _Scope:
    """A layer whose calls are looked at.

    identity: which one it is; given: the layers that it has not made; around: the one that calls it.
    """

    identity: Identity
    given: set[Layer]
    around: _Scope | None


def _identity(layer: Layer, around: _Scope | None) -> Identity:
    """Which layer it is: the same for all calls, by whatever way it was handed on to where they stand."""
    while around is not None and layer in around.given:
        around = around.around
    return (*(() if around is None else around.identity), id(layer))


class _Walk:
    """From the calls of a pass to rows, each layer's parameters counted once.

    chosen: the names of sizes that the data decide.
    """

    def __init__(self, frame: Frame, numbers: Mapping[str, int]) -> None:
        self._frame = frame
        self._numbers = numbers
        self._params = tree.Count(frame)
        self._called: set[int] = set()
        self._shown: set[Identity] = set()
        self.chosen: set[str] = set()

    def survey(self, call: LayerCall, name: str, inputs: Mapping[str, Value]) -> Survey:
        """The whole tree below a call."""
        assert call.layer is not None
        self._called = {id(each.layer) for each in _calls(call)}
        body, frame = call.layer.body, self._frame
        held = ("buffer", "const")
        return Survey(
            self._row(call, name, None),
            {name: self._in_words(value) for name, value in inputs.items()},
            self._number(tree.Count(frame, ("param",), _bytes).of(body)),
            self._tied(body),
            self._number(tree.Count(frame, held).of(body)),
            self._number(tree.Count(frame, held, _bytes).of(body)),
            tuple(sorted(self.chosen)),
        )

    def _tied(self, body: LayerBody) -> DimLike | None:
        apart = tree.Count(self._frame, ties=False).of(body)
        once = self._params.of(body)
        return None if apart is None or once is None else self._size(apart - once)

    def _row(self, call: LayerCall, name: str, around: _Scope | None) -> Row:
        """The row of a call; around: the layer that makes it, with those around that."""
        assert call.layer is not None
        layer = call.layer
        own = _identity(layer, around)
        again = own in self._shown
        self._shown.add(own)
        scope = _Scope(own, tree.made_elsewhere(layer.body), around)
        names = places(layer, call.inner)
        rows = [
            self._row(each, place, scope) for each, place in zip(call.inner, names, strict=True)
        ]
        rows += self._own(call)
        rows += self._uncalled(layer)
        return Row(
            name,
            layer.title,
            self._in_words(call.value),
            self._number(self._params.of(layer.body)),
            self._number(call.flops),
            self._number(call.memory),
            tuple(collapsed(rows)),
            again,
            self._size(call.times),
        )

    def _own(self, call: LayerCall) -> list[Row]:
        """What the code of a layer computes beside the layers that it calls, if that has a cost in operations."""
        flops, memory = call.flops, call.memory
        for each in call.inner:
            flops = flops - each.flops * each.times
            memory = memory - each.memory * each.times
        settled = self._number(flops)
        if not call.inner or settled == 0:
            return []
        return [Row("(its own code)", "", None, 0, settled, self._number(memory))]

    def _uncalled(self, layer: Layer) -> list[Row]:
        """Children with parameters that nothing calls; a layer of the library uses its own unseen."""
        if isinstance(layer.body.decl, ast.ExternModule):
            return []
        rows: list[Row] = []
        for name, value in layer.body.children.items():
            found = list(paths(name, value))
            if self._called & {id(each) for _, each in found}:
                continue
            for path, each in found:
                params = self._number(self._params.of(each.body))
                if params != 0:
                    rows.append(Row(path, each.title, NOT_CALLED, params, 0, 0))
        return rows

    def _number(self, value: DimLike | None) -> DimLike | None:
        return None if value is None else self._size(value)

    def _size(self, value: DimLike) -> DimLike:
        """A number or formula in the user's words."""
        settled = self._frame.world.settle(value)
        if isinstance(settled, int):
            return settled
        settled = self._frame.world.facts.display(settled)
        self.chosen |= {s.partition("@")[0] for s in settled.symbols() if "@" in s}
        return figures.plain(settled, self._numbers)

    def _in_words(self, value: Value) -> Value:
        """A result with its sizes in the user's words."""
        match value:
            case Tensor(dims=dims) if dims is not None:
                return Tensor(value.dtype, tuple(map(self._size, dims)))
            case TupleValue(items, names, type_name):
                return TupleValue(tuple(self._in_words(i) for i in items), names, type_name)
            case ListValue(items):
                return ListValue(tuple(self._in_words(i) for i in items))
            case RepeatValue(element, count):
                return RepeatValue(self._in_words(element), self._size(count))
            case Choice(options):
                return Choice(tuple(self._in_words(option) for option in options))
            case Dim():
                return self._size(value)
        return value


def _calls(call: LayerCall) -> Iterator[LayerCall]:
    yield call
    for each in call.inner:
        yield from _calls(each)


def _bytes(value: Value) -> DimLike | None:
    return size_of(value) if isinstance(value, Tensor) and value.dims is not None else None


def _dims(made: Survey) -> list[DimLike | None]:
    inputs = [dim for x in made.inputs.values() if isinstance(x, Tensor) for dim in x.dims or ()]
    return [made.row.params, made.row.flops, made.row.memory, *inputs]


def collapsed(rows: Iterable[Row]) -> list[Row]:
    """Rows in which equal neighbours are one: `blocks.0` to `blocks.11` are `blocks.0-11`, twelve times.

    So are calls of one layer in a row, which keep its name.
    """
    found: list[tuple[Row, list[str]]] = []
    for row in rows:
        if found and found[-1][0].count == 1 and _alike(found[-1][0], row):
            if _joined([*found[-1][1], row.name]) is not None:
                found[-1][1].append(row.name)
                continue
        found.append((row, [row.name]))
    return [
        replace(
            row, name=_joined(names) or row.name, count=len(names) if len(names) > 1 else row.count
        )
        for row, names in found
    ]


def _alike(first: Row, row: Row) -> bool:
    """Whether rows differ in their names alone, or are calls of one layer that cost the same."""
    if first.name == row.name and row.again:
        return _as_first(first) == _as_first(row)
    return replace(first, name="") == replace(row, name="")


def _as_first(row: Row) -> Row:
    """The row of a layer's later call as that of its first one."""
    return replace(row, again=False, rows=tuple(map(_as_first, row.rows)))


def _joined(names: list[str]) -> str | None:
    """One name for several: the same one, or numbers in a row; None for others."""
    if len(set(names)) == 1:
        return names[0]
    stems = {name.rstrip("0123456789") for name in names}
    numbers = [name[len(name.rstrip("0123456789")) :] for name in names]
    if len(stems) != 1 or not all(numbers):
        return None
    if any(int(b) != int(a) + 1 for a, b in zip(numbers, numbers[1:], strict=False)):
        return None
    return f"{names[0]}-{numbers[-1]}"
