"""Dropout: what may be dropped, and when."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import takes
from nnspec.semantics.values import ERROR, Value


def dropout(call: RuleCall) -> Value:
    """`dropout(x, p, training)`: the same shape; torch's default drops in eval mode too."""
    training = call.arguments["training"]
    if training is not False and not _floating(call):
        return ERROR
    if not call.given("training") and call.arguments["p"] != 0:
        call.warn(
            "W0206",
            f"`{call.name}` without `training=` drops in eval mode too, as torch's does",
            help="write `training=training`, or use a `Dropout` layer",
        )
    return call.result


def dropped(call: RuleCall) -> Value:
    """`Dropout(p)`: the same shape."""
    return call.result if _floating(call) else ERROR


def _floating(call: RuleCall) -> bool:
    """Whether a part of the numbers can be dropped: what is left is scaled, unless all or none are."""
    p = call.arguments["p"]
    return p in (0, 1) or takes.none_of(call, "bool int complex")
