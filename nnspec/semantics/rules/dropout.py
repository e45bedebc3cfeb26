"""Dropout as a function."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.values import Value


def dropout(call: RuleCall) -> Value:
    """`dropout(x, p, training)`: the same shape; torch's default drops in eval mode too."""
    if not call.given("training") and call.arguments["p"] != 0:
        call.warn(
            "W0206",
            f"`{call.name}` without `training=` drops in eval mode too, as torch's does",
            help="write `training=training`, or use a `Dropout` layer",
        )
    return call.result
