"""The way that a general pass takes through conditions which it cannot decide."""

from __future__ import annotations

from nnspec.record import Record, field
from nnspec.semantics.dims import Facts
from nnspec.semantics.values import Value


class Fork(Record, eq=False):
    """An answer that was taken for an undecided condition.

    condition: as it was answered, so that it is taken to hold; facts: what was known before.
    """

    condition: Value
    facts: Facts


class Decisions(Record, frozen=False, eq=False):
    """The path through undecided build-time conditions that a pass follows.

    A pass that meets a condition it cannot decide takes the next answer of `path`; past its end the
    answer is True, and the other branch is a path for a later pass.

    foreign: by its number, each decision on a condition that another declaration than the followed one makes.
    """

    path: list[bool]
    taken: list[bool] = field(default_factory=list)
    foreign: dict[int, Fork] = field(default_factory=dict)

    def decide(self) -> bool:
        """The answer for the next undecided condition."""
        at = len(self.taken)
        answer = self.path[at] if at < len(self.path) else True
        self.taken.append(answer)
        return answer

    def others(self) -> list[list[bool]]:
        """The paths that branch off this one and have not been given yet."""
        taken = self.taken
        return [[*taken[:i], False] for i in range(len(self.path), len(taken))]
