"""Options and settings that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# The tests run on as many processes as there are cores; threads of torch's in each would only get in the way.
# Set before torch is first imported, and handed on to the processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A test is about what the compiler finds today, and leaves nothing in the user's cache directory.
os.environ["NNSPEC_NO_CACHE"] = "1"

# Derandomised, so that a run says about a change what it would say about it tomorrow; `make fuzz` draws anew.
settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes expected outputs anew in place of comparing with them."""
    parser.addoption(
        "--update", action="store_true", help="write the expected outputs of tests/cases anew"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether this run writes expected outputs anew."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def _quiet_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours and widths of the terminal that runs the tests never reach an expected output."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
