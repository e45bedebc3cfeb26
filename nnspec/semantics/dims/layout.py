"""How a dim is written down: from the normal form to an expression a person would have written.

The normal form is made for proofs: products are multiplied out and a remainder is `p - q*(p//q)`.
Here remainders, products of sums, and the looks of convolutions (`(H - 3) // 2 + 1`) are found again.
The value is always exactly that of the dim.
"""

from __future__ import annotations

from nnspec.semantics.dims.atoms import Atom, Floor, Maximum, Mono, Power, Symbol, cofactor
from nnspec.semantics.dims.factor import factors
from nnspec.semantics.dims.order import leading, mono_key, rank
from nnspec.semantics.dims.polynomial import Dim

MAX_FACTORED_TERMS = 40


class Op:
    """An operation of an expression: one of + * // % ** max min, or - with a single argument.

    A sum has negated arguments where it subtracts.
    """

    __slots__ = ("args", "op")

    def __init__(self, op: str, *args: Node) -> None:
        self.op = op
        self.args = args


# An expression: a number, a symbol by its full name, or an operation.
Node = int | str | Op

# A summand: where it stands, whether it is subtracted, and its expression without the sign.
Piece = tuple[tuple[object, ...], bool, Node]


def layout(dim: Dim) -> Node:
    """The expression to write for a dim."""
    number = dim.as_int()
    if number is not None:
        return number
    if len(dim.terms) == 1:
        mono, c = leading(dim)
        if c != 1 or len(mono) > 1 or not isinstance(mono[0], Floor):
            return _signed(_term(mono, c))
    elif len(dim.terms) <= MAX_FACTORED_TERMS:
        found = factors(dim)
        if found is not None:
            return _product_of_sums(*found)
    return _sum(dim)


def _signed(piece: Piece) -> Node:
    return Op("-", piece[2]) if piece[1] else piece[2]


def _product_of_sums(number: int, parts: list[tuple[Dim, int]]) -> Node:
    ordered = sorted(parts, key=lambda part: mono_key(leading(part[0])[0])[1])
    nodes = [_raised(layout(part), times) for part, times in ordered]
    return _signed(_times(abs(number), nodes, number < 0, ()))


def _raised(base: Node, times: int) -> Node:
    return base if times == 1 else Op("**", base, times)


def _times(number: int, nodes: list[Node], negative: bool, key: tuple[object, ...]) -> Piece:
    if number != 1 or not nodes:
        nodes = [number, *nodes]
    return key, negative, nodes[0] if len(nodes) == 1 else Op("*", *nodes)


def _sum(dim: Dim) -> Node:
    pieces: list[Piece] = []
    dim = _without_remainders(dim, pieces)
    dim = _without_shifted_floor(dim, pieces)
    dim = _without_groups(dim, pieces)
    constant = dim.constant
    pieces.extend(_term(mono, c) for mono, c in dim.terms.items() if mono)
    pieces.sort(key=lambda piece: (piece[0][0], piece[1], *piece[0][1:]))
    # Begin with something positive where there is one: `k - H`, not `-H + k`.
    first = next((i for i, piece in enumerate(pieces) if not piece[1]), None)
    if first:
        pieces.insert(0, pieces.pop(first))
    elif first is None and constant > 0:
        pieces.insert(0, ((), False, constant))
        constant = 0
    nodes = [_signed(piece) for piece in pieces]
    if constant:
        nodes.append(Op("-", -constant) if constant < 0 else constant)
    return nodes[0] if len(nodes) == 1 else Op("+", *nodes)


def _key(mono: Mono) -> tuple[object, ...]:
    ranks = sorted(map(rank, mono))
    return (-len(mono), ranks[0][0] if ranks else 2), ranks


def _term(mono: Mono, c: int) -> Piece:
    counts: dict[Atom, int] = {}
    for atom in mono:
        counts[atom] = counts.get(atom, 0) + 1
    number, nodes = abs(c), []
    negative = c < 0
    for atom in sorted(counts, key=lambda a: (isinstance(a, Floor | Maximum), rank(a))):
        node: Node
        if isinstance(atom, Maximum):
            flip, node = _maximum(atom, negative)
            negative ^= flip and counts[atom] % 2 == 1
        elif isinstance(atom, Power):
            number, node = _power(atom, number if counts[atom] == 1 else 1, number)
        else:
            node = _atom(atom)
        nodes.append(_raised(node, counts[atom]))
    return _times(number, nodes, negative, _key(mono))


