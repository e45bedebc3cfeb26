"""What is said where equality is open: values on both sides, and the weakest fact that would settle it."""

from __future__ import annotations

import pytest

from nnspec.semantics.dims import Dim, Facts, Relation, dim_max, dim_min

H, W, B, T, S = (Dim.symbol(name) for name in ("H", "W", "B", "T", "S"))
d, h, k, p = (Dim.symbol(name) for name in ("dim", "heads", "kernel_size", "patch"))
NONE = Facts.empty
DIVIDED = NONE.assume(Relation(d % h, "==", 0))

OPEN = [
    (NONE, 2 * (H // 2), H, "H % 2 == 0"),
    (NONE, 16 * (H // 16), H, "H % 16 == 0"),
    (NONE, 2 * (H // 16), H // 8, "H % 16 == 0"),
    (NONE, 2 * ((H - 1) // 2 + 1), H, "H % 2 == 0"),
    (NONE, 2 * ((H - 1) // 2) + 1, H, "H % 2 == 1"),
    (NONE, H + 2 * (k // 2) - k + 1, H, "kernel_size % 2 == 1"),
    (NONE, h * (d // h), d, "dim % heads == 0"),
    (DIVIDED, 2 * h * (d // h // 2), d, "dim % (2 * heads) == 0"),
    (NONE, S * (B * T // S), B * T, "(B * T) % S == 0"),
    (NONE, (H // 16) * (W // 16) * 256, H * W, "H % 16 == 0, W % 16 == 0"),
    (NONE, (H // p) * (W // p) * p * p, H * W, "H % patch == 0, W % patch == 0"),
    (NONE, dim_min(T, S), T, "T <= S"),
    (NONE, dim_max(H - 7, 0), H - 7, "H >= 7"),
    (NONE, T, S, "S == T"),
    (NONE, H, 512 + 0 * H, "H == 512"),
    (NONE, 2 * d, T, "T == 2 * dim"),
    (NONE, d + d // 3, d, "dim // 3 == 0"),
    (NONE.assume(Relation(H, ">=", 16)), 2 * (H // 2), H, "H % 2 == 0"),
]


@pytest.mark.parametrize(("known", "left", "right", "where"), OPEN)
def test_the_suggested_fact_proves_it(known: Facts, left: Dim, right: Dim, where: str) -> None:
    assert known.compare(left, right) == "unknown"
    assert known.suggest(left, right) == where


@pytest.mark.parametrize(("known", "left", "right", "where"), OPEN)
def test_witnesses_are_on_both_sides(known: Facts, left: Dim, right: Dim, where: str) -> None:
    witness = known.witness(left, right)
    assert witness is not None and witness.equal is not None and witness.differ is not None
    assert (left - right).evaluate(witness.equal) == 0
    assert (left - right).evaluate(witness.differ) != 0


def test_a_witness_meets_the_facts_and_is_small() -> None:
    known = NONE.assume(Relation(H, ">=", 33)).assume(Relation(H % 3, "==", 0))
    assert str(known.witness(2 * (H // 2), H)) == "holds for H=36, fails for H=33"
    both = NONE.assume(Relation(T, "<", S)).witness(dim_min(2 * T, S), S)
    assert str(both) == "holds for S=2, T=1, fails for S=3, T=1"


def test_a_witness_of_one_kind() -> None:
    assert str(NONE.witness(H, H + 1)) == "fails for H=1"
    assert str(NONE.witness(H, H)) == "holds for H=1"
    assert str(NONE.declare("H", 0, 0).witness(H, 0)) == "holds for H=0"
    assert NONE.assume(Relation(H % 2, "==", 0)).assume(Relation(H, "<", 2)).witness(H, W) is None


def test_nothing_is_suggested_where_nothing_can_be_written() -> None:
    assert NONE.suggest(H, H + 1) is None
    assert NONE.suggest(H, H) is None
    assert NONE.suggest(Dim.symbol("n@1"), Dim.symbol("n@2")) is None
