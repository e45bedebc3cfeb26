"""Fourier transforms: complex dtypes, and axes that are cut, padded or halved."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes
from nnspec.semantics.rules.arguments import is_size, origins_of, unknown
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Tensor, Value


def _spectrum(dtype: str | None) -> str | None:
    return dtypes.complex_of(dtype)


def fft(call: RuleCall) -> Value:
    """fft, ifft, fft2, fftn: complex; the transformed axes have the sizes of `s` (or `n`)."""
    x = arguments.tensor(call)
    return _transform(call, x, _spectrum(x.dtype), lambda size, given: size)


def rfft(call: RuleCall) -> Value:
    """rfft, rfft2, rfftn: of real numbers; of the last transformed axis `n // 2 + 1` are kept."""
    x = arguments.tensor(call)
    if dtypes.is_complex(x.dtype):
        return call.fail("E0303", f"{call.name} takes real tensors, got {x.dtype}", "input")
    return _transform(call, x, _spectrum(x.dtype), lambda size, given: call.settle(size // 2 + 1))


def irfft(call: RuleCall) -> Value:
    """irfft, irfft2, irfftn: real; the last transformed axis has `2 * (n - 1)`, or the size given."""
    x = arguments.tensor(call)
    dtype = dtypes.real_of(_spectrum(x.dtype))
    return _transform(
        call, x, dtype, lambda size, given: size if given else call.settle(2 * (size - 1))
    )


def _transform(
    call: RuleCall, x: Tensor, dtype: str | None, last: Callable[[DimLike, bool], DimLike]
) -> Value:
    single = "n" in call.arguments
    sizes = call.arguments["n"] if single else call.arguments["s"]
    if x.dims is None:
        return unknown(dtype)
    wanted = None if sizes is None else arguments.sizes(sizes)
    if sizes is not None and wanted is None:
        return unknown(dtype)
    if single or call.arguments.get("dim") is not None:
        axes = arguments.axes(call, "dim", x)
    else:
        count = len(wanted) if wanted is not None else len(x.dims)
        axes = tuple(range(len(x.dims) - count, len(x.dims)))
    if not isinstance(axes, tuple):
        return axes or unknown(dtype)
    if wanted is not None and len(wanted) != len(axes):
        return call.fail("E0305", f"{call.name} got {len(wanted)} sizes for {len(axes)} axes", "s")
    dims: list[DimLike] = list(x.dims)
    for i, at in enumerate(axes):
        given = wanted is not None and wanted[i] != -1
        size = wanted[i] if wanted is not None and given else dims[at]
        dims[at] = last(size, given) if i == len(axes) - 1 else size
        least = call.settle(dims[at])
        if isinstance(least, int) and least < 1:
            return call.fail("E0304", f"{call.name} along axis {at} of {call.show(x)} is empty")
    return Tensor(
        dtype,
        tuple(dims),
        tuple(o if a == b else None for o, a, b in zip(origins_of(x), dims, x.dims, strict=True)),
    )


def shift(call: RuleCall) -> Value:
    """fftshift, ifftshift: the shape stays."""
    x = arguments.tensor(call)
    if call.arguments.get("dim") is not None and x.dims is not None:
        found = arguments.axes(call, "dim", x)
        if isinstance(found, ErrorValue):
            return found
    return Tensor(x.dtype, x.dims, x.origins)


def frequencies(call: RuleCall) -> Value:
    """fftfreq, rfftfreq: one frequency for each bin."""
    n = call.arguments["n"]
    dtype = arguments.dtype(call) or "float"
    if not is_size(n):
        return Tensor(dtype, (call.new_size(),))
    return Tensor(dtype, (call.settle(n // 2 + 1) if call.decl.name == "rfftfreq" else n,))


def stft(call: RuleCall) -> Value:
    """`stft(x, n_fft, hop_length, ..., return_complex=True)`: `[*, frequencies, frames]`."""
    x, n = arguments.tensor(call), call.arguments["n_fft"]
    hop: Value = call.arguments.get("hop_length")
    if x.dims is None or not is_size(n):
        return unknown(_spectrum(x.dtype))
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    if hop is None:
        hop = call.settle(n // 4)
    length = x.dims[-1]
    if call.arguments.get("center") is True:
        length = length + 2 * (n // 2)
    bins: DimLike = (
        n if call.arguments.get("onesided") is False or dtypes.is_complex(x.dtype) else n // 2 + 1
    )
    frames = call.settle((length - n) // hop + 1)
    dims = (*x.dims[:-1], call.settle(bins), frames)
    if call.arguments.get("return_complex") is True:
        return Tensor(_spectrum(x.dtype), dims)
    return Tensor(x.dtype, (*dims, 2))


def istft(call: RuleCall) -> Value:
    """`istft(x, n_fft, hop_length, ..., length)`: the signal again."""
    x, n = arguments.tensor(call), call.arguments["n_fft"]
    hop, length = call.arguments["hop_length"], call.arguments["length"]
    dtype = dtypes.real_of(x.dtype)
    if x.dims is None or not is_size(n):
        return unknown(dtype)
    if not arguments.rank_is(call, x, (2, 3)):
        return ERROR
    if hop is None:
        hop = call.settle(n // 4)
    if is_size(length):
        return Tensor(dtype, (*x.dims[:-2], length))
    whole = n + hop * (x.dims[-1] - 1)
    if call.arguments.get("center") is True:
        whole = whole - 2 * (n // 2)
    return Tensor(dtype, (*x.dims[:-2], call.settle(whole)))
