"""Pickles of loaded models: they carry the specs from which their classes can be made anew."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from nnspec.runtime.program import Program

# Where a class keeps the program that it comes from.
_PROGRAM = "__nnspec__"


def make_portable(module: ModuleType, program: Program) -> None:
    """Let the layers and named tuples of a loaded module be pickled, copied, and read by other processes."""
    module.__dict__[_PROGRAM] = program
    for value in list(module.__dict__.values()):
        if not isinstance(value, type) or value.__module__ != module.__name__:
            continue
        if issubclass(value, nn.Module):
            setattr(value, _PROGRAM, program)
            value.__reduce_ex__ = _reduce_layer  # type: ignore[method-assign, assignment]
        elif issubclass(value, tuple):
            setattr(value, _PROGRAM, program)
            value.__reduce_ex__ = _reduce_tuple  # type: ignore[method-assign, assignment]


def _reduce_layer(self: nn.Module, protocol: int) -> tuple[Any, ...]:
    """How a layer is pickled: as the specs, the name of its class, and its state."""
    usual: tuple[Any, ...] = object.__reduce_ex__(self, max(2, protocol))  # type: ignore[assignment]
    program = vars(type(self)).get(_PROGRAM)
    if program is None:
        return usual  # a class that somebody has derived from a loaded one
    return new_layer, (program, type(self).__name__), *usual[2:]


def _reduce_tuple(self: tuple[Any, ...], protocol: int) -> tuple[Any, ...]:
    program = vars(type(self)).get(_PROGRAM)
    if program is None:
        usual: tuple[Any, ...] = object.__reduce_ex__(self, max(2, protocol))  # type: ignore[assignment]
        return usual
    return new_tuple, (program, type(self).__name__, *self)


def new_layer(program: Program, name: str) -> nn.Module:
    """An object of a loaded class, before its state is put in: what a pickle of a layer calls."""
    cls = getattr(program.module(), name)
    layer: nn.Module = cls.__new__(cls)
    return layer


def new_tuple(program: Program, name: str, *items: Any) -> Any:
    """A named tuple of a loaded class: what a pickle of one calls."""
    make: Callable[..., Any] = getattr(program.module(), name)
    return make(*items)
