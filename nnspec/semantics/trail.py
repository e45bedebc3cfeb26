"""Telling where sizes come from: labels at the places that set them, and the way of a tensor through the steps.

`x: [B, 3, 32, 32] → conv1 → [B, 6, 28, 28] → … → flatten → [B, 400]`
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnspec.diagnostics.diagnostic import Label
from nnspec.record import Record
from nnspec.semantics.steps import Declared, Entry, Origin, Step
from nnspec.semantics.values import (
    DictValue,
    DimLike,
    Layer,
    ListValue,
    RepeatValue,
    Tensor,
    Value,
)
from nnspec.semantics.world import World
from nnspec.source import Span

# Of a long way the first and the last changes of shape are shown.
FIRST, LAST = 2, 3
MOST_OTHERS = 2
MOST_HOPS = 60
MOST_CALLS = 6

# What the sizes are sizes of, by the hyperparameter that says them.
_UNITS = {
    "out_channels": "channels",
    "out_features": "features",
    "embedding_dim": "features",
}


class Whence(Record, eq=False):
    """A size whose place is to be told if the message is told at all."""

    tensor: Tensor
    axis: int


def told(
    world: World, others: Sequence[Label | Whence]
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Labels for everything in `others`, and notes on the ways of its sizes that are worked out."""
    labels: list[Label] = []
    sizes = [one for one in others if isinstance(one, Whence)]
    for one in others:
        found = made(world, one.tensor, one.axis) if isinstance(one, Whence) else (one,)
        labels += [label for label in found if label not in labels]
    if len(sizes) == 1:
        return tuple(labels), note(world, sizes[0].tensor, sizes[0].axis)
    if len(sizes) == 2 and any(
        _is_worked_out(_traced(one.tensor.origin(one.axis))[0]) for one in sizes
    ):
        return tuple(labels), notes(world, sizes[0].tensor, sizes[1].tensor)
    return tuple(labels), ()


# --- labels ----------------------------------------------------------------------------------------


def made(world: World, x: Tensor, axis: int) -> tuple[Label, ...]:
    """Where the size of an axis was set: the step that made it, or the type that declares it."""
    if x.dims is None:
        return ()
    origin, _ = _traced(x.origin(axis))
    if origin is None:
        return ()
    size, step = world.show(x.dims[axis]), origin.step
    if isinstance(step, Declared):
        return (Label(step.span, "declared here"),)
    name = said_by(origin)
    unit = f" {_UNITS[name]}" if name in _UNITS else ""
    text = f"`{_name(step)}` makes {size}{unit} here"
    if name is not None and step.layer is not None and name in step.layer.spans:
        place = step.layer.spans[name]
        return (Label(place, text), *_behind(world, step.layer, name))
    return (Label(step.span, text),)


def _name(step: Step) -> str:
    return step.name if step.layer is None else path_of(step.layer, step.name)


def path_of(layer: Layer, name: str) -> str:
    """`blocks[3]` for what a loop calls `block`: where a layer is among those of the layer that made it."""
    members = layer.maker.body.members if layer.maker is not None else {}
    if name.isidentifier() and name not in members:
        for member, value in members.items():
            for path, found in _layers(value, member):
                if found is layer:
                    return path
    return name


def _layers(value: Value, path: str) -> Iterator[tuple[str, Layer]]:
    match value:
        case Layer():
            yield path, value
        case ListValue(items):
            for i, item in enumerate(items):
                yield from _layers(item, f"{path}[{i}]")
        case DictValue():
            for key, item in value.items.items():
                yield from _layers(item, f"{path}[{key!r}]")
        case RepeatValue(element):
            yield from _layers(element, f"{path}[i]")


def declared(world: World, layer: Layer | None, name: str) -> tuple[Label, ...]:
    """Where a hyperparameter of a layer was written: "32 declared here" in its constructor."""
    if layer is None or name not in layer.spans:
        return ()
    place, value = layer.spans[name], layer.body.arguments.get(name)
    if not isinstance(value, DimLike) or isinstance(value, bool):
        return (Label(place, f"`{name}` given here"),)
    return (
        Label(place, _given(world, name, value, place)),
        *_behind(world, layer, name),
    )


def _given(world: World, name: str, value: DimLike, place: Span) -> str:
    size = world.show(value)
    if place.text.replace("_", "") == size:
        return f"{size} declared here"
    return f"`{name}` is {size} here"


def _behind(world: World, layer: Layer, name: str) -> tuple[Label, ...]:
    """Where the number was written that reached a constructor as a hyperparameter: `Conv2d(width, 8, 3)`."""
    place = value = None
    for _ in range(MOST_HOPS):
        maker, text = layer.maker, layer.spans[name].text if name in layer.spans else ""
        if maker is None or text not in maker.body.arguments:
            break
        value, name, layer = maker.body.arguments[text], text, maker
        place = maker.spans.get(text) or _default(maker, text)
    if place is None or not isinstance(value, int):
        return ()
    return (Label(place, _given(world, name, value, place)),)


