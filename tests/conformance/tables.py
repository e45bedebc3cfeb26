"""Calls written as text, one a line, made once by torch and once by the checker.

`f(2, 3)`, `h`, `d`, `i`, `s`, `b`, `z` are tensors of float32, float16, float64, int64, int32, bool and complex64, all zeros.
A line is a function `cat([f(2), f(3)])`, one of a namespace `linalg.inv(f(2, 2))`, a method `f(2, 3).sum(0)`,
a layer `Linear(3, 4)(f(2, 3))`, an index `f(4, 5)[1:, None]`, or an operator `f(2, 3) + i(3)`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tests.conformance import harness
from tests.conformance.harness import Outcome

FOLDER = Path(__file__).parent / "calls"

_MAKERS = {
    "f": torch.float32,
    "h": torch.float16,
    "d": torch.float64,
    "i": torch.int64,
    "s": torch.int32,
    "u": torch.uint8,
    "b": torch.bool,
    "z": torch.complex64,
}
_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_NAMESPACES = {
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
    "torch": "torch",
    "F": "torch.nn.functional",
}


def _maker(dtype: torch.dtype) -> Callable[..., torch.Tensor]:
    return lambda *size: torch.zeros(*size, dtype=dtype) if size else torch.zeros((), dtype=dtype)


NAMES: dict[str, Any] = {
    **{name: _maker(dtype) for name, dtype in _MAKERS.items()},
    **{
        name: getattr(torch, name)
        for name in "float32 float64 float16 int64 int32 bool complex64".split()
    },
    "inf": float("inf"),
}


def lines() -> Iterator[tuple[str, str]]:
    """The name of a table and a call in it, for every call of every table."""
    for path in sorted(FOLDER.glob("*.txt")):
        for line in path.read_text().splitlines():
            text = line.strip()
            if text and not text.startswith("#"):
                yield path.stem, text


def check(text: str) -> str | None:
    """Where checker and torch disagree about a call; None where they agree."""
    node = ast.parse(text, mode="eval").body
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        match node:
            case ast.BinOp(left, op, right):
                a, b = value(left), value(right)
                sign = _OPERATORS[type(op)]
                return harness.compare(lambda: harness.operator(sign, a, b), lambda: _python(text))
            case ast.Compare(left, [op], [right]):
                a, b = value(left), value(right)
                sign = _OPERATORS[type(op)]
                return harness.compare(lambda: harness.operator(sign, a, b), lambda: _python(text))
            case ast.Subscript(holder, items):
                x, at = value(holder), _items(items)
                return harness.compare(lambda: harness.index(x, at), lambda: x[at])
            case ast.Call(ast.Call(ast.Name(name), made, given), args, keywords):
                return _layer(name, made, given, args, keywords)
            case ast.Call(func, args, keywords):
                values = [value(a) for a in args]
                named = {str(k.arg): value(k.value) for k in keywords}
                return _call(func, values, named)
    raise ValueError(text)


def _python(text: str) -> Any:
    return eval(text, dict(NAMES))


def value(node: ast.expr) -> Any:
    code = compile(ast.Expression(node), "<call>", "eval")
    return eval(code, dict(NAMES))


def _items(node: ast.expr) -> tuple[Any, ...]:
    if isinstance(node, ast.Tuple):
        return tuple(_item(e) for e in node.elts)
    return (_item(node),)


def _item(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        parts = (None if p is None else value(p) for p in (node.lower, node.upper, node.step))
        return slice(*parts)
    return value(node)


def _layer(
    name: str,
    made: list[ast.expr],
    given: list[ast.keyword],
    args: list[ast.expr],
    keywords: list[ast.keyword],
) -> str | None:
    positional = [value(a) for a in made]
    named = {str(k.arg): value(k.value) for k in given}
    values = [value(a) for a in args]
    others = {str(k.arg): value(k.value) for k in keywords}

    def truth() -> Any:
        return getattr(nn, name)(*positional, **named)(*values, **others)

    def checked() -> Outcome:
        checker = harness.Checker()
        layer = harness.construct(checker, name, positional, named)
        return layer if layer.refused else checker.call(layer.value, values, others)

    return harness.compare(checked, truth)


def _call(func: ast.expr, values: list[Any], named: dict[str, Any]) -> str | None:
    match func:
        case ast.Name(name):
            real = getattr(functional, name, None) or getattr(torch, name)
            return harness.compare(
                lambda: harness.function(name, *values, **named), lambda: real(*values, **named)
            )
        case ast.Attribute(ast.Name(space), name) if space in _NAMESPACES:
            place = _NAMESPACES[space]
            real = getattr(functional if space == "F" else eval(place, {"torch": torch}), name)
            return harness.compare(
                lambda: harness.function(name, *values, place=place, **named),
                lambda: real(*values, **named),
            )
        case ast.Attribute(receiver, name):
            x = value(receiver)
            return harness.compare(
                lambda: harness.method(name, x, *values, **named),
                lambda: getattr(x, name)(*values, **named),
            )
    raise ValueError(ast.unparse(func))
