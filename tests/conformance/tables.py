"""Calls written as text, one a line, made once by torch and once by the checker.

`f(2, 3)`, `h`, `g`, `d`, `i`, `s`, `u`, `b`, `z` are tensors of float32, float16, bfloat16, float64, int64, int32, uint8, bool and
complex64, all zeros. A line is a function `cat([f(2), f(3)])`, one of a namespace `linalg.inv(f(2, 2))`, a method
`f(2, 3).sum(0)`, a layer `Linear(3, 4)(f(2, 3))`, an index `f(4, 5)[1:, None]`, or an operator `f(2, 3) + i(3)`.
A function that is a method as well is tried as both, and in each of its namespaces.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import einops
import torch
from torch import nn
from torch.nn import functional

from nnspec.syntax.ast import ExternDef
from tests.conformance import exceptions, harness
from tests.conformance.harness import Outcome

FOLDER = Path(__file__).parent / "calls"

MAKERS = {
    "f": torch.float32,
    "h": torch.float16,
    "g": torch.bfloat16,
    "d": torch.float64,
    "i": torch.int64,
    "s": torch.int32,
    "u": torch.uint8,
    "b": torch.bool,
    "z": torch.complex64,
}
OPERATORS = {
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
NAMESPACES = {
    "linalg": "torch.linalg",
    "fft": "torch.fft",
    "special": "torch.special",
    "torch": "torch",
    "F": "torch.nn.functional",
    "Transformer": "torch.nn.Transformer",
    "init": "torch.nn.init",
}
# Every place of a declaration, and how a call writes it; None for a bare name.
WRITTEN = {**{v: k for k, v in NAMESPACES.items()}, "einops": None}


class Names(dict[str, Any]):
    """What a name of a call means: a tensor's maker, or torch's function of that name."""

    def __init__(self, device: str) -> None:
        super().__init__(inf=float("inf"), nan=float("nan"), F=functional, torch=torch, nn=nn)
        for name, dtype in MAKERS.items():
            self[name] = _maker(dtype, device)

    def __missing__(self, name: str) -> Any:
        for place in (functional, torch, nn, einops):
            found = getattr(place, name, None)
            if found is not None:
                return found
        raise KeyError(name)


def _maker(dtype: torch.dtype, device: str) -> Any:
    return lambda *size: torch.zeros(size, dtype=dtype, device=device)


NAMES = Names("cpu")
META = Names("meta")


def lines() -> Iterator[tuple[str, str]]:
    """The name of a table and a call in it, for every call of every table."""
    for path in sorted(FOLDER.glob("*.txt")):
        for line in path.read_text().splitlines():
            text = line.strip()
            if text and not text.startswith("#"):
                yield path.stem, text


def name_of(node: ast.expr) -> str | None:
    """The function or method that a call names; None for layers, indexes and operators."""
    match node:
        case ast.Call(ast.Name(name) | ast.Attribute(_, name)):
            return None if isinstance(getattr(nn, name, None), type) else name
    return None


def declarations(node: ast.expr) -> tuple[ExternDef, ...]:
    """The declarations that a call may mean: those of its place."""
    catalog = harness.catalog()
    match node:
        case ast.Call(ast.Name(name)):
            return catalog.functions(name)
        case ast.Call(ast.Attribute(ast.Name(space), name)) if space in NAMESPACES:
            return catalog.in_namespace(NAMESPACES[space], name)
        case ast.Call(ast.Attribute(_, name)):
            return catalog.methods(name)
    return ()


def forms(node: ast.expr) -> Iterator[ast.expr]:
    """A call as it stands, and in the other places where its function is."""
    yield node
    name = name_of(node)
    if name is None or not isinstance(node, ast.Call):
        return
    meant = [_names(d) for d in declarations(node)]
    places = {
        place
        for d in harness.catalog().named(name)
        if isinstance(d, ExternDef) and _names(d) in meant
        for place in d.places
    }
    is_method = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in NAMESPACES
    )
    args = (
        [node.func.value, *node.args]
        if is_method and isinstance(node.func, ast.Attribute)
        else node.args
    )
    written = ast.unparse(node.func) if not is_method else None
    for place in sorted(places):
        if place == "Tensor":
            if not is_method and args and _is_tensor(args[0]):
                yield ast.Call(
                    ast.Attribute(args[0], name, ast.Load()), list(args[1:]), node.keywords
                )
        else:
            space = WRITTEN.get(place)
            if space is not None and written != f"{space}.{name}":
                func = ast.Attribute(ast.Name(space, ast.Load()), name, ast.Load())
                yield ast.Call(func, list(args), node.keywords)


def _names(declared: ExternDef) -> list[str]:
    return [p.name for p in declared.signature.params]


def _is_tensor(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Name(name)):
            return name in MAKERS
    return False


def check(text: str) -> str | None:
    """Where checker and torch disagree about a call; None where they agree."""
    node = ast.parse(text, mode="eval").body
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            said = harness.compare(
                lambda: checked(node), lambda: eval(text, NAMES), lambda: eval(text, META)
            )
        except Unwritten:
            return None
    name = name_of(node) or ""
    if said and "refuses: ERROR E0402" in said and name in exceptions.MORE_ARGUMENTS:
        return None
    if said and exceptions.OF_ZEROS.match(said):
        return None
    if said and "the checker refuses" in said and exceptions.EMPTY.search(text):
        return None
    if said and said.startswith("torch refuses"):
        by_value = name in exceptions.BY_VALUE and any(_is_tensor(n) for n in ast.walk(node))
        if by_value or exceptions.BY_NAME.search(text):
            return None
    if name in exceptions.OPEN_RESULTS and (said or "").startswith("dims None"):
        return None
    return None if said and said.endswith(exceptions.MISTAKES.get(name, ("\n",))) else said


class Unwritten(Exception):
    """An argument that Python itself cannot make: nothing that the call could be asked about."""


def value(node: ast.expr) -> Any:
    """The Python value of an argument. Raises Unwritten where it has none."""
    code = compile(ast.Expression(node), "<call>", "eval")
    try:
        return eval(code, NAMES)
    except harness.REFUSALS as e:
        raise Unwritten(ast.unparse(node)) from e


def checked(node: ast.expr) -> Outcome:
    """What the checker says of a call."""
    match node:
        case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]):
            a, b = value(left), value(right)
            alone = not isinstance(a, torch.Tensor) and not isinstance(b, torch.Tensor)
            equality = isinstance(op, (ast.Eq, ast.NotEq))
            if alone or (
                equality and any(isinstance(v, (tuple, list, type(None))) for v in (a, b))
            ):
                raise Unwritten("what Python does without torch")
            return harness.operator(OPERATORS[type(op)], a, b)
        case ast.Subscript(holder, items):
            return harness.index(value(holder), _items(items), isinstance(items, ast.Tuple))
        case ast.Call(ast.Call(ast.Name(name), made, given), args, keywords):
            checker = harness.Checker()
            layer = harness.construct(checker, name, _all(made), _named(given))
            return (
                layer if layer.refused else checker.call(layer.value, _all(args), _named(keywords))
            )
        case ast.Call(ast.Name(name), args, keywords):
            return harness.function(name, *_all(args), **_named(keywords))
        case ast.Call(ast.Attribute(ast.Name(space), name), args, keywords) if space in NAMESPACES:
            given = _all(args)
            return harness.function(name, *given, place=NAMESPACES[space], **_named(keywords))
        case ast.Call(ast.Attribute(receiver, name), args, keywords):
            return harness.method(name, value(receiver), *_all(args), **_named(keywords))
    raise ValueError(ast.unparse(node))


def _all(nodes: list[ast.expr]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            found += value(node.value)
        else:
            found.append(value(node))
    return found


def _named(keywords: list[ast.keyword]) -> dict[str, Any]:
    return {str(k.arg): value(k.value) for k in keywords}


def _items(node: ast.expr) -> tuple[Any, ...]:
    if isinstance(node, ast.Tuple):
        return tuple(_item(e) for e in node.elts)
    return (_item(node),)


def _item(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        parts = (None if p is None else value(p) for p in (node.lower, node.upper, node.step))
        return slice(*parts)
    return value(node)


def given(node: ast.expr) -> tuple[bool, bool, set[str]] | None:
    """Of a call: whether the checker accepts it, whether it is of a method, and the parameters that it gives.

    None where an argument has no value.
    """
    if not isinstance(node, ast.Call):
        return None
    catalog = harness.catalog()
    receiver: list[ast.expr] = []
    match node.func:
        case ast.Name(name):
            decls = catalog.functions(name)
        case ast.Attribute(ast.Name(space), name) if space in NAMESPACES:
            decls = catalog.in_namespace(NAMESPACES[space], name)
        case ast.Attribute(holder, name):
            decls, receiver = catalog.methods(name), [holder]
        case _:
            return None
    try:
        values, named = _all([*receiver, *node.args]), _named(node.keywords)
        refused = checked(node).refused
    except Unwritten:
        return None
    if not decls:
        return None
    params = harness.bound(name, decls, values, named)
    return not refused, bool(receiver), params
