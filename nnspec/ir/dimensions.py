"""Dimensions that code reads as ints: read off the shapes of the arguments when a def starts."""

from __future__ import annotations

import ast as py
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnspec.ir import build, expressions
from nnspec.ir.context import Frame
from nnspec.ir.creation import Access
from nnspec.ir.walk import names_in
from nnspec.semantics.resolved import FileScope
from nnspec.syntax import ast


@dataclass(slots=True, eq=False)
class Shaped:
    """A tensor among the arguments.

    access: makes the expression that reads it.
    absent: the argument that may be None, on which the tensor hangs.
    meant: for names of the dims that a `type` has as parameters, what is given for them.
    """

    access: Access
    dims: tuple[ast.Expr, ...]
    absent: Access | None
    meant: dict[str, ast.Expr]

    def axis(self, index: int) -> int:
        """The index of a dim as an axis, from the end behind a `*N`."""
        star = self.star
        return index if star is None or index < star else index - len(self.dims)

    @property
    def star(self) -> int | None:
        """Where a `*N` stands."""
        return next((i for i, d in enumerate(self.dims) if isinstance(d, ast.Starred)), None)

    def name(self, index: int) -> str | None:
        """The dimension that a dim is, if it is a plain one; `*N` for any number of them."""
        dim = self.dims[index]
        if isinstance(dim, ast.Starred):
            return f"*{dim.value.id}" if isinstance(dim.value, ast.Name) else None
        if isinstance(dim, ast.Name):
            dim = self.meant.get(dim.id, dim)
        return dim.id if isinstance(dim, ast.Name) else None


def bind(
    definition: ast.Def, needed: list[str], frame: Frame
) -> tuple[list[py.stmt], dict[str, Access]]:
    """Statements that give the needed dimensions their values; and for those that only an optional
    argument has, what reads that argument.

    needed: names of dimensions; `*N` counts under `N` or `*N`.
    """
    scope = frame.file.scope
    signature = definition.signature
    known = {dim.lstrip("*"): dim for dim in scope.dims.get(signature, ())}
    wanted = list(dict.fromkeys(known.get(name.lstrip("*"), name) for name in needed))
    shaped = sorted(
        (
            found
            for param in signature.params
            if param.type is not None
            for found in _shaped(param.type, _reader(param, frame), None, {}, scope)
        ),
        key=lambda found: found.absent is not None,
    )
    defined = scope.defined.get(signature, {})
    places: dict[Shaped, dict[int, str]] = {}
    later: list[py.stmt] = []
    done: set[str] = set()
    after = _after(shaped, known, defined)

    def settle(dim: str) -> None:
        """Say where a dimension comes from, behind those that it is worked out from."""
        if dim in done:
            return
        done.add(dim)
        place = _exact(dim, shaped)
        if place is not None:
            tensor, index = place
            places.setdefault(tensor, {})[index] = dim
            return
        if dim in defined:
            others = _dims_of(defined[dim], known, done)
            value = expressions.expression(defined[dim], frame)
        else:
            solved = _solved(dim, shaped, known, frame, after)
            if solved is None:
                raise AssertionError(f"nothing binds the dimension {dim}")
            value, others = solved
        for other in others:
            settle(other)
        later.append(_assign(dim, value, frame))

    for dim in wanted:
        settle(dim)
    bound: list[py.stmt] = []
    absent: dict[str, Access] = {}
    for tensor, found in places.items():
        if tensor.absent is not None:
            absent.update(dict.fromkeys(found.values(), tensor.absent))
        bound.extend(_read(tensor, found, frame))
    statements = [build.at(s, definition.name_span) for s in bound + later]
    return statements, absent


def _reader(param: ast.Param, frame: Frame) -> Access:
    def read() -> py.expr:
        value = build.name(frame.local(param.name))
        return build.number_index(value, 0) if param.kind == "star" else value

    return read


def _shaped(
    type: ast.TypeExpr,
    access: Access,
    absent: Access | None,
    meant: dict[str, ast.Expr],
    scope: FileScope,
) -> Iterator[Shaped]:
    match type:
        case ast.TensorType(_, dims):
            yield Shaped(access, dims, absent, meant)
        case ast.OptionalType(inner):
            yield from _shaped(inner, access, absent or access, meant, scope)
        case ast.NamedType(_, args):
            binding = scope.bindings.get(type)
            decl = binding.node if binding is not None else None
            if binding is not None and isinstance(decl, ast.TypeDecl):
                inner_meant = {
                    param.id: meant.get(arg.id, arg) if isinstance(arg, ast.Name) else arg
                    for param, arg in zip(decl.params, args)
                }
                there = binding.scope or scope
                yield from _shaped(decl.type, access, absent, inner_meant, there)
        case ast.TupleType(items, False):
            for index, field in enumerate(items):

                def part(field: ast.Field = field, index: int = index) -> py.expr:
                    if field.name is not None:
                        return build.attribute(access(), field.name)
                    return build.number_index(access(), index)

                yield from _shaped(field.type, part, absent, meant, scope)
        case ast.ListType(element):
            yield from _shaped(
                element, lambda: build.number_index(access(), 0), absent, meant, scope
            )


def _exact(dim: str, shaped: list[Shaped]) -> tuple[Shaped, int] | None:
    for tensor in shaped:
        for index in range(len(tensor.dims)):
            if tensor.name(index) == dim:
                return tensor, index
    return None


