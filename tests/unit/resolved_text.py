"""Specs whose names are resolved against a small library of their own."""

from __future__ import annotations

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.library.catalog import Catalog
from nnspec.semantics.resolve import resolve
from nnspec.semantics.resolved import FileScope, Kind
from nnspec.source import Source
from nnspec.syntax import ast
from nnspec.syntax.parser import parse

LIBRARY = """
extern module Linear(in_features: int, out_features: int, bias: bool = True) from torch.nn:
    param weight: [out_features, in_features]
    param bias: [out_features] if bias

    def forward(input: [*N, in_features]) -> [*N, out_features]
    flops 2 * numel(N) * in_features * out_features

extern module LayerNorm(dim: int) from torch.nn:
    def forward(input: [*N, dim]) -> [*N, dim]

extern module Dropout(p: float = 0.5) from torch.nn:
    def forward(input: [*N]) -> [*N]

extern module Embedding(num: int, dim: int) from torch.nn:
    def forward(input: int64[*N]) -> [*N, dim]

extern def relu(input: [*N]) -> [*N] from torch.nn.functional, torch, Tensor
extern def sigmoid(input: [*N]) -> [*N] from torch, Tensor
extern def zeros(*size: int) -> tensor from torch: rule zeros
extern def rand_like(input: [*N]) -> [*N] from torch
extern def reshape(input: tensor, *shape: int) -> tensor from torch, Tensor: rule reshape
extern def view(input: tensor, *shape: int) -> tensor from Tensor: rule reshape
extern def norm(input: tensor) -> tensor from torch.linalg

def pair(x: int | (int, int)) -> (int, int):
    return x if isinstance(x, tuple) else (x, x)
"""
CATALOG = Catalog([Source("library.nnspec", LIBRARY)])


def resolved(text: str) -> FileScope:
    """The scope of a spec that imports nothing."""
    parsed = parse(Source("test.nnspec", text))
    assert parsed.diagnostics == (), [d.message for d in parsed.diagnostics]
    return resolve(parsed.file, "test", lambda node: None, CATALOG)


def found(text: str) -> list[Diagnostic]:
    """What is wrong with the names of a spec."""
    return resolved(text).diagnostics


def codes(text: str) -> list[str]:
    """The codes of what is wrong."""
    return [d.code for d in found(text)]


def kinds(scope: FileScope, name: str) -> list[Kind]:
    """What a name means at each of its places, in the order of the text."""
    places = [
        (node.span.start, binding.kind)
        for node, binding in scope.bindings.items()
        if isinstance(node, ast.Name) and node.id == name
    ]
    return [kind for _, kind in sorted(places, key=lambda pair: pair[0])]
