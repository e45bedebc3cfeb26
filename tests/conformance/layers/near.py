"""Configurations that differ from one in one thing, of which torch refuses many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from tests.conformance.layers.config import Config, Made, Of
from tests.conformance.layers.draw import DTYPES, FLOATS, Draw, like

_DROP = object()
_PARTS = ("args", "kwargs", "given", "named")


def changed(draw: Draw, config: Config) -> Config:
    """One of the neighbours; where it is changed is drawn first."""
    places = [part for part in _PARTS if getattr(config, part)]
    part = draw.one(*places, "more")
    if part == "more":
        return draw.one(*_with_more(config))
    key = draw.one(*_keys(getattr(config, part)))
    return draw.one(*_changed_at(config, part, key))


def neighbours(config: Config) -> Iterator[Config]:
    """All configurations with one argument or input changed, left out or added."""
    for part in _PARTS:
        for key in _keys(getattr(config, part)):
            yield from _changed_at(config, part, key)
    yield from _with_more(config)


def _changed_at(config: Config, part: str, key: Any) -> list[Config]:
    held = getattr(config, part)
    values = [*_changes(held[key]), _DROP]
    if part in ("args", "kwargs"):
        # Weights are of the numbers that the rest of a model has.
        values = [v for v in values if not isinstance(v, Of) or v.dtype in FLOATS]
    return [replace(config, **{part: _with(held, key, value)}) for value in values]


def _keys(held: Any) -> list[Any]:
    return list(held) if isinstance(held, dict) else list(range(len(held)))


def _with(held: Any, key: Any, value: Any) -> Any:
    if isinstance(held, dict):
        rest = {k: value if k == key else v for k, v in held.items()}
        return {k: v for k, v in rest.items() if v is not _DROP}
    items = [value if i == key else v for i, v in enumerate(held)]
    return tuple(v for v in items if v is not _DROP)


def _with_more(config: Config) -> list[Config]:
    """With a keyword that nothing has, or with an input too many."""
    first = next(iter([*config.given, *config.named.values()]))
    return [
        replace(config, kwargs={**config.kwargs, "colour": 1}),
        replace(config, named={**config.named, "shade": None}),
        replace(config, given=(*config.given, first)),
    ]


def _changes(value: Any) -> Iterator[Any]:
    """What may be put in place of a value."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1, -value, 0, value + 7, value + 0.5, str(value))
            yield from ((value,) * count for count in range(1, 5))
        case float():
            yield from (-value, value + 1.5, 0.0, str(value), None)
        case str():
            yield from (value + "s", value.upper(), 1)
        case Of():
            yield from _tensors(value)
        case torch.dtype():
            yield from (torch.float64, torch.bfloat16, torch.int64, str(value), 1)
        case tuple() | list():
            kind = type(value)
            yield kind([*value, *value[-1:]])
            yield kind(value[:-1])
            for at, item in enumerate(value):
                for new in _changes(item):
                    yield kind([*value[:at], new, *value[at + 1 :]])
        case Made():
            yield 3


def _tensors(x: Of) -> Iterator[Any]:
    for at, size in enumerate(x.sizes):
        for by in (1, -1, 3):
            if size + by > 0:
                yield like(x, [s + by * (i == at) for i, s in enumerate(x.sizes)])
        yield like(x, [s for i, s in enumerate(x.sizes) if i != at])
    yield like(x, x.sizes[::-1])
    yield like(x, (1, *x.sizes))
    yield like(x, (2, *x.sizes))
    yield like(x, (*x.sizes, 1))
    for dtype in DTYPES:
        if dtype != x.dtype:
            yield Of(x.sizes, dtype)
    yield None
