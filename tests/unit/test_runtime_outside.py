"""Specs that name Python of other packages: refused, unless the caller allows the package."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nnspec

torch = pytest.importorskip("torch")

EXTERN = """
extern module Scale(factor: float) from outside_layers.scaling:
    def forward(x: [*N]) -> [*N]

module Net(factor: float = 3.0):
    scale = Scale(factor)

    def forward(x: [B, 2]) -> [B, 2]:
        return scale(x)
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Python package with a layer."""
    package = tmp_path / "outside_layers"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "scaling.py").write_text(textwrap.dedent("""
            import torch

            class Scale(torch.nn.Module):
                def __init__(self, factor):
                    super().__init__()
                    self.factor = factor

                def forward(self, x):
                    return x * self.factor
            """))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("outside_layers")]:
        del sys.modules[name]


@pytest.mark.parametrize("allow", [(), ("torch",), ("outside",), ("outside_layers.other",)])
def test_python_from_outside_is_refused(outside: None, allow: tuple[str, ...]) -> None:
    with pytest.raises(nnspec.LoadError, match=r"allow=\['outside_layers'\]"):
        nnspec.loads(EXTERN, allow=allow)
    assert "outside_layers" not in sys.modules


@pytest.mark.parametrize(
    "allow", ["outside_layers", ["outside_layers"], ("outside_layers.scaling",)]
)
def test_python_from_outside_is_allowed_by_name(outside: None, allow: Any) -> None:
    assert nnspec.loads(EXTERN, allow=allow)(torch.ones(1, 2)).tolist() == [[3.0, 3.0]]
    # What one caller has allowed does not bind another.
    with pytest.raises(nnspec.LoadError):
        nnspec.loads(EXTERN)


def test_python_that_is_not_installed() -> None:
    with pytest.raises(nnspec.LoadError, match="not_there_at_all"):
        nnspec.loads(EXTERN.replace("outside_layers", "not_there_at_all"), allow="not_there_at_all")
