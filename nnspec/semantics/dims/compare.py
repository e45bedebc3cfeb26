"""Answers: are two dims equal, does a relation hold, for all values that the facts admit?

First what is quick: the normal form of the difference, its bounds, its greatest common factor. What
that leaves open is tried on small values: values of both kinds settle that the answer is "unknown",
and otherwise the slower proofs by cases (`cases`) know what to aim at.
"""

from __future__ import annotations

from math import gcd

from nnspec.semantics.dims.atoms import Atom, Power
from nnspec.semantics.dims.bounds import at_least
from nnspec.semantics.dims.factor import without_nonzero_factors
from nnspec.semantics.dims.floors import common_mono, divided
from nnspec.semantics.dims.intervals import mono_bounds
from nnspec.semantics.dims.order import leading
from nnspec.semantics.dims.polynomial import Dim
from nnspec.semantics.dims.powers import without_floors
from nnspec.semantics.dims.relation import RelationLike, at_least_zero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from nnspec.semantics.dims.facts import Facts

    Answer = Literal["equal", "different", "unknown"]
else:  # a name for those that import it to annotate
    Answer = str


def compare(facts: Facts, left: Dim | int, right: Dim | int) -> Answer:
    """`equal` or `different` where that holds for all admitted values, else `unknown`."""
    d = (left if isinstance(left, Dim) else Dim.of(left)) - right
    number = d.as_int()
    if number is not None:
        return "different" if number else "equal"
    key = ("compare", d)
    found = facts.recall(key)
    if found is None:
        try:
            found = _compare(facts, d)
        except (ArithmeticError, ValueError):
            found = "unknown"
        facts.remember(key, found)
    return found  # type: ignore[return-value]


def _compare(facts: Facts, d: Dim) -> Answer:
    answer = quick_answer(facts, d)
    if answer != "unknown" or facts.impossible:
        return answer
    from nnspec.semantics.dims.witness import every_sign, seen_signs

    signs = seen_signs(facts, d)
    if 0 in signs and len(signs) > 1:
        return "unknown"
    every = every_sign(facts, d)
    if every:
        return "equal" if every == {0} else "unknown" if 0 in every else "different"
    from nnspec.semantics.dims.cases import always_zero, never_zero

    if 0 in signs:
        return "equal" if always_zero(facts, d) else "unknown"
    if signs:
        return "different" if never_zero(facts, d) else "unknown"
    # No admitted values were found: they may all be large, or there are none.
    if always_zero(facts, d):
        return "equal"
    return "different" if never_zero(facts, d) else "unknown"


def quick_answer(facts: Facts, d: Dim) -> Answer:
    """Whether d is always 0 (`equal`) or never (`different`), without looking at cases."""
    d = primitive(facts, facts.simplify(d))
    number = d.as_int()
    if number is not None:
        return "different" if number else "equal"
    g = gcd(*[c for mono, c in d.terms.items() if mono])
    if d.constant % g:
        return "different"
    if any(_multiple(d, other) for other in facts.not_zero):
        return "different"
    if at_least(facts, d, 1) or at_least(facts, -d, 1):
        return "different"
    if facts.at_least_zero and at_least(facts, d, 0) and at_least(facts, -d, 0):
        return "equal"
    return "unknown"


def primitive(facts: Facts, d: Dim) -> Dim:
    """A dim that is 0 exactly where d is, without factors that are never 0."""
    if d.has_power:
        d = _exponents(_without_negative_exponents(without_floors(d, facts)))
    if not d.terms:
        return d
    common = common_mono([d])
    if common:
        nonzero = tuple(atom for atom in common if _never_zero(facts, atom))
        if nonzero:
            d = divided(d, nonzero, 1)
    return without_nonzero_factors(facts, d)


def _without_negative_exponents(d: Dim) -> Dim:
    """A multiple in which no power has a negative constant: 2**(n-1) and 2**(n-2) become 2**n."""
    least: dict[Dim, int] = {}
    for atom in d.atoms():
        if isinstance(atom, Power) and atom.exponent.constant < 0:
            base = atom.base
            least[base] = min(least.get(base, 0), atom.exponent.constant)
    for base, shift in least.items():
        number = base.as_int()
        if number:
            d = d * number**-shift
    return d


def _exponents(d: Dim) -> Dim:
    """The difference of the exponents, where d is that of two powers of one constant, or of one and a number."""
    if len(d.terms) == 2 and d.constant:
        return _exponent_of(d)
    if len(d.terms) != 2 or sorted(d.terms.values()) != [-1, 1]:
        return d
    (one, c), (other, _) = d.terms.items()
    for mono in (one, other):
        if len(mono) != 1 or not isinstance(mono[0], Power):
            return d
    first, second = one[0], other[0]
    assert isinstance(first, Power) and isinstance(second, Power)
    base = first.base.as_int()
    if first.base != second.base or base is None or base < 2:
        return d
    return (first.exponent - second.exponent) * c


def _exponent_of(d: Dim) -> Dim:
    """The exponent less the one that makes a power the number, or 1 where none does."""
    ((mono, c),) = [term for term in d.terms.items() if term[0]]
    base = mono[0].base.as_int() if len(mono) == 1 and isinstance(mono[0], Power) else None
    if base is None or base < 2:
        return d
    number, over = divmod(-d.constant, c)
    count = 0
    while number > 1 and number % base == 0 and not over:
        number, count = number // base, count + 1
    if number != 1 or over:
        return Dim.of(1)
    assert isinstance(mono[0], Power)
    return mono[0].exponent - count


def _never_zero(facts: Facts, atom: Atom) -> bool:
    low, high = mono_bounds(facts, (atom,))
    return (low is not None and low > 0) or (high is not None and high < 0)


def _multiple(d: Dim, other: Dim) -> bool:
    """Whether d is a constant multiple of a dim that is not 0."""
    if len(d.terms) != len(other.terms):
        return False
    mono, c = leading(other)
    e = d.terms.get(mono, 0)
    return e != 0 and d.scaled(c) == other.scaled(e)


def prove(facts: Facts, relation: RelationLike) -> bool | None:
    """Whether a relation holds for all admitted values, for none, or neither is known."""
    if relation.op in ("==", "!="):
        answer = compare(facts, relation.left, relation.right)
        if answer == "unknown":
            return None
        return (answer == "equal") == (relation.op == "==")
    d = at_least_zero(relation)
    number = d.as_int()
    if number is not None:
        return number >= 0
    key = ("prove", d)
    found = facts.recall(key)
    if found is None:
        try:
            found = (_not_negative(facts, d),)
        except (ArithmeticError, ValueError):
            found = (None,)
        facts.remember(key, found)
    return found[0]  # type: ignore[no-any-return, index]


def _not_negative(facts: Facts, d: Dim) -> bool | None:
    if at_least(facts, d, 0):
        return True
    if at_least(facts, -d, 1):
        return False
    if facts.impossible:
        return None
    from nnspec.semantics.dims.witness import every_sign, seen_signs

    signs = seen_signs(facts, d, of_zero=False)
    if -1 in signs and len(signs) > 1:
        return None
    every = every_sign(facts, d)
    if every:
        return True if -1 not in every else False if every == {-1} else None
    from nnspec.semantics.dims.cases import always_at_least

    if -1 not in signs and always_at_least(facts, d, 0):
        return True
    if signs <= {-1} and always_at_least(facts, -d, 1):
        return False
    return None
