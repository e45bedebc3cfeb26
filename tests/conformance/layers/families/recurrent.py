"""Recurrent layers and their cells."""

from __future__ import annotations

from typing import Any

from tests.conformance.layers.config import Of
from tests.conformance.layers.draw import Draw, layers


@layers("RNN", "LSTM", "GRU")
def stacked(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"input_size": draw.int(1, 5), "hidden_size": draw.int(2, 5)}
    made.update(draw.some(num_layers=lambda: draw.int(1, 3)))
    if name == "RNN":
        made.update(draw.some(nonlinearity=lambda: draw.one("tanh", "relu")))
    made.update(
        draw.some(
            bias=draw.coin,
            batch_first=draw.coin,
            dropout=lambda: draw.one(0.0, 0.5, 0),
            bidirectional=draw.coin,
        )
    )
    if name == "LSTM" and draw.coin():
        made["proj_size"] = draw.int(0, made["hidden_size"] - 1)
    dtype = draw.one("float32", "float32", "float64")
    front = draw.sizes(draw.int(1, 2), 1, 4)
    given: dict[str, Any] = {"input": Of((*front, made["input_size"]), dtype)}
    if draw.coin():
        rows = made.get("num_layers", 1) * (2 if made.get("bidirectional") else 1)
        batch = () if len(front) == 1 else (front[0 if made.get("batch_first") else 1],)
        hidden = made["hidden_size"]
        state = Of((rows, *batch, made.get("proj_size") or hidden), dtype)
        given["hx"] = (state, Of((rows, *batch, hidden), dtype)) if name == "LSTM" else state
        if draw.seldom():
            given["hx"] = None
    return made, given


@layers("RNNCell", "LSTMCell", "GRUCell")
def cell(draw: Draw, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {"input_size": draw.int(1, 5), "hidden_size": draw.int(1, 5)}
    made.update(draw.some(bias=draw.coin))
    if name == "RNNCell":
        made.update(draw.some(nonlinearity=lambda: draw.one("tanh", "relu")))
    front, dtype = draw.batch(), draw.one("float32", "float32", "float64")
    given: dict[str, Any] = {"input": Of((*front, made["input_size"]), dtype)}
    if draw.coin():
        state = Of((*front, made["hidden_size"]), dtype)
        given["hx"] = (state, state) if name == "LSTMCell" else state
        if draw.seldom():
            given["hx"] = None
    return made, given
