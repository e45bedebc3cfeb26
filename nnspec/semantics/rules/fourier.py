"""Fourier transforms: complex dtypes, and axes that are cut, padded or halved."""

from __future__ import annotations

from collections.abc import Callable

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, dtypes, takes
from nnspec.semantics.rules.arguments import is_size, origins_of, unknown
from nnspec.semantics.values import ERROR, DimLike, ErrorValue, Relation, Tensor, Value


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
    if not _precise(call, x):
        return ERROR
    if (
        not x.dims
        and x.dims is not None
        and (single or arguments.sizes(call.arguments.get("dim")) not in (None, ()))
    ):
        return call.fail("E0302", f"{call.name} takes no scalar", "input")
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
    if not axes and call.decl.name.startswith(("rfft", "irfft", "hfft", "ihfft")):
        return call.fail("E0305", f"{call.name} transforms one axis at least", "dim")
    if wanted is not None and len(wanted) > len(x.dims):
        return call.fail("E0305", f"{call.name} got {len(wanted)} sizes for {call.show(x)}", "s")
    if wanted is not None and len(wanted) != len(axes):
        return call.fail("E0305", f"{call.name} got {len(wanted)} sizes for {len(axes)} axes", "s")
    dims: list[DimLike] = list(x.dims)
    for i, at in enumerate(axes):
        # Those of several axes may be -1, as they are.
        given = wanted is not None and (single or wanted[i] != -1)
        size = wanted[i] if wanted is not None and given else dims[at]
        if isinstance(size, int) and size < 1:
            place = "n" if single else "s"
            return call.fail(
                "E0304",
                f"{call.name} along axis {at} of {call.show(x)} takes 1 or more points, not {size}",
                place if call.given(place) else None,
            )
        dims[at] = last(size, given) if i == len(axes) - 1 else size
        least = call.settle(dims[at])
        if isinstance(least, int) and least < 1:
            return call.fail("E0304", f"{call.name} along axis {at} of {call.show(x)} is empty")
    return Tensor(
        dtype,
        tuple(dims),
        tuple(o if a == b else None for o, a, b in zip(origins_of(x), dims, x.dims, strict=True)),
    )


def _precise(call: RuleCall, x: Tensor) -> bool:
    """Whether there are transforms of the dtype; reports E0303."""
    if x.dtype != "bfloat16":
        return True
    call.fail(
        "E0303",
        f"{call.name} takes no bfloat16 tensor",
        "input" if call.given("input") else None,
        help="`.float()` converts it",
    )
    return False


def shift(call: RuleCall) -> Value:
    """fftshift, ifftshift: the shape stays."""
    x = arguments.tensor(call)
    if x.dims == () and call.arguments.get("dim") is None:
        return call.fail("E0302", f"{call.name} takes no scalar")
    if call.arguments.get("dim") is not None and x.dims is not None:
        wanted = arguments.sizes(call.arguments["dim"])
        if wanted == ():
            return call.fail("E0305", f"{call.name} shifts along one axis at least", "dim")
        # An axis may be named twice: it is shifted twice.
        for each in wanted or ():
            found = arguments.axis_at(call, each, x, "dim")
            if isinstance(found, ErrorValue):
                return found
    return Tensor(x.dtype, x.dims, x.origins)


