"""An order of atoms and monomials that depends on names alone, never on what was made first."""

from __future__ import annotations

from nnspec.semantics.dims.atoms import Atom, Floor, Maximum, Mono, Power, Symbol
from nnspec.semantics.dims.polynomial import Dim

Rank = tuple[int, str, int, str]


def shown(name: str) -> str:
    """A symbol's name as the user knows it."""
    return name.partition("@")[0] or name


def rank(atom: Atom) -> Rank:
    """Where an atom stands: dimensions (capitals) before hyperparameters, operations by what is in them."""
    found = atom.rank_cache
    if found is None:
        match atom:
            case Symbol():
                name = atom.name
                found = (0 if name[:1].isupper() else 1, shown(name), 0, name)
            case Floor():
                found = _of_operation(atom, 2, [atom.numerator, atom.denominator])
            case Maximum():
                found = _of_operation(atom, 3, list(atom.operands))
            case Power():
                found = _of_operation(atom, 1, [atom.base, atom.exponent])
            case _:
                raise AssertionError(atom)
        atom.rank_cache = found
    return found


def _of_operation(atom: Atom, kind: int, parts: list[Dim]) -> Rank:
    first = min(((0 if n[:1].isupper() else 1, shown(n)) for n in atom.symbols), default=(2, ""))
    texts = [spelled(part) for part in parts]
    if isinstance(atom, Maximum):
        texts.sort()
    return (*first, kind, ";".join(texts))


def spelled(dim: Dim) -> str:
    """A text that tells dims apart (unlike the readable one, in which namesakes look alike)."""
    terms = []
    for mono in sorted(dim.terms, key=mono_key):
        atoms = [f"{kind}[{text}]" for _, _, kind, text in sorted(map(rank, mono))]
        terms.append(f"{dim.terms[mono]}*{'*'.join(atoms)}")
    return "+".join(terms)


def mono_key(mono: Mono) -> tuple[int, list[Rank]]:
    """Graded order: higher degrees first, then by the atoms."""
    return -len(mono), sorted(map(rank, mono))


def leading(dim: Dim) -> tuple[Mono, int]:
    """The first term of a dim that is not 0."""
    if len(dim.terms) == 1:
        return next(iter(dim.terms.items()))
    mono = min(dim.terms, key=mono_key)
    return mono, dim.terms[mono]
