"""Questions about symbolic integers, asked in text."""

from __future__ import annotations

import ast

from nnspec.semantics.budget import BudgetExceeded, budget
from nnspec.semantics.dims import Dim, Facts, Relation, dim_max, dim_min
from nnspec.semantics.dims.compare import Answer
from nnspec.semantics.dims.relation import HOLDS

MAX_LENGTH = 4000
MAX_DEPTH = 60

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def ask(left: str, right: str, symbols: list[str], facts: list[str]) -> Answer:
    """Whether two integer expressions are equal for all values of their symbols that meet the facts.

    left, right: Python expressions of ints with + - * // % **, max, min, abs and ceil(a / b).
    symbols: the names that may occur. Each is at least 1, unless a fact gives it another lower bound
        (`n >= 0`, `n == 0`).
    facts: comparisons (`h % 16 == 0`, `1 <= n < 9`), all of which hold.

    Gives "equal" where they are equal for all values, "different" where they are for none, and
    "unknown" otherwise or where neither could be proved. Raises ValueError for a text that is no such
    expression, or whose numbers are too large.
    """
    names = frozenset(symbols)
    alone = budget.begin()
    try:
        relations = [relation for fact in facts for relation in _relations(fact, names)]
        known = Facts.empty
        for name, low in _lower_bounds(relations).items():
            known = known.declare(name, low)
        for relation in relations:
            known = known.assume(relation)
        return known.compare(_dim(_parsed(left), names), _dim(_parsed(right), names))
    except (ArithmeticError, RecursionError, MemoryError) as error:
        raise ValueError(f"cannot be computed: {error}") from error
    except BudgetExceeded:
        return "unknown"
    finally:
        if alone:
            budget.end()


def _parsed(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise ValueError(f"an expression may have {MAX_LENGTH} characters")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"not an expression: {text}") from error


def _relations(text: str, names: frozenset[str]) -> list[Relation]:
    pending, relations = [_parsed(text)], []
    while pending:
        node = pending.pop(0)
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                pending = values + pending
            case ast.Compare(left=first, ops=ops, comparators=others):
                sides = [_dim(side, names) for side in (first, *others)]
                for left, op, right in zip(sides, ops, sides[1:], strict=False):
                    if type(op) not in _COMPARISONS:
                        raise ValueError(f"not a comparison of integers: {text}")
                    relations.append(Relation(left, _COMPARISONS[type(op)], right))
            case _:
                raise ValueError(f"not a comparison: {text}")
    return relations


def _lower_bounds(relations: list[Relation]) -> dict[str, int | None]:
    """Lower bounds below 1 that facts give to single symbols."""
    found: dict[str, int | None] = {}
    for relation in relations:
        for side, op, other in (
            (relation.left, relation.op, relation.right),
            (relation.right, _MIRRORED[relation.op], relation.left),
        ):
            name, value = _only_symbol(side), Dim.as_int(other) if isinstance(other, Dim) else None
            if name is None or value is None:
                continue
            if op in (">=", "==") and value < 1:
                found[name] = value
            elif op == ">" and value < 0:
                found[name] = value + 1
            elif op in ("<", "<=") and not HOLDS[op](1, value):
                found[name] = None
    return found


def _only_symbol(dim: Dim | int) -> str | None:
    names = dim.symbols() if isinstance(dim, Dim) else frozenset[str]()
    if len(names) == 1:
        (name,) = names
        if dim == Dim.symbol(name):
            return name
    return None


def _dim(node: ast.expr, names: frozenset[str], depth: int = 0) -> Dim:
    if depth > MAX_DEPTH:
        raise ValueError("an expression is nested too deeply")
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return Dim.of(value)
        case ast.Name(id=name):
            if name not in names:
                raise ValueError(f"unknown symbol: {name}")
            return Dim.symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_dim(operand, names, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _dim(operand, names, depth + 1)
        case ast.BinOp(left=first, op=op, right=second):
            return _operation(op, _dim(first, names, depth + 1), _dim(second, names, depth + 1))
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if args:
            return _call(function, args, names, depth + 1)
        case _:
            raise ValueError(f"not an integer expression: {ast.unparse(node)}")


def _operation(op: ast.operator, left: Dim, right: Dim) -> Dim:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv():
            return left // right
        case ast.Mod():
            return left % right
        case ast.Pow():
            return left**right
        case _:
            raise ValueError("only + - * // % ** give integers")


def _call(function: str, args: list[ast.expr], names: frozenset[str], depth: int) -> Dim:
    if function in ("max", "min"):
        dims = [_dim(arg, names, depth) for arg in args]
        return dim_max(*dims) if function == "max" else dim_min(*dims)
    if len(args) == 1:
        (arg,) = args
        if function == "abs":
            value = _dim(arg, names, depth)
            return dim_max(value, -value)
        match arg:
            case ast.BinOp(left=first, op=ast.Div(), right=second) if function in ("ceil", "floor"):
                p, q = _dim(first, names, depth), _dim(second, names, depth)
                return p // q if function == "floor" else -(-p // q)
    raise ValueError(f"unknown function, or wrong arguments: {function}")
