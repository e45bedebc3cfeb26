"""What losses take for their numbers, and what they are given: scores, probabilities, their logarithms, classes."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic, Label
from nnspec.semantics.nature import LOGARITHMS, PROBABILITIES, STEPS, Nature, nature
from nnspec.semantics.rulecall import RuleCall
from nnspec.semantics.values import Tensor
from nnspec.semantics.world import error

# What a loss does with the scores that it takes, by the name of its function.
_APPLIES = {
    "cross_entropy": "log_softmax",
    "binary_cross_entropy_with_logits": "sigmoid",
    "multilabel_soft_margin_loss": "sigmoid",
}
# Losses that take log-probabilities.
_OF_LOGARITHMS = frozenset({"nll_loss", "kl_div"})
_FUNCTIONS = {
    "CrossEntropyLoss": "cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss",
    "NLLLoss": "nll_loss",
    "NLLLoss2d": "nll_loss",
    "KLDivLoss": "kl_div",
}


def look(call: RuleCall, name: str = "input") -> None:
    """W0213 and W0214, where the numbers that a loss is given as `name` are not of the kind that it takes."""
    x = call.tensor(name)
    if x is None:
        return
    found = nature(x)
    kind = None if found is None else found.kind
    place = call.where(name)
    loss = _FUNCTIONS.get(call.decl.name, call.decl.name)
    wrong: Diagnostic | None = None
    if found is not None and kind == STEPS:
        call.world.suspect("W0214", place, _without_gradient(call, name, found))
        return
    if found is not None and loss in _APPLIES and kind in (PROBABILITIES, LOGARITHMS):
        wrong = _for_scores(call, name, found, _APPLIES[loss])
    elif found is not None and loss in _OF_LOGARITHMS and kind == PROBABILITIES:
        wrong = _for_logarithms(call, name, found, loss)
    call.world.suspect("W0213", place, wrong)


def look_again(call: RuleCall) -> None:
    """W0213, where log_softmax is applied to what a softmax has made already."""
    if call.decl.name in ("log_softmax", "LogSoftmax"):
        x = call.tensor("input")
        found = nature(x) if isinstance(x, Tensor) else None
        again = found is not None and found.kind in (PROBABILITIES, LOGARITHMS)
        call.world.suspect(
            "W0213",
            call.where("input"),
            _for_scores(call, "input", found, "log_softmax") if again and found else None,
        )


def _made(call: RuleCall, name: str, found: Nature) -> tuple[Label, ...]:
    place = call.where(name)
    inside = found.span.source is place.source and place.start <= found.span.start < place.end
    if inside and found.span.end <= place.end:
        return ()
    return (Label(found.span, f"`{found.name}` makes {_what(found)} here"),)


def _what(found: Nature) -> str:
    return "these numbers" if found.kind == STEPS else found.kind


def _for_scores(call: RuleCall, name: str, found: Nature, applies: str) -> Diagnostic:
    if found.kind == LOGARITHMS and applies == "log_softmax":
        note = "log_softmax of log-probabilities is what it was: the second one is computed for nothing"
    else:
        note = (
            "of probabilities, which lie between 0 and 1, it makes nearly equal ones: the loss stays high "
            "and hardly anything is learnt"
        )
    itself = call.decl.name in ("log_softmax", "LogSoftmax")
    return error(
        "W0213",
        f"`{call.name}` takes scores, and is given {found.kind}",
        call.where(name),
        (
            f"{found.kind} of `{found.name}`"
            if itself
            else f"`{call.name}` applies `{applies}` itself"
        ),
        _made(call, name, found),
        notes=(note,),
        help=f"leave `{found.name}` out, and give it the scores as they are",
    )


def _for_logarithms(call: RuleCall, name: str, found: Nature, loss: str) -> Diagnostic:
    softmax = found.name in ("softmax", "Softmax", "Softmax2d")
    better = found.name.replace("softmax", "log_softmax").replace("Softmax", "LogSoftmax")
    other = ", or `cross_entropy` on the scores" if loss == "nll_loss" else ""
    return error(
        "W0213",
        f"`{call.name}` takes log-probabilities, and is given probabilities",
        call.where(name),
        "it takes no logarithm itself",
        _made(call, name, found),
        help=(
            f"`{better}` instead of `{found.name}`{other}"
            if softmax
            else f"take the logarithm first, such as with `log_softmax`{other}"
        ),
    )


def _without_gradient(call: RuleCall, name: str, found: Nature) -> Diagnostic:
    instead = (
        "`cross_entropy` of the scores compares them with class numbers"
        if found.name in ("argmax", "argmin")
        else "give it the numbers as they were before, or a smooth function of them"
    )
    return error(
        "W0214",
        f"no gradient comes back from this loss: `{found.name}` stops it",
        call.where(name),
        "changes in steps",
        _made(call, name, found),
        notes=("a step has the slope 0 everywhere, so nothing that led to it is trained",),
        help=instead,
    )
