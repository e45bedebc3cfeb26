"""NumPy's names of arguments, which torch's compiled functions take beside their own: `x.sum(axis=1, keepdims=True)`."""

from __future__ import annotations

from nnspec.semantics.evaluate.calling.binding import Given
from nnspec.syntax import ast

# Source: `numpy_compatibility_arg_names` of torch/csrc/utils/python_arg_parser.cpp.
NAMES = {"axis": "dim", "keepdims": "keepdim"}

# Functions of torch and methods that are written in Python, and take the names of their `def` alone. So are all of
# torch.nn.functional, but for those that are torch's own.
IN_PYTHON = frozenset("norm split unflatten unique unique_consecutive".split())


def torch_names(given: list[Given], decl: ast.ExternDef) -> list[Given]:
    """The arguments of a call under torch's names, as far as the function takes NumPy's."""
    if not any(a.name in NAMES for a in given) or not takes_numpy_names(decl):
        return given
    known = {param.name for param in decl.signature.params}
    return [
        (
            Given(NAMES[a.name], a.value, a.span)
            if a.name in NAMES and a.name not in known and NAMES[a.name] in known
            else a
        )
        for a in given
    ]


def takes_numpy_names(decl: ast.ExternDef) -> bool:
    """Whether torch's parser of arguments reads those of the function."""
    return any(
        (
            decl.name not in IN_PYTHON
            if place in ("Tensor", "torch")
            else place.startswith("torch.") and not place.startswith("torch.nn")
        )
        for place in decl.places
    )
