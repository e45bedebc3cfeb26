"""Walking a tree, and the index of a library file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnspec.library.index import index
from nnspec.syntax import ast
from nnspec.syntax.walk import children, walk
from tests.unit.parser_text import expression, tree

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted(ROOT.glob("specs/**/*.nnspec")) + sorted(ROOT.glob("nnspec/library/*.nnspec"))


def test_children_come_in_the_order_of_the_text() -> None:
    node = expression("a if b else c")
    assert [child.span.text for child in children(node)] == ["a", "b", "c"]


def test_walk_is_in_pre_order() -> None:
    node = expression("f(a + b, *c)[d]")
    assert [inner.span.text for inner in walk(node)] == [
        "f(a + b, *c)[d]",
        "f(a + b, *c)",
        "f",
        "a + b",
        "a + b",
        "a",
        "b",
        "*c",
        "c",
        "d",
    ]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_every_node_lies_inside_its_parent(path: Path) -> None:
    for node in walk(tree(path.read_text("utf-8"))):
        inner = list(children(node))
        for child in inner:
            assert node.span.start <= child.span.start <= child.span.end <= node.span.end, (
                node.span.text,
                child.span.text,
            )
        if not isinstance(node, ast.Def | ast.Signature | ast.Module | ast.ExternModule):
            for before, after in zip(inner, inner[1:]):
                assert before.span.end <= after.span.start


LIBRARY = '''"""A library."""

extern module Linear(
    n: int,
    mode: str = "from x",  # taken from torch
) from torch.nn, torch.nn.modules:
    """Comes from nowhere."""

    param weight: [n]

# about the next one
extern def softmax(input: [*N], dim: int) -> [*N] from torch.nn.functional, torch, Tensor
extern def cat(tensors: list[tensor]) -> tensor from torch: rule cat
extern def f(x: [*N]) -> [*N] from torch where len(N) > 0
type Pair = (int, int)

def pair(x: int) -> Pair:
    return x, x

module Own:
    fc = Linear(1)
'''


def test_an_index_names_declarations_and_their_places() -> None:
    entries = index(LIBRARY)
    assert [(e.name, e.kind, e.places) for e in entries] == [
        ("Linear", "module", ("torch.nn", "torch.nn.modules")),
        ("softmax", "function", ("torch.nn.functional", "torch", "Tensor")),
        ("cat", "function", ("torch",)),
        ("f", "function", ("torch",)),
        ("Pair", "type", ()),
        ("pair", "def", ()),
        ("Own", "layer", ()),
    ]
    declarations = tree(LIBRARY).declarations
    for entry, declaration in zip(entries, declarations):
        assert entry.start == declaration.span.start and declaration.span.end <= entry.end
