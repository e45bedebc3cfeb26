"""Numbers and formulas as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from nnspec.semantics.dims import Dim
from nnspec.semantics.dims.atoms import Atom, Floor
from nnspec.semantics.dims.layout import Node, Op, layout
from nnspec.semantics.dims.text import written
from nnspec.semantics.values import DimLike

# Numbers below are written out; in formulas, which are long enough, those of up to four digits.
LARGE = 1_000_000
LARGE_FACTOR = 10_000
THOUSANDS = ("", "k", "M", "G", "T", "P", "E")
BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


class Names:
    """Short names for the divisions of which formulas are full: `H1` for `(H - 1) // 2 + 1`."""

    def __init__(self, dims: Iterable[DimLike], taken: Iterable[str] = ()) -> None:
        """Name each division that is in more than one of the dims.

        taken: names that mean something else.
        """
        self.legend: dict[str, str] = {}
        self._known: dict[Atom, Dim] = {}
        used = set(taken)
        symbolic = [dim for dim in dims if isinstance(dim, Dim)]
        often = Counter(atom for dim in symbolic for atom in _divisions(dim))
        for dim in symbolic:
            for atom in _divisions(dim):
                if often[atom] < 2 or atom in self._known:
                    continue
                alone = dim.terms.get((atom,)) == 1 and len(dim.terms) <= 2
                meant = Dim.atom(atom) + (dim.constant if alone else 0)
                name = _new_name(atom, used)
                used.add(name)
                self.legend[name] = str(meant)
                self._known[atom] = Dim.symbol(name) - (dim.constant if alone else 0)

    def within(self, dim: DimLike) -> DimLike:
        """A formula with the short names in it."""
        return dim.rebuild(self._known.get) if isinstance(dim, Dim) and self._known else dim


def _divisions(dim: Dim) -> list[Atom]:
    found = dict.fromkeys(atom for mono in dim.terms for atom in mono if isinstance(atom, Floor))
    return list(found)


def _new_name(atom: Atom, used: set[str]) -> str:
    letter = min(atom.symbols)
    return next(name for i in range(1, len(used) + 2) if (name := f"{letter}{i}") not in used)


def exact(number: DimLike | None) -> str:
    """All digits: `25,557,032`; a formula as it stands; `?` for what is not known."""
    if number is None:
        return "?"
    return f"{number:,}" if isinstance(number, int) else str(number)


def short(number: DimLike | None, names: Names | None = None) -> str:
    """Four digits at most of what is large: `25.56M`; numbers in a formula likewise."""
    if isinstance(number, Dim) and names is not None:
        number = names.within(number)
    if isinstance(number, Dim):
        return written(_shortened(layout(number))).replace(" * ", "*").replace(" ** ", "**")
    return "?" if number is None else _in_units(number)


def size(number: DimLike | None, names: Names | None = None) -> str:
    """Bytes in binary units: `97.5 MiB`; a formula in bytes."""
    if not isinstance(number, int):
        return short(number, names)
    value, unit = float(number), 0
    while value >= 1024 and unit < len(BINARY) - 1:
        value /= 1024
        unit += 1
    return f"{value:.{0 if unit == 0 or value >= 100 else 1}f} {BINARY[unit]}"


def _in_units(number: int) -> str:
    if abs(number) < LARGE:
        return f"{number:,}"
    value, unit = float(number), 0
    while abs(value) >= 999.95 and unit < len(THOUSANDS) - 1:
        value /= 1000
        unit += 1
    return f"{value:.{2 if abs(value) < 100 else 1}f}{THOUSANDS[unit]}"


def _factor(number: int) -> str:
    """Three digits of a number in a formula: `295k`."""
    value, unit = float(number), 0
    while abs(value) >= 999.5 and unit < len(THOUSANDS) - 1:
        value /= 1000
        unit += 1
    return f"{value:.3g}{THOUSANDS[unit]}"


def _shortened(node: Node) -> Node:
    if isinstance(node, int):
        return _factor(node) if abs(node) >= LARGE_FACTOR else node
    if isinstance(node, str):
        return node
    return Op(node.op, *[_shortened(arg) for arg in node.args])


def plain(dim: DimLike, numbers: Mapping[str, int]) -> DimLike:
    """A formula in which sizes that the data decide go by their name: one number for all of that name."""
    if not isinstance(dim, Dim):
        return dim
    mapping: dict[str, Dim | int] = {}
    for symbol in dim.symbols():
        name, mark, _ = symbol.partition("@")
        if mark:
            mapping[symbol] = numbers[name] if name in numbers else Dim.symbol(name)
    if not mapping:
        return dim
    changed = dim.substitute(mapping)
    number = changed.as_int()
    return changed if number is None else number


def free_names(dims: Iterable[DimLike | None]) -> list[str]:
    """The names of sizes in formulas, those of a signature first."""
    found = {s for dim in dims if isinstance(dim, Dim) for s in dim.symbols()}
    return sorted(found, key=lambda name: (not name[:1].isupper(), name))
