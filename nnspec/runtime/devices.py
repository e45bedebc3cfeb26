"""Devices and dtypes: what a model is made on, and of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nnspec.diagnostics.suggest import nearest
from nnspec.runtime.errors import LoadError

Device = str | int | torch.device | None
DType = str | torch.dtype | None


def find_device(wanted: Device) -> torch.device | None:
    """The device that is meant; `auto` is CUDA where there is one, else the CPU. None stays None.

    Raises LoadError where this machine has no such device.
    """
    if wanted is None:
        return None
    if isinstance(wanted, str) and wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except (RuntimeError, TypeError, ValueError):
        kinds = ["auto", "cpu", "cuda", "mps", "meta"]
        near = nearest(str(wanted).partition(":")[0], kinds, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f" (there are {', '.join(kinds)})"
        raise LoadError(f"{wanted!r} is no device{hint}") from None
    if device.type == "cuda":
        _check_cuda(device)
    elif device.type == "mps" and not torch.backends.mps.is_available():
        raise LoadError("there is no MPS device on this machine; use device='cpu' or 'auto'")
    elif device.type not in ("cpu", "cuda", "mps", "meta"):
        try:
            torch.empty(0, device=device)
        except (RuntimeError, NotImplementedError, AssertionError) as error:
            raise LoadError(f"there is no {device.type} device on this machine") from error
    elif device.type == "cpu" and device.index not in (None, 0):
        raise LoadError(f"there is one CPU device, cpu:0, and no {device}")
    return device


def _check_cuda(device: torch.device) -> None:
    if not torch.cuda.is_available():
        why = (
            "this PyTorch is built without CUDA"
            if torch.version.cuda is None and torch.version.hip is None
            else "no CUDA device is found"
        )
        raise LoadError(f"there is no device {str(device)!r}: {why}; use device='cpu' or 'auto'")
    count = torch.cuda.device_count()
    if device.index is not None and device.index >= count:
        last = f", cuda:0 to cuda:{count - 1}" if count > 1 else ", cuda:0"
        devices = "one CUDA device" if count == 1 else f"{count} CUDA devices"
        raise LoadError(f"there is no device {str(device)!r}: this machine has {devices}{last}")


def find_dtype(wanted: DType) -> torch.dtype | None:
    """The floating dtype that is meant; None stays None.

    Raises LoadError where it is none.
    """
    if wanted is None:
        return None
    dtype: object = wanted
    if isinstance(wanted, str):
        name = wanted.removeprefix("torch.")
        dtype = getattr(torch, name, None)
        if not isinstance(dtype, torch.dtype):
            floats = ["float32", "float64", "float16", "bfloat16"]
            near = nearest(name, floats, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f" (such as {', '.join(floats)})"
            raise LoadError(f"{wanted!r} is no dtype{hint}")
    if not isinstance(dtype, torch.dtype):
        raise LoadError(f"a dtype is a torch.dtype or its name, not {wanted!r}")
    if not dtype.is_floating_point:
        raise LoadError(f"parameters are floating-point numbers: {dtype} cannot be their dtype")
    return dtype


@contextmanager
def building(device: torch.device | None, dtype: torch.dtype | None) -> Iterator[None]:
    """Tensors made inside are made on the device, the floating ones of the dtype."""
    before = torch.get_default_dtype()
    if dtype is not None:
        try:
            torch.set_default_dtype(dtype)
        except TypeError as error:
            raise LoadError(f"PyTorch cannot make parameters of {dtype}") from error
    try:
        if device is None:
            yield
        else:
            with device:
                yield
    finally:
        if dtype is not None:
            torch.set_default_dtype(before)
