"""Numbers that one of them must divide: groups of channels, heads of an embedding."""

from __future__ import annotations

from collections.abc import Iterator

from nnspec.semantics.remedies import flow
from nnspec.semantics.remedies.proposal import Maker, Proposal
from nnspec.semantics.remedies.site import Site
from nnspec.syntax import ast

# Heads of this width are what models mostly have.
WIDTH = 64
LISTED = 16


def proposals(site: Site) -> Iterator[Proposal]:
    """Other numbers of groups or channels, the nearest first."""
    maker = flow.at_fault(site)
    if maker is None:
        return
    for whole, part in _divisions(maker):
        total, count = maker.number(whole), maker.number(part)
        if total is None or count is None or total < 1 or count < 1 or total % count == 0:
            continue
        if maker.is_open(part) and maker.is_open(whole) and count % total == 0 and total > 1:
            yield maker.proposal(**{part: total, whole: count})
        below = total // count * count
        multiples = sorted((below, below + count), key=lambda m: (abs(m - total), m))
        parts = [{part: d} for d in near(total, count, part)] if maker.is_open(part) else []
        wholes = [{whole: m} for m in multiples if m > 0] if maker.is_open(whole) else []
        for change in (*parts[:2], *wholes, *parts[2:]):
            yield maker.proposal(**change)


def note(site: Site) -> str | None:
    """The numbers that there are to choose from."""
    maker = flow.at_fault(site)
    if maker is None:
        return None
    for whole, part in _divisions(maker):
        total, count = maker.number(whole), maker.number(part)
        if total is not None and count is not None and count > 0 and total % count:
            every = _divisors(total)
            some = sorted(sorted(every, key=lambda d: abs(d - count))[:LISTED])
            where = f" near {count}" if len(some) < len(every) else ""
            return f"the divisors of {total}{where} are {', '.join(map(str, some))}"
    return None


def near(total: int, count: int, name: str) -> list[int]:
    """The divisors of a number, those near another one first."""
    found = sorted(_divisors(total), key=lambda d: (abs(d - count), d))
    usual = total // WIDTH
    if "head" in name and total % WIDTH == 0 and count / 2 <= usual <= count * 2:
        found.remove(usual)
        found.insert(0, usual)
    return found


def _divisions(maker: Maker) -> Iterator[tuple[str, str]]:
    """The pairs of arguments of which the second must divide the first, by the requirements."""
    for member in maker.decl.body:
        match member:
            case ast.Require(
                ast.Compare(ast.Binary("%", ast.Name(whole), ast.Name(part)), ("==",), (zero,))
            ) if (isinstance(zero, ast.Number) and zero.value == 0):
                yield whole, part


def _divisors(total: int) -> list[int]:
    small = [d for d in range(1, min(total, 4096) + 1) if total % d == 0]
    return sorted({*small, *(total // d for d in small)})
