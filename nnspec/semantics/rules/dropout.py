"""Dropout: what may be dropped, and when."""

from __future__ import annotations

from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.rules import arguments, takes
from nnspec.semantics.values import ERROR, Value


def dropout(call: RuleCall) -> Value:
    """`dropout(x, p, training)`: the same shape; torch's default drops in eval mode too."""
    training = call.arguments["training"]
    if not arguments.within(call, "p", 0, 1):
        return ERROR
    if training is not False and not _floating(call):
        return ERROR
    if not call.given("training") and call.arguments["p"] != 0:
        call.warn(
            "W0206",
            f"`{call.name}` without `training=` drops in eval mode too, as torch's does",
            help="write `training=training`, or use a `Dropout` layer",
        )
    return call.result


def dropout_form(call: RuleCall) -> Value:
    """torch's own forms, and alpha dropout: they are told whether they train, and drop nothing unless they do."""
    trains = call.arguments.get("train", call.arguments.get("training"))
    x = arguments.tensor(call)
    if not arguments.within(call, "p", 0, 1):
        return ERROR
    if trains is not False and not _floating(call):
        return ERROR
    if (
        trains is True
        and call.decl.name.startswith("feature")
        and x.dims is not None
        and len(x.dims) < 2
    ):
        return call.fail("E0302", f"{call.name} takes 2 axes or more, got {call.show(x)}", "input")
    return call.result


def dropped(call: RuleCall) -> Value:
    """`Dropout(p)`: the same shape."""
    return call.result if _floating(call) else ERROR


def _floating(call: RuleCall) -> bool:
    """Whether a part of the numbers can be dropped: what is left is scaled, unless all or none are."""
    p = call.arguments["p"]
    return p in (0, 1) or takes.none_of(call, "bool int complex")
