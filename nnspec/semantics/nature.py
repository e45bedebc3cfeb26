"""What the numbers of a tensor are, as far as the steps that made it tell: probabilities, classes, and so on.

A loss takes one kind of number, and torch cannot see which it is given.
"""

from __future__ import annotations

from nnspec.record import Record
from nnspec.semantics.steps import Declared, Entry, Step
from nnspec.semantics.values import Tensor, Value
from nnspec.source import Span
from nnspec.syntax import ast

PROBABILITIES = "probabilities"
LOGARITHMS = "log-probabilities"
STEPS = "no gradient"

_MADE = {
    **dict.fromkeys(("softmax", "Softmax", "Softmax2d", "sigmoid", "Sigmoid"), PROBABILITIES),
    **dict.fromkeys(("log_softmax", "LogSoftmax", "logsigmoid", "LogSigmoid"), LOGARITHMS),
    **dict.fromkeys(("argmax", "argmin", "round", "floor", "ceil", "sign", "one_hot"), STEPS),
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "lt", "le", "gt", "ge", "eq", "ne"), STEPS),
}
# Steps that leave the numbers as they are, but for their order, their dtype, and which of them there are.
_KEPT = frozenset("""
    view reshape flatten unflatten view_as reshape_as transpose permute t T mT movedim swapaxes squeeze
    unsqueeze contiguous clone to type_as float double half bfloat16 cpu cuda identity Identity Flatten
    Unflatten expand cat stack chunk split select narrow gather index_select dropout Dropout checkpoint
    """.split())
MOST_STEPS = 60


class Nature(Record):
    """What the numbers are, and the step that made them so: its name and its place."""

    kind: str
    name: str
    span: Span


def nature(x: Tensor) -> Nature | None:
    """What the numbers of a tensor are; None where its steps do not tell."""
    step: Step | None = x.step
    for _ in range(MOST_STEPS):
        if step is None:
            return None
        if step.nature is not None:
            return step.nature
        if isinstance(step, Declared):
            step = step.inputs[0].step if type(step) is Entry else None
            continue
        name = _name(step)
        made = _MADE.get(name)
        if made is not None:
            return Nature(made, name, step.span)
        if not step.inputs or not (name in _KEPT or name.startswith("[")):
            return None
        step = step.inputs[0].step
    return None


def kind(value: Value) -> str | None:
    """The kind of a value's numbers; None where it is no tensor, or its steps do not tell."""
    found = nature(value) if isinstance(value, Tensor) else None
    return None if found is None else found.kind


def _name(step: Step) -> str:
    """What was called, by torch's name for it; empty for modules of the user."""
    if step.layer is None:
        return step.name.rpartition(".")[2]
    return step.layer.type_name if isinstance(step.layer.body.decl, ast.ExternModule) else ""
