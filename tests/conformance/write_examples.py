"""Write the examples of `nnspec docs`: of the calls of the tables the first that shows a declaration.

python -m tests.conformance.write_examples
"""

from __future__ import annotations

import ast as python
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from nnspec.project import Project
from nnspec.reference.entry import identity
from nnspec.reference.examples import examples
from nnspec.semantics.dims import Dim
from nnspec.semantics.values import LayerType, LibraryFunction, ListValue, Tensor, TupleValue, Value
from nnspec.syntax import ast
from tests.conformance import harness, tables
from tests.conformance.test_cost import DTYPES

FILE = Path(__file__).parents[2] / "nnspec" / "reference" / "examples.toml"
TYPES = {name: str(dtype).removeprefix("torch.") for name, dtype in DTYPES.items()} | {"f": ""}
SPACES = {
    "torch": "torch",
    "F": "torch.nn.functional",
    "linalg": "torch.linalg",
    "fft": "torch.fft",
}
SPACES |= {"special": "torch.special"}
NAMES = "xyzwuvabcdeghijklmnopqrst"
Declaration = ast.ExternModule | ast.ExternDef


class Tensors(python.NodeTransformer):
    """Takes the tensors out of a call; `types` are theirs, in order."""

    def __init__(self, as_types: bool) -> None:
        self.types: list[str] = []
        self.as_types = as_types

    def visit_Call(self, node: python.Call) -> python.AST:
        if isinstance(node.func, python.Name) and node.func.id in TYPES:
            sizes = ", ".join(python.unparse(arg) for arg in node.args)
            self.types.append(f"{TYPES[node.func.id]}[{sizes}]")
            if self.as_types:
                return python.Name(f"__{len(self.types) - 1}__")
            return python.Name(NAMES[len(self.types) - 1])
        return self.generic_visit(node)


def calls() -> dict[str, list[python.Call]]:
    """The calls of the tables by the names of what they call."""
    found: dict[str, list[python.Call]] = {}
    for _, text in tables.lines():
        node = python.parse(text, mode="eval").body
        if isinstance(node, python.Call):
            func = node.func.func if isinstance(node.func, python.Call) else node.func
            name = func.id if isinstance(func, python.Name) else getattr(func, "attr", "")
            found.setdefault(name, []).append(node)
    return found


def written(declaration: Declaration, call: python.Call) -> Iterator[str]:
    """A call as specs that may show the declaration."""
    if isinstance(declaration, ast.ExternModule):
        if isinstance(call.func, python.Call):
            yield from _layer(declaration, call)
        return
    if isinstance(call.func, python.Call):
        return
    args = list(call.args)
    func = call.func
    if isinstance(func, python.Attribute) and not (
        isinstance(func.value, python.Name) and func.value.id in SPACES
    ):
        args.insert(0, func.value)
    for place in declaration.places:
        yield from _function(declaration, place, args, call.keywords)


def _layer(declaration: ast.ExternModule, call: python.Call) -> Iterator[str]:
    assert isinstance(call.func, python.Call)
    checker = harness.Checker()
    made, named = _values(call.func.args, call.func.keywords)
    layer_type = LayerType(declaration, harness.catalog().scope_of(declaration))
    layer = checker.call(layer_type, made, named)
    if layer.refused:
        return
    args, kwargs = _values(call.args, call.keywords)
    outcome = checker.call(layer.value, args, kwargs)
    if outcome.refused:
        return
    tensors = Tensors(as_types=True)
    forward = python.Call(python.Name("forward"), call.args, call.keywords)
    text = python.unparse(tensors.visit(python.parse(python.unparse(forward), mode="eval").body))
    for i, type_ in enumerate(tensors.types):
        text = text.replace(f"__{i}__", type_)
    yield f"check {python.unparse(call.func)}:\n    {text}{_result(outcome.value)}\n"


def _function(
    declaration: ast.ExternDef,
    place: str,
    args: list[python.expr],
    keywords: list[python.keyword],
) -> Iterator[str]:
    name = declaration.name
    values, named = _values(args, keywords)
    receiver = ()
    if place == "Tensor":
        if not values or not isinstance(harness.abstract(values[0]), Tensor):
            return
        receiver = (harness.abstract(values.pop(0)),)
    outcome = harness.Checker().call(
        LibraryFunction(name, (declaration,), *receiver), values, named
    )
    if outcome.refused:
        return
    tensors = Tensors(as_types=False)
    copies = [tensors.visit(python.parse(python.unparse(arg), mode="eval").body) for arg in args]
    kept = [
        python.keyword(
            k.arg, tensors.visit(python.parse(python.unparse(k.value), mode="eval").body)
        )
        for k in keywords
    ]
    params = ", ".join(f"{NAMES[i]}: {type_}" for i, type_ in enumerate(tensors.types))
    spoken = [space for space, meant in SPACES.items() if meant == place]
    funcs: list[python.expr] = [python.Name(name)]
    funcs += [python.Attribute(python.Name(space), name) for space in spoken]
    if place == "Tensor":
        funcs = [python.Attribute(copies.pop(0), name)]
    for func in funcs:
        body = python.unparse(python.Call(func, copies, kept))
        yield f"def example({params}){_result(outcome.value)}:\n    return {body}\n"


def _values(
    args: list[python.expr], keywords: list[python.keyword]
) -> tuple[list[object], dict[str, object]]:
    return [tables.value(a) for a in args], {str(k.arg): tables.value(k.value) for k in keywords}


def _result(value: Value) -> str:
    type_ = _type(value)
    return "" if type_ is None else f" -> {type_}"


def _type(value: Value) -> str | None:
    """A result as a type; None where it has none to show."""
    match value:
        case Tensor(dtype=dtype, dims=dims) if dims is not None:
            sizes = ", ".join("_" if isinstance(dim, Dim) else str(dim) for dim in dims)
            return f"{'' if dtype in (None, 'float', 'float32') else dtype}[{sizes}]"
        case TupleValue(items):
            types = [_type(item) for item in items]
            return None if None in types else f"({', '.join(map(str, types))})"
        case bool():
            return "bool"
        case int():
            return "int"
        case ListValue() | None:
            return None
    return None


def is_right(text: str) -> bool:
    """Whether a spec has no finding at all."""
    report = Project().entry(Path("example.nnspec"), text).report
    return report is not None and not report.diagnostics


def best(declaration: Declaration, known: dict[str, list[python.Call]]) -> str | None:
    """The first call that shows the declaration without a finding, those before that are not of an empty tensor."""
    for call in known.get(declaration.name, []):
        try:
            for text in written(declaration, call):
                if "[0" not in text and is_right(text):
                    return text
        except (IndexError, RuntimeError, TypeError, ValueError):
            continue
    return None


def main() -> None:
    known = calls()
    found = dict(examples()) if "--all" not in sys.argv else {}
    current = {}
    for declaration in harness.catalog().all_declarations():
        if isinstance(declaration, Declaration):
            name = identity(declaration)
            text = found.get(name)
            if text is None or not is_right(text):
                text = best(declaration, known)
            if text is None:
                print(f"no example of {name}")
            else:
                current[name] = text if '"' in text else text.replace("'", '"')
    lines = [f"{json.dumps(name)} = {json.dumps(text)}\n" for name, text in sorted(current.items())]
    FILE.write_text(
        "# Written by tests/conformance/write_examples.py, which keeps what checks.\n"
        + "".join(lines)
    )


if __name__ == "__main__":
    main()
