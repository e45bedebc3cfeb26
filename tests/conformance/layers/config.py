"""One configuration: a layer, its arguments, and what it is called with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Of:
    """A tensor of zeros: its sizes, and torch's name of its dtype."""

    sizes: tuple[int, ...]
    dtype: str = "float32"

    def __repr__(self) -> str:
        return f"{self.dtype}{list(self.sizes)}"


@dataclass(frozen=True)
class Made:
    """A layer that is an argument of another one."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.name}({_shown(self.args, self.kwargs)})"


@dataclass(frozen=True)
class Config:
    """`name(*args, **kwargs)(*given, **named)`."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    given: tuple[Any, ...]
    named: dict[str, Any]

    def __repr__(self) -> str:
        made = Made(self.name, self.args, self.kwargs)
        return f"{made!r}({_shown(self.given, self.named)})"


def _shown(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return ", ".join([repr(a) for a in args] + [f"{k}={v!r}" for k, v in kwargs.items()])


def tensors(value: Any) -> Iterator[Of]:
    """The tensors within the arguments of a configuration, or within one of them."""
    match value:
        case Of():
            yield value
        case tuple() | list():
            for each in value:
                yield from tensors(each)
        case Config():
            yield from tensors([*value.given, *value.named.values()])
