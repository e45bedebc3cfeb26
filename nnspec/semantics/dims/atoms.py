"""Atoms and monomials: what polynomials of symbolic integers are made of.

An atom is a symbol, or one of the operations that do not distribute: floor division, maximum, and
power with a symbolic exponent. Atoms are interned, so that equality is identity. A monomial is a
product of atoms, kept as a sorted tuple with repetition.
"""

from __future__ import annotations

from operator import attrgetter
from weakref import WeakValueDictionary

from nnspec.semantics.budget import DimLimit as DimLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nnspec.semantics.dims.polynomial import Dim

# A question that outgrows these is refused with DimLimit, so that every question ends.
MAX_TERMS = 1000
MAX_DEGREE = 100
MAX_BITS = 4096
MAX_DEPTH = 40
MAX_SIZE = 2000


class Atom:
    """A factor of a monomial. Interned: two atoms are equal when they are the same object.

    depth: how deep operations are nested in it, 0 for a symbol.
    size: how many atoms it is when written out, 1 for a symbol.
    symbols: the names that occur in it.
    """

    __slots__ = ("__weakref__", "depth", "rank_cache", "serial", "size", "symbols")

    serial: int
    depth: int
    size: int
    symbols: frozenset[str]
    rank_cache: tuple[int, str, int, str] | None


class Symbol(Atom):
    """A named integer."""

    __slots__ = ("name",)
    name: str


class Floor(Atom):
    """`numerator // denominator` that no rule could resolve."""

    __slots__ = ("denominator", "numerator")
    numerator: Dim
    denominator: Dim


class Maximum(Atom):
    """The greatest of two or more operands."""

    __slots__ = ("operands",)
    operands: tuple[Dim, ...]


class Power(Atom):
    """`base ** exponent` where the exponent is symbolic."""

    __slots__ = ("base", "exponent")
    base: Dim
    exponent: Dim


Mono = tuple[Atom, ...]

_atoms: WeakValueDictionary[tuple[object, ...], Atom] = WeakValueDictionary()
_serial = 0
_by_serial = attrgetter("serial")


def _intern(key: tuple[object, ...], atom: Atom, parts: tuple[Dim, ...]) -> None:
    global _serial
    _serial += 1
    atom.serial = _serial
    atom.rank_cache = None
    atom.depth = 1 + max((part.depth for part in parts), default=-1)
    if atom.depth > MAX_DEPTH:
        raise DimLimit("operations on symbolic integers are nested too deeply")
    atom.size = 1 + sum(part.size for part in parts)
    if atom.size > MAX_SIZE:
        raise DimLimit("a symbolic integer is too large")
    if parts:
        atom.symbols = frozenset().union(*[part.symbols() for part in parts])
    _atoms[key] = atom


def symbol_atom(name: str) -> Symbol:
    """The atom of a name."""
    key = ("symbol", name)
    found = _atoms.get(key)
    if found is None:
        found = Symbol()
        found.name = name
        found.symbols = frozenset((name,))
        _intern(key, found, ())
    assert isinstance(found, Symbol)
    return found


def floor_atom(numerator: Dim, denominator: Dim) -> Floor:
    """The atom of a floor division that is already in normal form."""
    key = ("floor", numerator, denominator)
    found = _atoms.get(key)
    if found is None:
        found = Floor()
        found.numerator = numerator
        found.denominator = denominator
        _intern(key, found, (numerator, denominator))
    assert isinstance(found, Floor)
    return found


def maximum_atom(operands: tuple[Dim, ...]) -> Maximum:
    """The atom of a maximum whose operands are already in normal form."""
    key = ("maximum", frozenset(operands))
    found = _atoms.get(key)
    if found is None:
        found = Maximum()
        found.operands = operands
        _intern(key, found, operands)
    assert isinstance(found, Maximum)
    return found


def power_atom(base: Dim, exponent: Dim) -> Power:
    """The atom of a power that is already in normal form."""
    key = ("power", base, exponent)
    found = _atoms.get(key)
    if found is None:
        found = Power()
        found.base = base
        found.exponent = exponent
        _intern(key, found, (base, exponent))
    assert isinstance(found, Power)
    return found


def join(left: Mono, right: Mono) -> Mono:
    """The product of two monomials."""
    if not left:
        return right
    if not right:
        return left
    if len(left) + len(right) > MAX_DEGREE:
        raise DimLimit("a symbolic integer has too high a degree")
    if len(left) == 1 and len(right) == 1:
        return left + right if left[0].serial <= right[0].serial else right + left
    return tuple(sorted(left + right, key=_by_serial))


def cofactor(mono: Mono, divisor: Mono) -> Mono | None:
    """What is left of a monomial when another is divided out; None where it does not divide."""
    if not divisor:
        return mono
    if len(divisor) > len(mono):
        return None
    rest = list(mono)
    for atom in divisor:
        if atom in rest:
            rest.remove(atom)
        else:
            return None
    return tuple(rest)
