"""What loading raises."""

from __future__ import annotations

from nnspec.project import NnspecError


class LoadError(NnspecError, ValueError):
    """A model cannot be made as asked: a name, a hyperparameter, a device or weights are wrong."""
