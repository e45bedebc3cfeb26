"""Random choices that hypothesis makes, so that a net that disagrees shrinks to a small one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
BITS = {k: st.integers(0, 2**k - 1) for k in range(1, 33)}
PERMILLE = st.integers(0, 999)


class Drawn(random.Random):
    """The generator of Python's library on choices of hypothesis: what shrinks is the first of several, the smallest
    number, and no in place of yes."""

    def __new__(cls, draw: Any) -> Drawn:
        return super().__new__(cls)

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def random(self) -> float:
        return (999 - int(self._draw(PERMILLE))) / 1000

    def getrandbits(self, k: int, /) -> int:
        return int(self._draw(BITS[k])) if k else 0

    def together(self, make: Callable[[], T]) -> T:
        """What `make` gives, its choices being left out as one."""
        value: T = self._draw(st.builds(make))
        return value


def together(draw: random.Random, make: Callable[[], T]) -> T:
    """The same for any generator."""
    return draw.together(make) if isinstance(draw, Drawn) else make()