def _shape(tensor: Shaped) -> py.expr:
    return build.attribute(tensor.access(), "shape")


def _guarded(tensor: Shaped, value: py.expr, absent: py.expr) -> py.expr:
    """The value, or what stands for it where the argument is not given."""
    if tensor.absent is None:
        return value
    test = py.Compare(tensor.absent(), [py.Is()], [py.Constant(None)])
    return py.IfExp(test, absent, value)


def _assign(dim: str, value: py.expr, frame: Frame) -> py.stmt:
    return build.assign(build.stored(frame.local(dim.lstrip("*"))), value)


def _read(tensor: Shaped, found: dict[int, str], frame: Frame) -> Iterator[py.stmt]:
    """`B, T, _ = x.shape`, or `B = x.shape[0]` where one is enough."""
    plain = {index: dim for index, dim in found.items() if not dim.startswith("*")}
    for index, dim in sorted(found.items()):
        if dim.startswith("*"):
            yield _assign(dim, _guarded(tensor, _middle(tensor, index), build.tuple_([])), frame)
    if len(plain) >= 2 and tensor.absent is None:
        targets: list[py.expr] = []
        for index in range(len(tensor.dims)):
            if index in plain:
                targets.append(build.stored(frame.local(plain[index])))
            elif index == tensor.star:
                targets.append(py.Starred(build.stored("_"), py.Store()))
            else:
                targets.append(build.stored("_"))
        yield py.Assign([py.Tuple(targets, py.Store())], _shape(tensor))
        return
    for index, dim in sorted(plain.items()):
        value = build.number_index(_shape(tensor), tensor.axis(index))
        yield _assign(dim, _guarded(tensor, value, py.Constant(0)), frame)


def _middle(tensor: Shaped, index: int) -> py.expr:
    """The axes that a `*N` stands for."""
    after = len(tensor.dims) - index - 1
    if index == 0 and after == 0:
        return _shape(tensor)
    lower = build.constant(index) if index else None
    upper = build.constant(-after) if after else None
    return build.subscript(_shape(tensor), py.Slice(lower, upper, None))


def _dims_of(expr: ast.Expr, known: dict[str, str], done: set[str]) -> list[str]:
    return [known[n.id] for n in names_in(expr) if n.id in known and known[n.id] not in done]


def _solved(
    dim: str,
    shaped: list[Shaped],
    known: dict[str, str],
    frame: Frame,
    after: dict[str, int],
) -> tuple[py.expr, list[str]] | None:
    """A dimension that stands only inside arithmetic, such as K in `[2 * K]`.

    after: see `_after`.
    """
    for tensor in shaped:
        for index, expr in enumerate(tensor.dims):
            if isinstance(expr, ast.Name):
                expr = tensor.meant.get(expr.id, expr)
            found = [n.id for n in names_in(expr)]
            if found.count(dim) != 1:
                continue
            if any(after.get(n, 0) >= after.get(dim, 0) for n in found if n != dim and n in known):
                continue
            value = build.number_index(_shape(tensor), tensor.axis(index))
            solved = _inverted(expr, dim, value, frame)
            if solved is not None:
                others = [known[n] for n in found if n != dim and n in known]
                return _guarded(tensor, solved, py.Constant(0)), others
    return None


def _after(
    shaped: list[Shaped], known: dict[str, str], defined: Mapping[str, ast.Expr]
) -> dict[str, int]:
    """By which round each dimension can be worked out: 0 where it stands alone, or a fact defines it."""
    rounds = dict.fromkeys(defined, 0)
    expressions_ = [
        tensor.meant.get(e.id, e) if isinstance(e, ast.Name) else e
        for tensor in shaped
        for e in tensor.dims
    ]
    for number in range(len(known) + 1):
        ready = dict(rounds)
        for expr in expressions_:
            names = [n.id for n in names_in(expr) if n.id in known]
            left = [n for n in names if n not in rounds]
            if len(left) == 1:
                ready.setdefault(
                    left[0], 0 if len(names) == 1 and isinstance(expr, ast.Name) else number + 1
                )
        if ready == rounds:
            break
        rounds = ready
    return rounds


def _inverted(expr: ast.Expr, dim: str, value: py.expr, frame: Frame) -> py.expr | None:
    """What `dim` is, given the value of an expression in which it stands once."""
    if isinstance(expr, ast.Name):
        return value
    if not isinstance(expr, ast.Binary):
        return None
    on_left = any(n.id == dim for n in names_in(expr.left))
    inside, other = (expr.left, expr.right) if on_left else (expr.right, expr.left)

    def known() -> py.expr:
        return expressions.expression(other, frame)

    match expr.op:
        case "+":
            value = py.BinOp(value, py.Sub(), known())
        case "-":
            value = (
                py.BinOp(value, py.Add(), known())
                if on_left
                else py.BinOp(known(), py.Sub(), value)
            )
        case "*":
            value = py.BinOp(value, py.FloorDiv(), known())
        case "**" if on_left and isinstance(other, ast.Number) and other.value == 2:
            isqrt = build.attribute(frame.file.names.root("math"), "isqrt")
            value = build.call(isqrt, [value])
        case _:
            return None
    return _inverted(inside, dim, value, frame)
