"""What comes out of rules in Python, and what must hold for them, as a reader is told it.

`statements.toml` holds a list for each rule: first the shapes, then one entry for each obligation.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Statement:
    """What there is to say of a rule.

    shapes: what goes in and what comes out; obligations: what must hold, one each.
    """

    shapes: str
    obligations: tuple[str, ...]


@cache
def statements() -> dict[str, Statement]:
    """The statements by the names of their rules."""
    text = files("nnspec.reference").joinpath("statements.toml").read_text(encoding="utf-8")
    return {
        rule: Statement(shapes, tuple(obligations))
        for rule, (shapes, *obligations) in tomllib.loads(text).items()
    }
