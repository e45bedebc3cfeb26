"""Losses of pairs of tensors, and distances."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers

REDUCTIONS = ("mean", "sum", "none")

_OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "L1Loss": {},
    "MSELoss": {},
    "SmoothL1Loss": {"beta": (1.0, 2, 0.5)},
    "HuberLoss": {"delta": (1.0, 2, 0.5)},
    "SoftMarginLoss": {},
    "HingeEmbeddingLoss": {"margin": (1.0, 2)},
    "PoissonNLLLoss": {"log_input": (True, False), "full": (False, True), "eps": (1e-8, 1e-3)},
    "KLDivLoss": {"log_target": (False, True)},
    "BCELoss": {},
    "BCEWithLogitsLoss": {},
    "GaussianNLLLoss": {"full": (False, True), "eps": (1e-6, 1e-3)},
}


def reduced(draw: Draw, name: str) -> dict[str, Any]:
    """Some way to say the reduction, the old ones seldom."""
    if draw.seldom() and name not in ("HuberLoss", "GaussianNLLLoss"):
        return draw.some(size_average=draw.coin, reduce=draw.coin)
    more = ("batchmean",) if name == "KLDivLoss" else ()
    return draw.some(reduction=lambda: draw.one(*REDUCTIONS, *more))


def broadcast(draw: Draw, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes that broadcast with those given."""
    if not draw.seldom():
        return sizes
    return tuple(draw.one(s, 1) for s in sizes[draw.int(0, len(sizes)) :])


@layers(*_OPTIONS)
def elementwise(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = {o: draw.one(*values) for o, values in _OPTIONS[name].items() if draw.coin()}
    made.update(reduced(draw, name))
    sizes, dtype = draw.shape(0, 3), draw.floating()
    exact = name.startswith("BCE")
    first = "log_input" if name == "PoissonNLLLoss" else "input"
    target = sizes if exact else broadcast(draw, sizes)
    other = dtype if exact or not draw.seldom() else draw.any_dtype()
    given: dict[str, Any] = {first: Of(sizes, dtype), "target": Of(target, other)}
    if exact and draw.seldom():
        made["weight"] = Of(broadcast(draw, sizes), dtype)
    if name == "BCEWithLogitsLoss" and draw.seldom():
        made["pos_weight"] = Of(broadcast(draw, sizes), dtype)
    if name == "GaussianNLLLoss":
        given["var"] = draw.one(Of(sizes, dtype), Of(sizes[:-1], dtype), 1.0)
        if sizes and draw.seldom():
            given["var"] = Of((*sizes[:-1], 1), dtype)
    return made, given


@layers("MarginRankingLoss")
def ranking(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(margin=lambda: draw.one(0.0, 1))
    made.update(reduced(draw, name))
    sizes, dtype = draw.shape(0, 3), draw.floating()
    names = ("input1", "input2", "target")
    return made, {each: Of(tuple(draw.one(s, s, 1) for s in sizes), dtype) for each in names}


@layers("CosineEmbeddingLoss")
def cosine_embedding(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(margin=lambda: draw.one(0.0, 0.5))
    made.update(reduced(draw, name))
    front, width, dtype = draw.batch(), draw.int(1, 4), draw.floating()
    x = Of((*front, width), dtype)
    target = Of(front, draw.one(dtype, "int64"))
    return made, {"input1": x, "input2": x, "target": target}


@layers("TripletMarginLoss", "TripletMarginWithDistanceLoss")
def triplet(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(margin=lambda: draw.one(1.0, 2))
    if name == "TripletMarginLoss":
        made.update(draw.some(p=lambda: draw.one(2.0, 1), eps=lambda: draw.one(1e-6, 1e-3)))
    made.update(draw.some(swap=draw.coin))
    made.update(
        draw.some(reduction=lambda: draw.one(*REDUCTIONS))
        if name != "TripletMarginLoss"
        else reduced(draw, name)
    )
    sizes, dtype = draw.shape(1, 3), draw.floating()
    names = ("anchor", "positive", "negative")
    return made, {each: Of(tuple(draw.one(s, s, s, 1) for s in sizes), dtype) for each in names}


@layers("CosineSimilarity")
def similarity(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    sizes, dtype = draw.shape(1, 3), draw.floating()
    if len(sizes) < 2 or draw.coin():
        made: dict[str, Any] = {"dim": draw.int(-len(sizes), len(sizes) - 1)}
    else:
        made = {}
    made.update(draw.some(eps=lambda: draw.one(1e-8, 1e-3)))
    return made, {"x1": Of(sizes, dtype), "x2": Of(broadcast(draw, sizes), dtype)}


@layers("PairwiseDistance")
def distance(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made = draw.some(
        p=lambda: draw.one(2.0, 1), eps=lambda: draw.one(1e-6, 1e-3), keepdim=draw.coin
    )
    sizes, dtype = draw.shape(1, 3), draw.floating()
    return made, {"x1": Of(sizes, dtype), "x2": Of(broadcast(draw, sizes), dtype)}
