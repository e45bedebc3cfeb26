"""Names in types: dimensions, and what types of one's own leave to the place where they are used."""

from __future__ import annotations

from nnspec.semantics.resolved import Kind
from nnspec.syntax import ast
from tests.unit.resolved_text import codes, found, kinds, resolved

KV = """
type KV(S) = (k: [B, S, dim], v: [B, S, D])

def grow(cache: KV(S), x: [B, T, D], dim: int) -> KV(S + T):
    return KV(cache.k, cache.v)
"""


def test_named_types_leave_names_to_the_place_of_use() -> None:
    scope = resolved(KV)
    assert scope.diagnostics == []
    grow = scope.names["grow"][0]
    assert isinstance(grow, ast.Def)
    assert scope.dims[grow.signature] == ("S", "B", "D", "T")


def test_a_lower_case_size_of_a_type_must_be_known_where_the_type_is_used() -> None:
    diagnostics = found(KV.replace(", dim: int", ""))
    assert [d.code for d in diagnostics] == ["E0202", "E0202"]  # of the argument, and of the result
    assert [len(d.labels) for d in diagnostics] == [2, 2]


def test_a_type_that_contains_itself() -> None:
    assert codes("type A = (x: [B], y: C)\ntype C = (z: A)\n") == ["E0219", "E0219"]


def test_dimensions_of_a_check_are_its_own_symbols() -> None:
    assert codes("check f:\n    forward([B, T], T) -> [B, T]\n\ndef f(x):\n    return x\n") == []
    assert (
        codes("check f:\n    forward([b, 3]) -> [b]\n\ndef f(x):\n    return x\n") == ["E0202"] * 2
    )


def test_an_int_argument_is_a_size() -> None:
    assert codes("def f(x: [B, n], n: int, m: int?) -> [B, n, m]:\n    return x\n") == []


def test_a_dimension_may_be_called_like_a_namespace() -> None:
    scope = resolved("def f(x: [B, F]) -> [B, F]:\n    return F.relu(x) * F\n")
    assert scope.diagnostics == []
    assert kinds(scope, "F") == [Kind.DIM, Kind.DIM, Kind.NAMESPACE, Kind.DIM]
