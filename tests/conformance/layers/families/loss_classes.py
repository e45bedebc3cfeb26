"""Losses whose targets are classes or labels."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers
from tests.conformance.layers.families.loss import reduced


def _scores(draw: Draw, most: int = 2) -> tuple[Of, tuple[int, ...], int]:
    """Scores, the sizes of one number for each, and how many classes there are."""
    classes, dtype = draw.int(1, 5), draw.floating()
    if draw.seldom():
        return Of((classes,), dtype), (), classes
    front, rest = draw.int(1, 3), draw.sizes(draw.int(0, most))
    return Of((front, classes, *rest), dtype), (front, *rest), classes


def _weight(draw: Draw, classes: int, dtype: str) -> dict[str, Any]:
    return {"weight": Of((classes,), dtype)} if draw.seldom() else {}


@layers("CrossEntropyLoss")
def cross_entropy(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    x, numbers, classes = _scores(draw)
    made = _weight(draw, classes, x.dtype)
    made.update(draw.some(ignore_index=lambda: draw.one(-100, 0)))
    made.update(reduced(draw, name))
    made.update(draw.some(label_smoothing=lambda: draw.one(0.0, 0.1, 1)))
    target = x if draw.seldom() else Of(numbers, draw.one("int64", "int64", "uint8"))
    if target is x:
        made.pop("ignore_index", None)
    return made, {"input": x, "target": target}


@layers("NLLLoss")
def likelihood(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    x, numbers, classes = _scores(draw)
    made = _weight(draw, classes, x.dtype)
    made.update(draw.some(ignore_index=lambda: draw.one(-100, 0)))
    made.update(reduced(draw, name))
    return made, {"input": x, "target": Of(numbers, draw.one("int64", "int64", "uint8"))}


@layers("MultiMarginLoss")
def margins(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    x, numbers, classes = _scores(draw, 0)
    made = draw.some(p=lambda: draw.one(1, 2), margin=lambda: draw.one(1.0, 2))
    made.update(_weight(draw, classes, x.dtype))
    made.update(reduced(draw, name))
    return made, {"input": x, "target": Of(numbers, "int64")}


@layers("MultiLabelMarginLoss")
def labels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    x, _, _ = _scores(draw, 0)
    return reduced(draw, name), {"input": x, "target": Of(x.sizes, "int64")}


@layers("MultiLabelSoftMarginLoss")
def soft_labels(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes, dtype = draw.shape(1, 3), draw.floating()
    made = _weight(draw, sizes[-1], dtype)
    made.update(reduced(draw, name))
    return made, {"input": Of(sizes, dtype), "target": Of(sizes, dtype)}


@layers("CTCLoss")
def alignment(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(
        blank=lambda: 0,
        reduction=lambda: draw.one("mean", "sum", "none"),
        zero_infinity=draw.coin,
    )
    steps, classes, length = draw.int(3, 6), draw.int(2, 4), draw.int(1, 3)
    dtype = draw.one("float32", "float64")
    if draw.seldom():
        return made, {
            "log_probs": Of((steps, classes), dtype),
            "targets": Of((length,), "int64"),
            "input_lengths": draw.one(Of((), "int64"), (steps,)),
            "target_lengths": draw.one(Of((), "int64"), (length,)),
        }
    batch = draw.int(1, 3)
    sizes = (batch * length,) if draw.coin() else (batch, length)
    lengths: dict[str, Any] = {
        "input_lengths": [steps] * batch,
        "target_lengths": [length] * batch,
    }
    if len(sizes) == 2 and draw.coin():
        lengths = {each: Of((batch,), draw.one("int64", "int32")) for each in lengths}
    elif draw.coin():
        lengths = {each: tuple(value) for each, value in lengths.items()}
    return made, {
        "log_probs": Of((steps, batch, classes), dtype),
        "targets": Of(sizes, draw.one("int64", "int32")),
        **lengths,
    }


@layers("AdaptiveLogSoftmaxWithLoss")
def adaptive(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ends = [draw.int(1, 3)]
    for _ in range(draw.int(0, 2)):
        ends.append(ends[-1] + draw.int(1, 3))
    made: dict[str, Any] = {
        "in_features": draw.int(4, 9),
        "n_classes": ends[-1] + draw.int(1, 3),
        "cutoffs": ends,
    }
    made.update(draw.some(div_value=lambda: draw.one(4.0, 2, 1.5), head_bias=draw.coin))
    front = draw.batch()
    return made, {
        "input_": Of((*front, made["in_features"]), draw.one("float32", "float64")),
        "target_": Of(front, "int64"),
    }
