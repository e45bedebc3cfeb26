"""A call of each declaration as a spec that checks, which `tests/conformance/write_examples.py` writes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def examples() -> dict[str, str]:
    """The examples by what tells a declaration from others (`entry.identity`)."""
    text = files("nnspec.reference").joinpath("examples.toml").read_text(encoding="utf-8")
    return {name: str(example) for name, example in tomllib.loads(text).items()}
