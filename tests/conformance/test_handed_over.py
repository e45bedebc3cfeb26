"""Layers that are made of others, and call them: a stack its layers and norm, a loss its distance. As torch does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nnspec.project import Project

# What makes the layer, and the shapes that it is called with.
ENCODED = "x: [6, 2, 8]"
DECODED = "x: [6, 2, 8], y: [4, 2, 8]"
TRIPLE = "x: [4, 3], y: [4, 3], z: [4, 3]"
TRIED = """
TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2, Linear(8, 5)) | ENCODED
TransformerEncoderLayer(8, 2, 16, activation=PReLU()) | ENCODED
TransformerEncoderLayer(8, 2, 16, activation=F.silu) | ENCODED
TransformerEncoder(TransformerEncoderLayer(8, 2, 16, activation=PReLU()), 3) | ENCODED
TransformerDecoderLayer(8, 2, 16, activation=PReLU()) | DECODED
Transformer(8, 2, 2, 1, 16, activation=PReLU()) | DECODED
TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2, norm=LSTM(8, 5)) | ENCODED
TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2, LayerNorm(4)) | ENCODED
TransformerEncoder(TransformerDecoderLayer(8, 2, 16), 2) | ENCODED
TransformerEncoder(Linear(8, 8), 2) | ENCODED
TransformerDecoder(TransformerDecoderLayer(8, 2, 16), 2, Sequential(RMSNorm(8), Linear(8, 5))) | DECODED
TransformerDecoder(TransformerDecoderLayer(8, 2, 16), 2, LayerNorm(4)) | DECODED
TransformerDecoder(TransformerEncoderLayer(8, 2, 16), 2) | DECODED
Transformer(8, 2, 1, 1, 16, custom_encoder=TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 1)) | DECODED
Transformer(8, 2, 1, 1, 16, custom_encoder=TransformerEncoder(TransformerEncoderLayer(6, 2, 16), 1)) | DECODED
Transformer(8, 2, 1, 1, 16, custom_encoder=Linear(8, 8)) | DECODED
Transformer(8, 2, 1, 1, 16, custom_decoder=TransformerDecoder(TransformerDecoderLayer(8, 2), 1, Linear(8, 3))) | DECODED
Transformer(8, 2, 1, 1, 16, custom_decoder=TransformerDecoder(TransformerDecoderLayer(6, 2), 1)) | DECODED
Transformer(8, 2, 1, 1, 16, custom_decoder=TransformerEncoder(TransformerEncoderLayer(8, 2), 1)) | DECODED
TripletMarginWithDistanceLoss(distance_function=PairwiseDistance(keepdim=True), reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=CosineSimilarity(dim=0), reduction="none", swap=True) | TRIPLE
TripletMarginWithDistanceLoss(distance_function=CosineSimilarity(dim=2), reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=Bilinear(3, 3, 1), reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=Bilinear(3, 4, 1), reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=Linear(3, 4), reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=F.mse_loss, reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=F.pairwise_distance, reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=torch.cdist, reduction="none") | TRIPLE
TripletMarginWithDistanceLoss(distance_function=F.relu) | TRIPLE
TripletMarginWithDistanceLoss(distance_function=PairwiseDistance) | TRIPLE
TripletMarginWithDistanceLoss(distance_function=2.0) | TRIPLE
""".strip().splitlines()
SHAPES = {"ENCODED": ENCODED, "DECODED": DECODED, "TRIPLE": TRIPLE}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("line", TRIED)
def test_handed_over(line: str) -> None:
    made, _, shapes = line.partition(" | ")
    signature = SHAPES[shapes]
    names = ", ".join(part.partition(":")[0] for part in signature.split("], "))
    inputs = [
        eval(f"torch.zeros({part.partition(':')[2].strip(' []')})")
        for part in signature.split("], ")
    ]
    try:
        layer = eval(made, {**vars(nn), "nn": nn, "F": F, "torch": torch})
        result = layer(*inputs)
    except (RuntimeError, TypeError, AttributeError, IndexError, AssertionError):
        result = None

    def accepted(promised: str, params: int | None = None) -> bool:
        text = (
            f"module Net:\n    inner = {made}\n"
            f"    def forward({signature}){promised}:\n        return inner({names})\n"
        )
        if params is not None:
            text += f"check Net:\n    params == {params}\n"
        return Project().check(Path("case.nnspec"), text).ok

    if result is None:
        assert not accepted("")
        return
    assert accepted(f" -> {_shape(result)}", sum(p.numel() for p in layer.parameters()))
    assert not accepted(f" -> {_shape(result, 1)}")


def _shape(result: torch.Tensor | tuple[object, ...], more: int = 0) -> str:
    if isinstance(result, torch.Tensor):
        sizes = list(result.shape)
        return str([*sizes[:-1], sizes[-1] + more]) if sizes else "[1]" if more else "[]"
    return f"({', '.join(_shape(item, more) for item in result)})"  # type: ignore[arg-type]
