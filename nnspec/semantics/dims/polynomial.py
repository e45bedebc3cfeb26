"""Integer polynomials in canonical form.

A `Dim` is a sum of integer multiples of monomials (see `atoms`). Everything in this file holds for
all integers; what needs to know more of a symbol (its sign, its bounds) is in `facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nnspec.semantics.budget import budget
from nnspec.semantics.dims.atoms import (
    MAX_BITS,
    MAX_TERMS,
    Atom,
    DimLimit,
    Mono,
    Power,
    join,
    symbol_atom,
)


class Dim:
    """A symbolic integer, immutable and hashable.

    `==` compares canonical forms (and a constant one equals its int). Operators take ints on either
    side and follow Python: `//` floors and `%` has the sign of the divisor. All operators raise an
    ArithmeticError for what has no value (division by zero) or is too large (DimLimit).

    terms: coefficients by monomial, never 0; the constant stands at `()`.
    """

    __slots__ = ("_hash", "_symbols", "_text", "has_power", "terms")

    terms: dict[Mono, int]

    def __init__(self, terms: dict[Mono, int], has_power: bool = False) -> None:
        self.terms = terms
        self.has_power = has_power
        self._hash: int | None = None
        self._symbols: frozenset[str] | None = None
        self._text: str | None = None

    @staticmethod
    def symbol(name: str) -> Dim:
        """The integer of that name; what stands behind an `@` tells namesakes apart."""
        return Dim({(symbol_atom(name),): 1})

    @staticmethod
    def of(value: int) -> Dim:
        """A constant."""
        return Dim({(): int(value)} if value else {})

    @staticmethod
    def atom(atom: Atom) -> Dim:
        """A single atom."""
        return Dim({(atom,): 1}, isinstance(atom, Power))

    def as_int(self) -> int | None:
        """The value of a constant, None for anything else."""
        terms = self.terms
        if not terms:
            return 0
        if len(terms) == 1:
            return terms.get(())
        return None

    @property
    def constant(self) -> int:
        """The constant term."""
        return self.terms.get((), 0)

    @property
    def depth(self) -> int:
        """How deep operations are nested."""
        return max((atom.depth for mono in self.terms for atom in mono), default=0)

    @property
    def size(self) -> int:
        """How many atoms it is when written out."""
        return sum(atom.size for mono in self.terms for atom in mono)

    def atoms(self) -> set[Atom]:
        """The atoms of the monomials; those inside other atoms do not count."""
        return {atom for mono in self.terms for atom in mono}

    def symbols(self) -> frozenset[str]:
        """The names of all symbols, at any depth."""
        found = self._symbols
        if found is None:
            found = frozenset[str]().union(*[a.symbols for mono in self.terms for a in mono])
            self._symbols = found
        return found

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, Dim):
            return self.terms == other.terms
        if isinstance(other, int):
            return self.as_int() == other
        return NotImplemented

    def __hash__(self) -> int:
        value = self._hash
        if value is None:
            number = self.as_int()
            value = hash(frozenset(self.terms.items())) if number is None else hash(number)
            self._hash = value
        return value

    def __bool__(self) -> bool:
        # `if dim` would silently be true for a dim that may be 0.
        raise TypeError("the truth of a symbolic integer is not known: compare it through Facts")

    def __neg__(self) -> Dim:
        return Dim({mono: -c for mono, c in self.terms.items()}, self.has_power)

    def __pos__(self) -> Dim:
        return self

    def __add__(self, other: Dim | int) -> Dim:
        return _sum(self, other, 1)

    __radd__ = __add__

    def __sub__(self, other: Dim | int) -> Dim:
        return _sum(self, other, -1)

    def __rsub__(self, other: Dim | int) -> Dim:
        return -self + other

    def __mul__(self, other: Dim | int) -> Dim:
        if isinstance(other, int):
            return self.scaled(int(other))
        if not isinstance(other, Dim):
            return NotImplemented
        number = other.as_int()
        if number is not None:
            return self.scaled(number)
        products = len(self.terms) * len(other.terms)
        if products > MAX_TERMS:
            raise DimLimit("a symbolic integer has too many terms")
        budget.think(products)
        terms: dict[Mono, int] = {}
        for left, c in self.terms.items():
            for right, e in other.terms.items():
                mono = join(left, right)
                terms[mono] = terms.get(mono, 0) + c * e
        terms = {mono: c for mono, c in terms.items() if c}
        return from_terms(terms, self.has_power or other.has_power)

    __rmul__ = __mul__

    def scaled(self, factor: int) -> Dim:
        """The product with a constant."""
        if factor == 1:
            return self
        if factor == 0 or not self.terms:
            return Dim({})
        terms = {mono: c * factor for mono, c in self.terms.items()}
        if any(c.bit_length() > MAX_BITS for c in terms.values()):
            raise DimLimit("a number is too large")
        return from_terms(terms, self.has_power)

    def __floordiv__(self, other: Dim | int) -> Dim:
        if other == 1:
            return self
        from nnspec.semantics.dims.floors import floor_div

        return floor_div(self, _dim(other))

    def __rfloordiv__(self, other: int) -> Dim:
        return _dim(other) // self

    def __mod__(self, other: Dim | int) -> Dim:
        divisor = _dim(other)
        return self - divisor * (self // divisor)

    def __rmod__(self, other: int) -> Dim:
        return _dim(other) % self

    def __pow__(self, other: Dim | int) -> Dim:
        from nnspec.semantics.dims.powers import power

        return power(self, _dim(other))

    def __rpow__(self, other: int) -> Dim:
        return _dim(other) ** self

    def rebuild(self, replace: Callable[[Atom], Dim | None]) -> Dim:
        """The dim with atoms replaced; `replace` gives None for an atom that stays."""
        kept: dict[Mono, int] = {}
        changed: list[Dim] = []
        budget.think(len(self.terms))
        for mono, c in self.terms.items():
            product: Dim | None = None
            for i, atom in enumerate(mono):
                new = replace(atom)
                if new is not None:
                    if product is None:
                        product = Dim({mono[:i]: c}, self.has_power)
                    product = product * new
                elif product is not None:
                    product = product * Dim.atom(atom)
            if product is None:
                kept[mono] = c
            else:
                changed.append(product)
        if not changed:
            return self
        result = Dim(kept, self.has_power)
        for product in changed:
            result = result + product
        return result

    def substitute(self, mapping: Mapping[str, Dim | int]) -> Dim:
        """Put other integers in place of symbols, all at once."""
        from nnspec.semantics.dims.substitution import substitute

        return substitute(self, mapping)

    def evaluate(self, mapping: Mapping[str, int]) -> int:
        """The value for these values of the symbols.

        Raises KeyError for a symbol without a value, ArithmeticError where the value is undefined.
        """
        from nnspec.semantics.dims.substitution import evaluate

        return evaluate(self, mapping)

    def __str__(self) -> str:
        if self._text is None:
            from nnspec.semantics.dims.text import text

            self._text = text(self)
        return self._text

    def __repr__(self) -> str:
        return f"Dim({self})"


def _dim(value: Dim | int) -> Dim:
    return value if isinstance(value, Dim) else Dim.of(value)


def _sum(left: Dim, right: Dim | int, sign: int) -> Dim:
    if isinstance(right, Dim):
        if not right.terms:
            return left
        terms = left.terms.copy()
        budget.think(len(right.terms))
        for mono, c in right.terms.items():
            total = terms.get(mono, 0) + sign * c
            if total:
                terms[mono] = total
            else:
                del terms[mono]
        if len(terms) > MAX_TERMS:
            raise DimLimit("a symbolic integer has too many terms")
        return from_terms(terms, left.has_power or right.has_power)
    if not isinstance(right, int):
        return NotImplemented
    if not right:
        return left
    terms = left.terms.copy()
    total = terms.get((), 0) + sign * right
    if total:
        terms[()] = int(total)
    else:
        del terms[()]
    return Dim(terms, left.has_power)


def from_terms(terms: dict[Mono, int], has_power: bool) -> Dim:
    """The dim of these terms; has_power: whether some monomial may hold a power."""
    if not has_power:
        return Dim(terms)
    from nnspec.semantics.dims.powers import merged

    return merged(terms)


ONE = Dim({(): 1})


def settle(dim: Dim | int) -> Dim | int:
    """An int for a constant dim, the dim itself otherwise."""
    if isinstance(dim, int):
        return dim
    number = dim.as_int()
    return dim if number is None else number