def frequencies(call: RuleCall) -> Value:
    """fftfreq, rfftfreq: one frequency for each bin."""
    n = call.arguments["n"]
    if not arguments.within(call, "n", 0):
        return ERROR
    dtype = arguments.dtype(call) or "float"
    if dtypes.is_integral(dtype):
        return call.fail("E0303", f"{call.name} makes floating numbers, not {dtype}", "dtype")
    if not is_size(n):
        return Tensor(dtype, (call.new_size(),))
    return Tensor(dtype, (call.settle(n // 2 + 1) if call.decl.name == "rfftfreq" else n,))


def stft(call: RuleCall) -> Value:
    """`stft(x, n_fft, hop_length, ..., return_complex=True)`: `[*, frequencies, frames]`.

    Source: `stft` in aten/src/ATen/native/SpectralOps.cpp.
    """
    x, n = arguments.tensor(call), call.arguments["n_fft"]
    hop: Value = call.arguments.get("hop_length")
    if not takes.none_of(call, "bool int") or not _precise(call, x) or not _window_fits(call, n):
        return ERROR
    complex_window = dtypes.is_complex(arguments.tensor(call, "window").dtype)
    if call.arguments["return_complex"] is None and not (
        dtypes.is_complex(x.dtype) or complex_window
    ):
        return call.fail(
            "E0401",
            f"{call.name} of real numbers needs `return_complex`",
            help="write `return_complex=True`",
        )
    if call.arguments["center"] is True and call.arguments["align_to_window"] is not None:
        return call.fail(
            "E0405",
            f"{call.name} aligns to the window with `center=False` alone",
            "align_to_window",
        )
    two_sided = dtypes.is_complex(x.dtype) or complex_window
    if two_sided and call.arguments["onesided"] is True:
        return call.fail("E0303", f"{call.name} of complex numbers has two sides", "onesided")
    for name in ("n_fft", "hop_length", "win_length"):
        if not arguments.within(call, name, 1):
            return ERROR
    if x.dims is None or not is_size(n):
        return unknown(_spectrum(x.dtype))
    if not arguments.rank_is(call, x, (1, 2)):
        return ERROR
    if hop is None and (hop := _quarter(call, n)) is None:
        return ERROR
    length = x.dims[-1]
    if call.arguments.get("center") is True:
        if call.arguments["pad_mode"] == "reflect" and not call.demand(
            Relation(n // 2, "<", length),
            f"{call.name} reflects {call.show(call.settle(n // 2))} of {call.show(length)} samples at each end",
            "n_fft",
            code="E0308",
        ):
            return ERROR
        length = length + 2 * (n // 2)
    if not call.demand(
        Relation(n, "<=", length),
        f"{call.name} takes {call.show(n)} of {call.show(length)} samples",
        "n_fft",
        code="E0308",
    ):
        return ERROR
    one_sided = call.arguments.get("onesided") is not False and not two_sided
    bins: DimLike = n // 2 + 1 if one_sided else n
    frames = call.settle((length - n) // hop + 1)
    dims = (*x.dims[:-1], call.settle(bins), frames)
    window = call.tensor("window")
    dtype = x.dtype if window is None else dtypes.promote(x.dtype, window.dtype)
    if call.arguments.get("return_complex") is not False:
        return Tensor(_spectrum(dtype), dims)
    return Tensor(dtypes.real_of(dtype), (*dims, 2))


def _points(call: RuleCall, bins: DimLike) -> str:
    """The number of points whose transform has so many frequencies on one side."""
    return f"{call.show(bins)} frequencies are those of `n_fft={call.show(call.settle(2 * (bins - 1)))}`"


def _quarter(call: RuleCall, n: DimLike) -> DimLike | None:
    """The steps between frames where none are given; None, and E0308, where that is no step at all."""
    hop = call.settle(n // 4)
    if hop != 0:
        return hop
    call.fail(
        "E0308",
        f"{call.name} moves on by a quarter of `n_fft`, which is 0 for {call.show(n)}",
        "n_fft",
        help="give a `hop_length`",
    )
    return None


def _window_fits(call: RuleCall, n: Value) -> bool:
    """The window is a floating vector of `win_length` samples, no more than a transform has."""
    window, length = call.tensor("window"), call.arguments["win_length"]
    if length is None:
        length = n
    if not is_size(length) or not is_size(n):
        return True
    if not call.demand(
        Relation(length, "<=", n),
        f"a window of {call.show(length)} in transforms of {call.show(n)}",
        "win_length",
        code="E0308",
    ):
        return False
    if window is None or window.dims is None:
        return True
    message = f"{call.name} takes a window of {call.show(length)} samples, got {call.show(window)}"
    if len(window.dims) != 1:
        call.fail("E0302", message, "window")
        return False
    own = call.show(window.dims[0])
    return call.agree(
        window.dims[0],
        length,
        message,
        "window" if call.given("window") else None,
        help=None if call.given("win_length") else f"give its length: `win_length={own}`",
    )


def istft(call: RuleCall) -> Value:
    """`istft(x, n_fft, hop_length, ..., length)`: the signal again."""
    x, n = arguments.tensor(call), call.arguments["n_fft"]
    hop, length = call.arguments["hop_length"], call.arguments["length"]
    if x.dtype is not None and not dtypes.is_complex(x.dtype):
        return call.fail("E0303", f"{call.name} takes complex numbers, got {x.dtype}", "input")
    if not _window_fits(call, n):
        return ERROR
    for name in ("n_fft", "hop_length", "win_length"):
        if not arguments.within(call, name, 1):
            return ERROR
    whole_signal = call.arguments["return_complex"] is True
    dtype = x.dtype if whole_signal else dtypes.real_of(x.dtype)
    if x.dims is None or not is_size(n):
        return unknown(dtype)
    if not arguments.rank_is(call, x, (2, 3)):
        return ERROR
    if hop is None and (hop := _quarter(call, n)) is None:
        return ERROR
    one_sided = call.arguments["onesided"]
    if whole_signal and one_sided is not True and one_sided is not None:
        one_sided = False
    if whole_signal and one_sided is True:
        return call.fail("E0303", f"{call.name} of one side is real", "return_complex")
    bins = n if one_sided is False or whole_signal else n // 2 + 1
    if not call.agree(
        x.dims[-2],
        call.settle(bins),
        f"{call.name} of {call.show(x)}: {call.show(call.settle(bins))} frequencies are needed",
        "input",
        others=arguments.came_from(x, -2),
        help=None if bins is n else _points(call, x.dims[-2]),
    ):
        return ERROR
    length_of_window = call.arguments["win_length"]
    if length_of_window is None:
        length_of_window = n
    if not call.demand(
        Relation(hop, "<=", length_of_window),
        f"{call.name} moves on by {call.show(hop)}, farther than its window of {call.show(length_of_window)}",
        "hop_length" if call.given("hop_length") else None,
        code="E0308",
    ):
        return ERROR
    if is_size(length):
        return Tensor(dtype, (*x.dims[:-2], length))
    whole = n + hop * (x.dims[-1] - 1)
    if call.arguments.get("center") is True:
        whole = whole - 2 * (n // 2)
    if call.settle(whole) == 0:
        return call.fail(
            "E0304",
            f"{call.name} of {call.show(x)} leaves no sample: half a window is cut off at each end",
            "input",
            help="`center=False` cuts none off",
        )
    return Tensor(dtype, (*x.dims[:-2], call.settle(whole)))
