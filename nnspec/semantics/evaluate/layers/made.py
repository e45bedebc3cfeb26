"""What a layer of torch is made of: its `dtype`, which the tensors that it is called with have as well."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Label
from nnspec.semantics.evaluate.calling import kinds
from nnspec.semantics.evaluate.layers import weights
from nnspec.semantics.evaluate.run import Frame
from nnspec.semantics.values import DType, LayerBody, Tensor, Value
from nnspec.semantics.world import error
from nnspec.source import Span
from nnspec.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nnspec.semantics.evaluate.calling.matching import Callee, Pair

# Normalisations, by their rules. Their weights may be float32 beside a tensor of 16 bits, whose dtype the result has.
# Source: `check_mixed_data_type` in aten/src/ATen/native/cpu/mixed_data_type.h.
NORMS = frozenset({"layer_norm", "batch_statistics", "instance_norm", "group_norm"})
_SHORT = frozenset({"float16", "bfloat16"})
# Of what a model is not made as long as nobody says so.
_OTHER = frozenset({"float64", *_SHORT})


def of(body: LayerBody) -> str | None:
    """The dtype that a layer was made with; None where it is left open."""
    dtype = body.arguments.get("dtype")
    return dtype.name if isinstance(dtype, DType) and dtype.name != "float" else None


def is_floating(value: Value, span: Span, name: str, frame: Frame) -> bool:
    """Whether the `dtype` of a layer is one of floating numbers, which is reported where it is not."""
    if not isinstance(value, DType) or value.name in kinds.FLOATING:
        return True
    frame.report(
        error(
            "E0405",
            f"`dtype` of `{name}` is a floating dtype, but is given {value.name}",
            span,
            help="one of float32, float64, float16 and bfloat16: parameters are floating-point numbers",
        )
    )
    return False


def _weighs(body: LayerBody) -> bool:
    """Whether a normalisation has weights or statistics that its input meets.

    torch copies the statistics of an instance norm, of whatever dtype they are.
    """
    copied = body.decl.name.startswith("Instance")
    return any(p.kind == "param" or not copied for p in body.parameters.values())


def agrees(
    pairs: Iterable[Pair],
    values: Mapping[str, Value],
    spans: Mapping[str, Span],
    inner: Frame,
    callee: Callee,
) -> bool:
    """Whether what a layer is called with has its dtype, which then stands for that of bare shapes.

    Where the layer is a normalisation, that of its input stands for them.

    pairs: the tensors that are declared as shapes; rules look at others, such as masks.
    """
    body = inner.body
    if body is None or not callee.library:
        return True
    dtype = of(body)
    if dtype is None:
        # What masks may be of, the rules of attention say.
        others = {
            name: value
            for name, value in values.items()
            if isinstance(value, Tensor) and value.dtype in _OTHER and not name.endswith("mask")
        }
        return not others or weights.agree(others, spans, inner, callee)
    decl = body.decl
    norm = isinstance(decl, ast.ExternModule) and decl.rule in NORMS
    if not norm:
        inner.dims["dtype "] = dtype
    elif decl.name.startswith("RMS") or not _weighs(body):
        return True
    given = ((spans.get(n, callee.span), v) for n, v in values.items())
    for place, value in given if norm else ((p.span, p.tensor) for p in pairs):
        if not isinstance(value, Tensor) or value.dtype in (dtype, "float"):
            continue
        if (
            value.dtype not in kinds.FLOATING
            or norm
            and dtype == "float32"
            and value.dtype in _SHORT
        ):
            continue
        made = () if callee.made is None else (Label(callee.made, f"made of {dtype} here"),)
        inner.report(
            error(
                "E0303",
                f"`{callee.name}` is made of {dtype}, but is given {value.dtype}",
                place,
                f"this is {value.dtype}",
                made,
                help=f"convert it with `.to({dtype})`, or make the layer of {value.dtype}",
            )
        )
        return False
    return True
