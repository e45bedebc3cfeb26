"""Specs as running models: `nnspec.load`, `nnspec.loads`, `nnspec.import_spec`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from torch import nn

from nnspec.project import Project
from nnspec.runtime.devices import Device, DType, building, find_device, find_dtype
from nnspec.runtime.errors import LoadError
from nnspec.runtime.hyperparameters import arguments, check_instance
from nnspec.runtime.program import TEXT, checked_entry, execute
from nnspec.runtime.weights import Weights, put_in
from nnspec.targets import TargetError, choose, split

__all__ = ["LoadError", "import_spec", "load", "loads"]

# Compiling fills caches that all threads share.
_ONE_AT_A_TIME = RLock()


def load(
    target: str | os.PathLike[str],
    /,
    device: Device = None,
    dtype: DType = None,
    weights: Weights | None = None,
    allow: str | Iterable[str] = (),
    **hyperparameters: Any,
) -> nn.Module:
    """A model of a spec, made by PyTorch in this process.

    target: `nets/resnet.nnspec:resnet50`; the name may be left out where the file has one candidate: its model,
        or, where it has no models, the module that no other one uses.
    device: where its parameters are created: `cpu`, `cuda`, `cuda:1`, `auto` (CUDA where there is one).
    dtype: of its floating-point parameters: `bfloat16`, `torch.float16`.
    weights: a state_dict, or the path of one (`.pt`, `.safetensors`), which must fit exactly.
    allow: packages whose Python the spec may bring in by `extern`; without it nothing but torch runs.
    hyperparameters: override the model's own, by the names that the spec has for them; one that is called like an
        argument above cannot be given here, but by a `model` line of the spec.

    Raises SpecError where the spec has errors, LoadError (a ValueError) where a name, a hyperparameter, the device,
    the dtype or the weights are wrong, OSError where a file cannot be read.
    """
    with _told():
        path, name = split(target)
    return _build(Path(path), None, name, device, dtype, weights, allow, hyperparameters)


def loads(
    text: str,
    /,
    name: str | None = None,
    *,
    device: Device = None,
    dtype: DType = None,
    weights: Weights | None = None,
    allow: str | Iterable[str] = (),
    **hyperparameters: Any,
) -> nn.Module:
    """A model of a spec that is given as text; what it imports is looked for in the current folder.

    name: the model or module, where the text has several; the rest as for `load`.

    Raises what `load` raises.
    """
    return _build(Path(TEXT), text, name, device, dtype, weights, allow, hyperparameters)


def import_spec(path: str | os.PathLike[str], allow: str | Iterable[str] = ()) -> ModuleType:
    """The classes and functions of a spec, as a Python module.

    allow: packages whose Python the spec may bring in by `extern`.

    Raises SpecError where the spec has errors, LoadError where it brings in Python that is not allowed,
    OSError where a file cannot be read.
    """
    with _ONE_AT_A_TIME:
        return execute(checked_entry(_project().entry(Path(path))), _packages(allow))


def _build(
    path: Path,
    text: str | None,
    name: str | None,
    device: Device,
    dtype: DType,
    weights: Weights | None,
    allow: str | Iterable[str],
    hyperparameters: dict[str, Any],
) -> nn.Module:
    with _ONE_AT_A_TIME:
        entry = checked_entry(_project().entry(path, text))
        assert entry.scope is not None
        with _told():
            target = choose(entry.scope, name)
        given = arguments(target, hyperparameters)
        check_instance(target, hyperparameters, _project().catalog)
        place, floats = find_device(device), find_dtype(dtype)
        module = execute(entry, _packages(allow))
    make = getattr(module, target.name)
    with building(place, floats):
        model = make(**given)
    if not isinstance(model, nn.Module):
        raise LoadError(f"{path}: `{target.name}` gives a {type(model).__name__}, not a layer")
    if weights is not None:
        put_in(model, weights, place)
    return model


@contextmanager
def _told() -> Iterator[None]:
    """A target that there is not is a mistake of loading."""
    try:
        yield
    except TargetError as error:
        raise LoadError(str(error)) from None


def _packages(allow: str | Iterable[str]) -> tuple[str, ...]:
    return (allow,) if isinstance(allow, str) else tuple(allow)


@cache
def _project() -> Project:
    """What this process has compiled: a file that has not changed is not compiled again."""
    return Project()
