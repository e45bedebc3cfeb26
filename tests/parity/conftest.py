"""Fixtures for the comparison with hand-written PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from .harness import BuiltSpecs  # noqa: E402


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSpecs:
    """A package with what the compiler writes, importable for the rest of the session."""
    return BuiltSpecs(tmp_path_factory.mktemp("built"), "built_specs")


@pytest.fixture(autouse=True)
def random_state() -> Iterator[None]:
    """No test leaves another one's seed behind."""
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


@pytest.fixture
def spec(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write a spec into a folder of its own; gives the path."""

    def write(text: str, name: str = "net.nnspec") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
