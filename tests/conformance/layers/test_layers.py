"""Drawn configurations of every layer: torch and the checker agree, and so does a spec that is written of one.

`make conformance` tries more of them, and others each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nnspec.library.catalog import library
from nnspec.project import Project
from tests.conformance.layers import families, text
from tests.conformance.layers.compare import compare
from tests.conformance.layers.config import Config
from tests.conformance.layers.draw import FAMILIES, Draw, configs
from tests.conformance.layers.near import changed, neighbours

assert families
WIDE = int(os.environ.get("NNSPEC_CONFORMANCE", "0"))
COUNT = WIDE or 4
# Drawn anew in a wide run, the same ones otherwise.
DRAWN = settings(
    max_examples=COUNT,
    derandomize=not WIDE,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


def declared() -> list[str]:
    """The layers of torch that the library declares."""
    return library().layer_names()


def test_every_layer_is_drawn() -> None:
    assert sorted(FAMILIES) == sorted(declared())


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_drawn(name: str) -> None:
    @DRAWN
    @given(configs(name))
    def agrees(config: Config) -> None:
        assert compare(config).wrong is None, config

    agrees()


@st.composite
def _near(draw: Callable[[st.SearchStrategy[Config]], Config], name: str) -> Config:
    return changed(Draw(draw), draw(configs(name)))


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_changed(name: str) -> None:
    @DRAWN
    @given(_near(name))
    def agrees(config: Config) -> None:
        assert compare(config).wrong is None, config

    agrees()


@pytest.mark.skipif(not WIDE, reason="make conformance")
@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_all_neighbours(name: str) -> None:
    @settings(DRAWN, max_examples=max(WIDE // 10, 2))
    @given(configs(name))
    def agree(config: Config) -> None:
        for each in neighbours(config):
            assert compare(each).wrong is None, each

    agree()


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_written(name: str) -> None:
    """A spec that states what torch gives is accepted, and one that states another size is refused."""

    @settings(DRAWN, max_examples=max(COUNT // 3, 1))
    @given(configs(name))
    def agrees(config: Config) -> None:
        verdict = compare(config)
        if not verdict.valid:
            return
        try:
            specs = [text.spec(config, verdict.expected, off) for off in (False, True)]
        except text.Unwritten:
            return
        right, wrong = (Project().check(Path("case.nnspec"), s) for s in specs)
        assert right.ok, f"{specs[0]}\n{right}"
        assert not wrong.ok, specs[1]

    agrees()
