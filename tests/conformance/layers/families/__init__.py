"""How the arguments of each layer are drawn; importing this room fills `draw.FAMILIES`."""

from tests.conformance.layers.families import (
    activation,
    attention,
    convolution,
    embedding,
    linear,
    loss,
    loss_classes,
    normalisation,
    padding,
    pooling,
    recurrent,
    vision,
)

__all__ = [
    "activation",
    "attention",
    "convolution",
    "embedding",
    "linear",
    "loss",
    "loss_classes",
    "normalisation",
    "padding",
    "pooling",
    "recurrent",
    "vision",
]
