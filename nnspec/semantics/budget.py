"""How much work a check may take. Steps are counted, so that a spec fares alike on every machine.

Three limits, each for what the one before cannot see:

- QUESTION, for one question about symbolic integers: past it DimLimit is raised, and the answer is "unknown".
- FILE, for all that one file asks: past it BudgetExceeded is raised, which becomes a diagnostic.
- SECONDS of processor time, for what no step counts.
"""

from __future__ import annotations

from _thread import get_ident
from time import thread_time

from nnspec.source import Span

# A step is about as much as adding two terms: a million takes a second or less.
QUESTION = 400_000
FILE = 4_000_000
# Of these a short text has fewer: so many, and some more for each character.
LEAST = 2_000_000
CHARACTER = 100
SECONDS = 20.0
# What the search for changes that mend mistakes may take of it.
REMEDIES = 1_000_000
TOO_LARGE = "the sizes here grow too large to follow"
# So often the clock is looked at.
_GLANCE = 50_000
_NEVER = 10**18


class DimLimit(ArithmeticError):
    """A symbolic integer grew beyond what is followed."""


class BudgetExceeded(Exception):
    """A check takes more than a file may.

    message: what the user is told; span: where, once that is known; code: of the diagnostic.
    """

    def __init__(self, message: str, span: Span | None = None, code: str = "E0005") -> None:
        super().__init__(message)
        self.span = span
        self.code = code
        self.message = message


class Budget:
    """The steps taken so far, by all checks of the process, and where the next limit stands.

    limit: at how many steps the next look is due.
    is_spent: whether the file that is being checked has taken all that it may.
    """

    __slots__ = (
        "_allowed",
        "_clock",
        "_file",
        "_question",
        "_threads",
        "is_spent",
        "limit",
        "steps",
    )

    def __init__(self) -> None:
        self.steps = 0
        self._threads: set[int] = set()
        self._file: int | None = None
        self._allowed = FILE
        self._clock = 0.0
        self.is_spent = False
        self._question = self.limit = _NEVER

    def spend(self, steps: int) -> None:
        """Count steps of work. Raises BudgetExceeded where the file has taken all that it may."""
        self.steps += steps
        if self.steps > self.limit:
            self._look()

    def think(self, steps: int) -> None:
        """Count steps of work on a question. Raises DimLimit as well, where the question has taken all that it may."""
        self.spend(steps)
        if self.steps > self._question:
            raise DimLimit("this takes too many steps")

    def ask(self) -> None:
        """Begin a question, which has the steps of a question before it."""
        if self.steps > self._question - QUESTION // 2 and self._threads:
            self._question = self.steps + QUESTION

    def _look(self) -> None:
        self.limit = self.steps + _GLANCE
        # The steps of checks in several threads cannot be told apart.
        if self._file is not None and len(self._threads) == 1:
            over = self.steps > self._file
            if over or thread_time() > self._clock:
                self.is_spent = True
                # It is raised again until somebody lifts the limit.
                self.limit = self.steps
                raise BudgetExceeded(
                    f"this takes more than {self._allowed:,} steps in all"
                    if over
                    else f"this takes more than {SECONDS:.0f} seconds"
                )

    def leave(self, steps: int) -> None:
        """Take no more than so many of the steps that are left for the file."""
        if self._file is not None:
            self._file = min(self._file, self.steps + steps)

    def lift(self) -> None:
        """Go on without a limit for the file: what is left is to tell that it was passed."""
        self._file = None

    def begin(self, characters: int = 0) -> bool:
        """Begin to count the work for a file. False where it is part of the work for another, in the same thread.

        characters: of its text.
        """
        thread = get_ident()
        if thread in self._threads:
            return False
        self._threads.add(thread)
        self.is_spent = False
        self._allowed = min(FILE, LEAST + CHARACTER * characters)
        self._file, self._clock = self.steps + self._allowed, thread_time() + SECONDS
        self._question = self.steps + QUESTION
        self.limit = self.steps + _GLANCE
        return True

    def end(self) -> None:
        """End what `begin` began."""
        self._threads.discard(get_ident())
        self._file, self.is_spent = None, False
        if not self._threads:
            self._question = self.limit = _NEVER


budget = Budget()
