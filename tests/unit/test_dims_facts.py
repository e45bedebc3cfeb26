"""Reasoning under facts: divisibility, equalities, bounds, contradictions, and what is displayed."""

from __future__ import annotations

import pytest

from nnspec.semantics.dims import Dim, Facts, Relation, dim_max, dim_min

H, W, B, T, S = (Dim.symbol(name) for name in ("H", "W", "B", "T", "S"))
n, k, s, d, h, g, e, i = (Dim.symbol(name) for name in ("n", "k", "s", "d", "h", "g", "e", "i"))


def facts(*relations: tuple[Dim | int, str, Dim | int]) -> Facts:
    known = Facts.empty
    for relation in relations:
        known = known.assume(Relation(*relation))
    return known


NONE = facts()

COMPARED = [
    (NONE, h * (d // h), d, "unknown"),
    (facts((d % h, "==", 0)), h * (d // h), d, "equal"),
    (facts((0, "==", d % h)), h * (d // h), d, "equal"),
    (facts((d % h, "==", 0), (d % g, "==", 0)), h * (d // h) - g * (d // g), 0, "equal"),
    (facts((d % (2 * h), "==", 0)), 2 * h * (d // h // 2), d, "equal"),
    (facts((d % h, "==", 0), ((d // h) % 2, "==", 0)), 2 * h * (d // h // 2), d, "equal"),
    (facts(((d // h) % 2, "==", 0), (d % h, "==", 0)), 2 * h * (d // h // 2), d, "equal"),
    (facts(((H // 8) % 2, "==", 0)), 2 * (H // 16), H // 8, "equal"),
    (facts((H % 2, "==", 1)), 2 * (H // 2) + 1, H, "equal"),
    (facts((H % 2, "==", 1)), 2 * (H // 2), H, "different"),
    (facts((H % 4, "==", 3)), H % 2, 1, "equal"),
    (facts((-H % 2, "==", 1)), H % 2, 1, "equal"),
    (facts((H % 2, "!=", 0)), H % 2, 1, "equal"),
    (facts(((H + 1) % 2, "==", 0)), 2 * ((H + 1) // 2), H + 1, "equal"),
    (facts(((B * T) % e, "==", 0)), e * (B * T // e), B * T, "equal"),
    (facts(((B * T) % e, "==", 0)), (B * T * d) // e, d * (B * T // e), "equal"),
    (facts((H % 4, "==", 0), (H % 6, "==", 0)), 12 * (H // 12), H, "equal"),
    (facts((H, "==", 2 * W)), H * 3, 6 * W, "equal"),
    (facts((2 * H, "==", 2 * W + 2)), H, W, "different"),
    (facts((H * B, "==", W * B)), H, W, "equal"),
    (facts((T, "<=", S), (S, "<=", T)), T, S, "equal"),
    (facts((T, "<", S)), T, S, "different"),
    (facts((T, "!=", S)), 2 * T, 2 * S, "different"),
    (facts((T, "<=", S)), dim_min(T, S), T, "equal"),
    (facts((T, "<", S)), T // S, 0, "equal"),
    (facts((T, "<", S)), T % S, T, "equal"),
    (facts((T, "<=", 1)), T, 1, "equal"),
    (facts((H // 2, "==", 7), (H % 2, "==", 1)), H, 15, "equal"),
    (facts((n * n, "==", 49)), n, 7, "equal"),
    (NONE, n * n, 50, "different"),
    (facts((n, ">", 1), (k, ">", 1)), n * k, 7, "different"),
    (NONE, 2 * n + 3 * k, 6, "different"),
    (NONE, 2 * n + 3 * k, 7, "unknown"),
    (facts((n * n, "==", k * k)), n, k, "equal"),
    (facts((H % s, "!=", 0)), (H - 1) // s, H // s, "equal"),
    (NONE, 2**n, n, "different"),
    (NONE, 2**n % 2, 0, "equal"),
    (NONE, n * (n + 1), 2 * k + 1, "different"),
    (NONE, dim_max(T, S) + dim_min(T, S), T + S, "equal"),
    (NONE, dim_max(T - S, 0) + dim_min(T, S), T, "equal"),
    (NONE, H // 2 + (H + 1) // 2, H, "equal"),
    (NONE, (H - 1) // s + 1, -(-H // s), "equal"),
    (NONE, ((H - 1) // s) // k, (H - 1) // (s * k), "equal"),
    (NONE, (n - 1) // n, 0, "equal"),
    (NONE, H + (s - H % s) % s, (H + s - 1) // s * s, "equal"),
    (NONE, 2 ** (i - 1) * 4, 2 ** (i + 1), "equal"),
    (NONE, 2**i, 0, "different"),
    (NONE, h * n, h * (n + 1), "different"),
]


@pytest.mark.parametrize(("known", "left", "right", "answer"), COMPARED)
def test_compared(known: Facts, left: Dim, right: Dim | int, answer: str) -> None:
    assert known.compare(left, right) == answer


PROVED = [
    (NONE, (n, ">=", 1), True),
    (NONE, (n, ">=", 2), None),
    (NONE, (n, "<", 1), False),
    (NONE, (n * k, ">=", n), True),
    (NONE, (n * k, ">=", n + k), None),
    (NONE, (H // 2, "<=", H), True),
    (NONE, (H // 4, "<=", H // 2), True),
    (NONE, (H // 2, "<", H), True),
    (NONE, (H % 5, "<", 5), True),
    (NONE, (H % s, "<", s), True),
    (NONE, (H % s, ">=", 0), True),
    (NONE, (H // s, "<=", H), True),
    (NONE, (dim_min(T, S), "<=", T), True),
    (NONE, (dim_max(T, S), "<", T), False),
    (NONE, (2**i, ">=", 2), True),
    (facts((H, ">=", 16)), (H // 16, ">=", 1), True),
    (facts((H // 16, ">=", 1)), (H, ">=", 16), True),
    (facts((H % 32, "==", 0)), (H, ">=", 32), True),
    (facts((T, "<=", S), (S, "<=", 10)), (T, "<=", 10), True),
    (facts((T, "<=", S), (S, "<=", 10)), (T, ">", 10), False),
    (facts((T, "<=", S)), (T * d, "<=", S * d), True),
    (facts((T, "==", S)), (T, "!=", S), False),
]


@pytest.mark.parametrize(("known", "relation", "answer"), PROVED)
def test_proved(known: Facts, relation: tuple[Dim, str, Dim | int], answer: bool | None) -> None:
    assert known.prove(Relation(*relation)) is answer


IMPOSSIBLE = [
    facts((n, "<", 1)),
    facts((H % 2, "==", 0), (H % 2, "==", 1)),
    facts((H % 4, "==", 2), (H % 8, "==", 0)),
    facts((T, "<", S), (S, "<", T)),
    facts((T, "<", S), (S, "<", H), (H, "<", T)),
    facts((H, "==", 2 * W), (W, ">", 3), (H, "<", 6)),
    facts((2 * H, "==", 2 * W + 1)),
    facts((n, "!=", 1), (n, "<", 2)),
    facts((T, "==", S), (T, "!=", S)),
    facts((H // 2, "==", 7), (H, ">", 15)),
]


@pytest.mark.parametrize("known", IMPOSSIBLE)
def test_contradictions_are_found(known: Facts) -> None:
    assert known.impossible


def test_facts_are_never_changed() -> None:
    first = facts((d % h, "==", 0))
    assert first.compare(H, W) == "unknown"
    second = first.assume(Relation(H, "==", W))
    assert first.compare(H, W) == "unknown"
    assert second.compare(H, W) == "equal"
    assert first.declare("z", 5).bounds(Dim.symbol("z")) == (5, None)
    assert first.bounds(Dim.symbol("z")) == (1, None)


def test_quotients_are_the_same_in_facts_that_were_made_apart() -> None:
    first, second = facts((d % h, "==", 0)), facts((H, "<=", W), (d % h, "==", 0))
    assert first.simplify(d // h) == second.simplify(d // h)
    made = first.simplify(d)
    assert made.symbols() != {"d"}
    assert second.compare(made, d) == "equal"
    # Where the fact does not hold, nothing is known of the quotient.
    assert NONE.compare(made, d) == "unknown"
    assert NONE.bounds(made) == (None, None)
    assert str(first.witness(made, h)) == "holds for d=1, h=1, fails for d=2, h=1"


def test_any_object_with_two_sides_is_a_relation() -> None:
    class Seen:
        left, op, right = T, "<=", S

    assert Facts.empty.assume(Seen()).prove(Seen()) is True


def test_domains() -> None:
    known = Facts.empty.declare("k", None).declare("n", 0).declare("p", 0, 9)
    p = Dim.symbol("p")
    assert known.bounds(k) == (None, None)
    assert known.bounds(n + 1) == (1, None)
    assert known.bounds(2 * p - 1) == (-1, 17)
    assert known.bounds(p // 2) == (0, 4)
    assert known.compare(n, 0) == "unknown"
    assert known.prove(Relation(k * k, ">=", 0)) is True
    assert known.prove(Relation(k, ">=", 1)) is None
    # A divisor of unknown sign keeps the rules for positive ones away.
    assert known.compare(-(-H // k), (H - 1) // k + 1) == "unknown"
    assert known.declare("e", 3, 2).impossible


DISPLAYED = [
    (facts((d % h, "==", 0)), d, "d"),
    (facts((d % h, "==", 0)), d // h, "d // h"),
    (facts((d % h, "==", 0)), h * (d // h), "d"),
    (facts((d % h, "==", 0)), 3 * d + h, "3 * d + h"),
    (facts((H % 32, "==", 0)), 2 * (H // 32), "H // 16"),
    (facts((H % 32, "==", 0)), (H - 1) // 2 + 1, "H // 2"),
    (facts((H % 32, "==", 0)), H // 64, "H // 64"),
    (facts((H % 4, "==", 0), (H % 6, "==", 0)), H // 12, "H // 12"),
    (facts(((H + 1) % 2, "==", 0)), (H + 1) // 2, "H // 2 + 1"),
    (facts((H % 2, "==", 1)), H // 2, "H // 2"),
    (facts((H, "==", 2 * W)), H + 1, "2 * W + 1"),
    (facts((d, "==", h * k)), d, "h * k"),
    (facts(((B * T) % e, "==", 0)), B * T, "B * T"),
    (facts((T, "<=", S)), dim_min(T, S), "T"),
    (facts((Dim.symbol("?1"), "==", H // 2)), Dim.symbol("?1"), "H // 2"),
]


@pytest.mark.parametrize(("known", "made", "text"), DISPLAYED)
def test_displayed_in_the_users_symbols(known: Facts, made: Dim, text: str) -> None:
    assert str(known.display(made)) == text
    assert str(known.display(known.simplify(made))) == text