def _atom(atom: Atom) -> Node:
    match atom:
        case Symbol():
            return atom.name
        case Floor():
            return Op("//", layout(atom.numerator), layout(atom.denominator))
        case _:
            raise AssertionError(atom)


def _power(atom: Power, number: int, full: int) -> tuple[int, Node]:
    """`2 * 2 ** i` as `2 ** (i + 1)`, where the number is a power of the base."""
    base, extra = atom.base.as_int(), 0
    if base is not None and base > 1:
        while number % base == 0:
            number //= base
            extra += 1
    if number != 1:
        extra, number = 0, full
    exponent = atom.exponent + extra
    return number, Op("**", layout(atom.base), layout(exponent))


def _maximum(atom: Maximum, subtracted: bool) -> tuple[bool, Node]:
    """The maximum, or (True, the minimum of the negatives) where that reads better."""
    signs = [all(c < 0 for c in part.terms.values()) for part in atom.operands if part.terms]
    negative = sum(signs)
    as_min = negative * 2 > len(signs) or (negative * 2 == len(signs) and subtracted)
    parts = [-part for part in atom.operands] if as_min else list(atom.operands)
    parts.sort(key=lambda part: (part.as_int() is not None, _first_key(part)))
    return as_min, Op("min" if as_min else "max", *[layout(part) for part in parts])


def _first_key(dim: Dim) -> tuple[object, ...]:
    return (*mono_key(leading(dim)[0]), str(dim)) if dim.terms else ()


def _without_remainders(dim: Dim, pieces: list[Piece]) -> Dim:
    """Take out `k * (p % q)`, which stands as `k*p - k*q*(p//q)`."""
    for mono in sorted(dim.terms, key=mono_key):
        if mono not in dim.terms:
            continue
        for atom in mono:
            if not isinstance(atom, Floor):
                continue
            p, q = atom.numerator, atom.denominator
            lead, scale = leading(q)
            c = -dim.terms[mono]
            around = cofactor(mono, (atom,))
            rest = cofactor(around, lead) if around is not None else None
            if rest is None or c % scale:
                continue
            factor = Dim({rest: c // scale})
            remaining = dim - factor * (p - q * Dim.atom(atom))
            gone = sum(1 for key in p.terms if key) + len(q.terms)
            if len(remaining.terms) - bool(remaining.constant) <= (
                len(dim.terms) - bool(dim.constant) - gone
            ):
                negative = c // scale < 0
                node = Op("%", layout(p), layout(q))
                _, _, outside = _term(rest, abs(c // scale))
                full = node if outside == 1 else Op("*", outside, node)
                pieces.append((_key((*rest, atom)), negative, full))
                dim = remaining
                break
    return dim


def _without_shifted_floor(dim: Dim, pieces: list[Piece]) -> Dim:
    """Take out `(p - k) // q + 1`, the looks of a convolution, which stands as `(p + r) // q + c`."""
    floors = [
        mono[0]
        for mono, c in dim.terms.items()
        if c == 1 and len(mono) == 1 and isinstance(mono[0], Floor)
    ]
    if len(floors) != 1:
        return dim
    (atom,) = floors
    q = atom.denominator.as_int()
    shift = 1 - dim.constant
    if q is None or shift < 1 or not atom.numerator.constant:
        return dim
    node = Op("//", layout(atom.numerator - q * shift), q)
    pieces.append((_key((atom,)), False, node))
    return dim - Dim.atom(atom) + shift


def _without_groups(dim: Dim, pieces: list[Piece]) -> Dim:
    """Take out `(H - 1) * stride` where it stands as `H*stride - stride`."""
    for mono in sorted(dim.terms, key=mono_key):
        if len(mono) < 2 or mono not in dim.terms:
            continue
        c = dim.terms[mono]
        for atom in sorted(set(mono), key=rank):
            rest = cofactor(mono, (atom,))
            other = dim.terms.get(rest, 0) if rest is not None else 0
            if rest is not None and other and other % c == 0:
                inner = Dim({(atom,): 1, (): other // c}, isinstance(atom, Power))
                parts = [(rank(atom), layout(inner))]
                counts = {a: rest.count(a) for a in rest}
                if any(not isinstance(a, Symbol) for a in counts):
                    continue
                parts += [(rank(a), _raised(_atom(a), n)) for a, n in counts.items()]
                parts.sort(key=lambda part: part[0])
                nodes = [node for _, node in parts]
                pieces.append(_times(abs(c), nodes, c < 0, _key(mono)))
                dim = dim - Dim({mono: c, rest: other}, dim.has_power)
                break
    return dim
