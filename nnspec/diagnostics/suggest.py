"""The names that somebody may have meant: nearest by edit distance."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


# How many pairs of letters are compared for the suggestions of one file: those for the mistakes that are shown,
# and many more. A file of nothing but unknown names would else be compared with the library for minutes.
MOST_COMPARED = 2_000_000


class _Allowance:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_COMPARED


_allowance_of_file = _Allowance()


def begin_file() -> None:
    """Suggestions for another file may be looked for as long as for the first."""
    _allowance_of_file.left = MOST_COMPARED


def nearest(name: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates that `name` may be a slip of, best first; none where nothing is near.

    Distance is Damerau-Levenshtein (optimal string alignment), with differences of case and of underscores
    nearly free (`layernorm`, `LayerNorm` and `layer_norm` are neighbours) and swapped words cheap
    (`norm_layer`). A third of the letters may differ, at least one where there are three or more.

    name: what was written.
    candidates: the names that exist; `name` itself is left out.
    limit: the most names given back.
    """
    if _allowance_of_file.left < 0:
        return []
    folded = _fold(name)
    allowed = _allowance(len(folded))
    words = sorted(name.lower().split("_"))
    found: list[tuple[float, int, str]] = []
    for candidate in set(candidates):
        if candidate == name:
            continue
        other = _fold(candidate)
        if other == folded:
            distance = 0.0
        elif sorted(candidate.lower().split("_")) == words:
            distance = 1.0
        else:
            distance = float(edit_distance(folded, other, allowed))
            if distance > allowed:
                continue
        if candidate.lower() != name.lower():
            distance += 0.25
        elif candidate != name:
            distance += 0.125
        if candidate[:1].isupper() != name[:1].isupper():
            # A layer for a function, or the other way round.
            distance += 0.25
        # Among equals the one whose underscores and case are nearer too.
        found.append((distance, edit_distance(name, candidate, len(name)), candidate))
    found.sort()
    if found:
        # A name twice as far off as the best one is noise beside it.
        worst = max(1.5, 2 * found[0][0])
        found = [entry for entry in found if entry[0] <= worst]
    return [candidate for _, _, candidate in found[:limit]]


def sharing(name: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates that have a word in common with `name`: `kernel_size` for `kernel`, in their own order."""
    words = {word for word in name.lower().split("_") if len(word) > 2}
    return [c for c in candidates if words.intersection(c.lower().split("_"))][:limit]


def edit_distance(left: str, right: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours from `left` to `right`; `limit + 1` where more.

    Optimal string alignment: no stretch is edited twice. L. Boytsov, "Indexing methods for approximate
    dictionary searching", 2011, section 2.
    """
    _allowance_of_file.left -= len(left) * len(right)
    if abs(len(left) - len(right)) > limit or _allowance_of_file.left < 0:
        return limit + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        # A swap reaches back two rows, so one row over the limit does not settle it alone.
        if min(row) > limit and min(above) > limit:
            return limit + 1
        before, above = above, row
    return min(above[-1], limit + 1)


def _fold(name: str) -> str:
    return name.replace("_", "").lower() or name


def _allowance(length: int) -> int:
    return 0 if length < 3 else max(1, length // 3)
