"""Weights: a state_dict, or a file that holds one."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from nnspec.runtime.errors import LoadError

Weights = Mapping[str, Tensor] | str | os.PathLike[str]
_MOST = 8


def put_in(model: nn.Module, weights: Weights, device: torch.device | None) -> None:
    """Fill a model with weights, which must have exactly its keys and shapes.

    Raises LoadError where they do not, OSError where the file cannot be read.
    """
    if isinstance(weights, (str, os.PathLike)):
        path = os.fspath(weights)
        state, whence = _read(path, device), path
    elif isinstance(weights, Mapping):
        state, whence = weights, "the given state_dict"
    else:
        raise LoadError(
            f"weights are a state_dict or the path of one, not a {type(weights).__name__}"
        )
    _compare(model.state_dict(), state, whence)
    model.load_state_dict(dict(state), strict=True)


def _read(path: str, device: torch.device | None) -> Mapping[str, Tensor]:
    place = device or torch.device("cpu")
    if path.endswith(".safetensors"):
        try:
            from safetensors.torch import load_file  # type: ignore[import-not-found]
        except ImportError as error:
            raise LoadError(
                f"{path} is a safetensors file, and safetensors is not installed: pip install safetensors"
            ) from error
        with open(path, "rb"):
            pass  # so that a missing file is an OSError, whatever safetensors makes of it
        tensors: Mapping[str, Tensor] = load_file(path, device=str(place))
        return tensors
    try:
        found = torch.load(path, map_location=place, weights_only=True)
    except pickle.UnpicklingError as error:
        raise LoadError(
            f"{path} holds more than tensors, so it is not read: a whole model, perhaps."
            " Save model.state_dict() instead"
        ) from error
    except (RuntimeError, EOFError, KeyError) as error:
        raise LoadError(f"{path} is no file of weights: {str(error).splitlines()[0]}") from error
    if not isinstance(found, Mapping):
        raise LoadError(f"{path} holds a {type(found).__name__}, not a state_dict")
    return found


def _compare(model: Mapping[str, Tensor], given: Mapping[str, Tensor], whence: str) -> None:
    """Raise LoadError where keys or shapes differ, with all that differs."""
    wrong = [key for key, value in given.items() if not isinstance(value, Tensor)]
    missing = [key for key in model if key not in given]
    unexpected = [key for key in given if key not in model]
    if wrong and not all(key in model for key in wrong):
        inside = [key for key in wrong if isinstance(given[key], Mapping)]
        hint = f"; is it inside, under {inside[0]!r}?" if inside else ""
        raise LoadError(f"{whence} is no state_dict: {wrong[0]!r} holds no tensor{hint}")
    lines: list[str] = []
    if missing:
        lines.append(f"missing: {_some(missing)}")
    if unexpected:
        lines.append(f"not in the model: {_some(unexpected)}")
        prefix = _common_prefix(unexpected)
        if prefix and all(key.removeprefix(prefix) in model for key in unexpected):
            lines.append(f"the keys fit once {prefix!r} is taken off their front")
    shapes = [
        f"{key}: the model has {list(value.shape)}, the weights have {list(given[key].shape)}"
        for key, value in model.items()
        if isinstance(given.get(key), Tensor) and given[key].shape != value.shape
    ]
    if shapes:
        lines += shapes[:_MOST]
        if len(shapes) > _MOST:
            lines.append(f"and {len(shapes) - _MOST} more shapes that differ")
    if lines:
        raise LoadError("\n  ".join([f"{whence} does not fit the model", *lines]))


def _some(keys: Sequence[str]) -> str:
    shown = ", ".join(keys[:_MOST])
    return shown if len(keys) <= _MOST else f"{shown} and {len(keys) - _MOST} more"


def _common_prefix(keys: Sequence[str]) -> str:
    first = keys[0].split(".")[0] + "."
    return first if all(key.startswith(first) for key in keys) else ""
