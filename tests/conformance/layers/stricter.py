"""Where the checker refuses on purpose what torch takes: few reasons, each told in grammar/README.md."""

from __future__ import annotations

import re
from typing import Any

import torch

from tests.conformance import exceptions
from tests.conformance.harness import Outcome
from tests.conformance.layers.config import Config

FLOATING = "a layer of floating numbers, some of whose kernels take others too"
KIND = "an argument of a kind that the signature does not name, which torch never looks at"
EMPTY = "nothing is left: torch goes on with an empty tensor"
RANGE = "a number for which the layer means nothing, which torch never looks at"
MIXED = "states of two dtypes, which torch takes for one kernel of an LSTM"
INDEX = "indices of other integer dtypes than torch documents"
DEPRECATED = "torch itself says that it will be an error"
WRAPS = "a number that the dtype does not hold, which torch takes for another one"
CHANNELS = "a pooling without channels, which torch computes as a mean where one value is left"
WEIGHTS = "weights of classes with several axes, beside smoothed labels, or of another dtype beside probabilities"
IGNORED = "a mask that is_causal replaces, an output_padding beside an output_size, a keyword of Identity: unseen"

_NUMBERS = re.compile(
    "kernel_size must|stride must|dilation must|padding must be 0|label_smoothing is from 0 to 1"
    "|the probability dropout is|a table of no rows|size must be at least"
)
# Paddings that take more from a tensor than it has, and numbers that are read as wider ones.
_READING = re.compile("crops .* from axis|goes around by|takes an int32 or int64 tensor")


def reason(config: Config, found: Outcome, expected: Any) -> str | None:
    """Why the refusal is meant; None where it is a mistake of the checker."""
    codes = {d.code for d in found.errors}
    if all(exceptions.FLOATING.match(f"{d.code} {d.message}") for d in found.errors):
        return FLOATING
    if codes == {"E0405"}:
        return KIND
    if codes == {"E0304"} and _empty(expected):
        return EMPTY
    if means_nothing(found):
        return RANGE
    messages = " ".join(d.message for d in found.errors)
    if (
        codes == {"E0303"}
        and config.name in ("LSTM", "LSTMCell")
        and re.search("needs one dtype|is made of|has float32 weights", messages)
    ):
        return MIXED
    if codes == {"E0303"} and "takes an int32 or int64 tensor" in messages:
        return INDEX
    if codes == {"E0303"} and "does not hold" in messages:
        return WRAPS
    if codes == {"E0302"} and config.name in ("Dropout2d", "Dropout3d"):
        return DEPRECATED
    if codes == {"E0302"} and config.name in ("AdaptiveAvgPool2d", "AdaptiveAvgPool3d"):
        return CHANNELS
    if "output_size" in config.named and "output_padding must" in messages:
        return IGNORED
    if codes == {"E0302"} and "classes, but a weight of" in messages:
        return WEIGHTS
    if codes == {"E0303"} and config.name == "CrossEntropyLoss" and "needs one dtype" in messages:
        return WEIGHTS
    if codes == {"E0404"} and config.name == "Identity":
        return IGNORED
    if config.named.get("is_causal") is True and "mask` of" in messages:
        return IGNORED
    return None


def means_nothing(found: Outcome) -> bool:
    """Whether a number is out of its range: torch is better not asked, as kernels may read what is not theirs."""
    return bool(found.errors) and all(
        d.code == "E0321" and _NUMBERS.search(d.message) or _READING.search(d.message)
        for d in found.errors
    )


def _empty(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.numel() == 0
    return isinstance(value, tuple) and any(map(_empty, value))