def _default(layer: Layer, name: str) -> Span | None:
    """The default of a hyperparameter that was not given."""
    for param in layer.body.decl.signature.params:
        if param.name == name and param.default is not None:
            return param.default.span
    return None


def said_by(origin: Origin) -> str | None:
    """The hyperparameter of the step's layer that says the size; also where its own layers say it.

    `block = Block(3, 16)` whose last layer is `Conv2d(width, out, 3)` makes 16, as `out` says.
    """
    if origin.by is not None or origin.inside is None or origin.step.layer is None:
        return origin.by
    name = said_by(origin.inside)
    inner = origin.inside.step.layer
    if name is None or inner is None:
        return None
    if inner.body is origin.step.layer.body:
        # Its signature says so, and nobody had to look inside.
        return name
    if name not in inner.spans:
        return None
    text = inner.spans[name].text
    return text if text in origin.step.layer.body.arguments else None


def _traced(origin: Origin | None) -> tuple[Origin | None, int]:
    """The origin of what was given to the code in which the tensor is, and how many calls lie between."""
    calls = 0
    while origin is not None and isinstance(origin.step, Entry) and origin.axis is not None:
        outer = origin.step.inputs[0].origin(origin.axis)
        if outer is None:
            break
        calls += not origin.step.through
        origin = outer
    return origin, calls


def _is_worked_out(origin: Origin | None) -> bool:
    """Whether a size is the outcome of arithmetic, and written nowhere."""
    return origin is not None and not isinstance(origin.step, Declared) and said_by(origin) is None


# --- ways ------------------------------------------------------------------------------------------


def note(world: World, x: Tensor, axis: int | None = None) -> tuple[str, ...]:
    """The way of a tensor as a note; none where the size of the axis is written somewhere."""
    calls = 0
    if axis is not None and x.dims is not None:
        origin, calls = _traced(x.origin(axis))
        if not _is_worked_out(origin):
            return ()
    text = _way(world, list(_chain(x, calls)))
    return () if text is None else (text,)


def notes(world: World, a: Tensor, b: Tensor) -> tuple[str, ...]:
    """The ways of two tensors from where they part, one note each; none for one that came no way."""
    left, right = next(_parted(a, b), (list(_chain(a)), list(_chain(b))))
    return tuple(text for chain in (left, right) if (text := _way(world, chain)) is not None)


def _parted(a: Tensor, b: Tensor) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """The steps of two tensors since the last one that both share, looked for further and further out."""
    for calls in range(MOST_CALLS):
        left, right = list(_chain(a, calls)), list(_chain(b, calls))
        passed = {id(x.step): i for i, x in enumerate(right) if x.step is not None}
        for i, x in enumerate(left):
            if id(x.step) in passed:
                yield left[: i + 1], right[: passed[id(x.step)] + 1]


def _chain(x: Tensor, calls: int = 0) -> Iterator[Tensor]:
    """The tensor, the one it was made of, and so on, back to what the code was given.

    calls: through how many calls to go further back, into the code that made them.
    """
    yield x
    while x.step is not None and x.step.inputs:
        step = x.step
        if isinstance(step, Entry) and not step.through:
            if calls == 0:
                return
            calls -= 1
        x = _main(step, x)
        yield x


def _main(step: Step, made: Tensor) -> Tensor:
    """Of several inputs the one that the result continues."""
    inputs = step.inputs
    if len(inputs) == 1:
        return inputs[0]
    same = next((x for x in inputs if x.dims == made.dims), None)
    # Next to what came a long way stand things that are made on the spot, such as a class token.
    return same or max(inputs, key=lambda x: -1 if x.step is None else x.step.depth)


def _way(world: World, chain: list[Tensor]) -> str | None:
    """The chain, oldest first, with the steps that change the shape; None where there are none."""
    stops: list[str] = []
    before: str | None = None
    for x in reversed(chain):
        shape, step = world.show_shape(x.dims), x.step
        if before is None:
            start = _start(shape, step)
        elif shape != before and step is not None:
            stops.append(f"{_name(step)}{_others(world, x, step)} → {shape}")
        before = shape
    if not stops:
        return None
    if len(stops) > FIRST + LAST + 1:
        stops = [*stops[:FIRST], "…", *stops[-LAST:]]
    return " → ".join([start, *stops])


def _start(shape: str, step: Step | None) -> str:
    """`x: [B, 3]`, `conv1: [B, 6, 28, 28]`, and dots where more lies before than was kept."""
    if step is None:
        return f"… → {shape}"
    name = _name(step)
    return f"{name}: {shape}" if name.replace(".", "_").isidentifier() else shape


def _others(world: World, made: Tensor, step: Step) -> str:
    """` with [B, 3, 8, 8]` where a result continues one of several tensors."""
    if len(step.inputs) < 2 or isinstance(step, Entry):
        return ""
    main = _main(step, made)
    rest = [world.show_shape(x.dims) for x in step.inputs if x is not main and x.dims is not None]
    return f" with {', '.join(rest)}" if 0 < len(rest) <= MOST_OTHERS else ""
