"""A gist run by torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from tests.bugs.gists import Gist, Step

# The sizes that stand for named dimensions.
NAMED = {"B": 3, "T": 5, "H": 6, "W": 7, "N": 4}

FUNCTIONS: dict[str, Callable[[list[Any], Mapping[str, Any]], Any]] = {
    "view": lambda x, kw: x[0].view(*kw["shape"]),
    "reshape": lambda x, kw: x[0].reshape(*kw["shape"]),
    "expand": lambda x, kw: x[0].expand(*kw["shape"]),
    "permute": lambda x, kw: x[0].permute(*kw["dims"]),
    "cat": lambda x, kw: torch.cat(x, **kw),
    "stack": lambda x, kw: torch.stack(x, **kw),
    "add": lambda x, kw: x[0] + x[1],
    "mul": lambda x, kw: x[0] * x[1],
    "matmul": lambda x, kw: x[0] @ x[1],
    "split": lambda x, kw: torch.split(x[0], kw["sizes"], dim=kw["dim"]),
    "slice": lambda x, kw: x[0][(slice(None),) * kw["dim"] + (slice(kw["start"], kw["stop"]),)],
    "select_last": lambda x, kw: x[0].select(kw["dim"], -1),
    "max_values": lambda x, kw: x[0].amax(**kw),
    "gather_class_index": lambda x, kw: x[0].argmax(kw["dim"]),
    "masked_fill": lambda x, kw: x[0].masked_fill(x[1] == 0, -1e20),
    "interpolate": lambda x, kw: F.interpolate(x[0], size=kw["size"]),
    "bce_with_logits": lambda x, kw: F.binary_cross_entropy_with_logits(*x),
}


def refused_at(gist: Gist) -> tuple[int, str] | None:
    """The step at which torch raises, with the first line of what it says; None where all steps run."""
    found: dict[str, Any] = {}
    for name, x in gist["inputs"].items():
        sizes = [NAMED[size] if isinstance(size, str) else size for size in x["shape"]]
        found[name] = torch.zeros(sizes, dtype=getattr(torch, x["dtype"]))
    for i, step in enumerate(gist["steps"]):
        try:
            _bind(step["out"], _result(step, found), found)
        except (
            RuntimeError,
            ValueError,
            TypeError,
            AttributeError,
            IndexError,
            AssertionError,
        ) as e:
            return i, str(e).split("\n")[0]
    return None


def _result(step: Step, found: Mapping[str, Any]) -> Any:
    def value(name: Any) -> Any:
        return tuple(map(value, name)) if isinstance(name, list) else found[name]

    operands = [value(name) for name in step["args"]]
    kw = dict(step.get("kw", {}))
    op = step["op"]
    if op[0].isupper():
        called = kw.pop("call", {})
        sizes = {k: tuple(v) if isinstance(v, list) else v for k, v in kw.items()}
        layer = getattr(nn, op)(**sizes)
        return layer(
            *operands, **{k: found[v] if isinstance(v, str) else v for k, v in called.items()}
        )
    if op in FUNCTIONS:
        return FUNCTIONS[op](operands, kw)
    if hasattr(F, op):
        return getattr(F, op)(*operands)
    return getattr(operands[0], op)(*operands[1:], **kw)


def _bind(target: Any, value: Any, found: dict[str, Any]) -> None:
    if isinstance(target, list):
        for one, part in zip(target, value, strict=True):
            _bind(one, part, found)
    else:
        found[target] = value
