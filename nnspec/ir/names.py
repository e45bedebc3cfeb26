"""Names of the emitted file: what it needs from outside, and how the spec's own are kept apart."""

from __future__ import annotations

import ast as py
from collections.abc import Iterable
from keyword import iskeyword

from nnspec.ir.build import attribute, name
from nnspec.semantics.resolve.reserved import MODULE_ATTRIBUTES
from nnspec.syntax import ast

# Whatever an emitted file may import, and how: (module, name or None, alias).
IMPORTS: dict[str, tuple[str, str | None, str | None]] = {
    "builtins": ("builtins", None, None),
    "math": ("math", None, None),
    "re": ("re", None, None),
    "OrderedDict": ("collections", "OrderedDict", None),
    "Callable": ("collections.abc", "Callable", None),
    "Any": ("typing", "Any", None),
    "NamedTuple": ("typing", "NamedTuple", None),
    "torch": ("torch", None, None),
    "F": ("torch.nn.functional", None, "F"),
    "Tensor": ("torch", "Tensor", None),
    "nn": ("torch", "nn", None),
    "parametrizations": ("torch.nn.utils", "parametrizations", None),
}

# Builtins that emitted code uses although the spec need not name them.
IMPLICIT = frozenset("ValueError enumerate getattr len range str super type".split())
RESERVED = frozenset(IMPORTS) | IMPLICIT | {"self", "__class__"}
# pycodestyle takes these for digits.
AMBIGUOUS = frozenset(("l", "O", "I"))


def apart(wanted: str, taken: Iterable[str]) -> str:
    """The name, with as many underscores behind it as set it apart from the taken ones."""
    taken = set(taken)
    while wanted in taken:
        wanted += "_"
    return wanted


def parameter_names(signature: ast.Signature) -> dict[str, str]:
    """The Python name of every argument; it depends on the signature alone, so callers know it."""
    own = {param.name for param in signature.params}
    result: dict[str, str] = {}
    for param in signature.params:
        wanted = param.name
        if iskeyword(wanted) or wanted in RESERVED:
            wanted = apart(wanted + "_", own | set(result.values()))
        result[param.name] = wanted
    return result


def attribute_name(wanted: str) -> str:
    """The name of an attribute of a module that keeps a hyperparameter."""
    taken = iskeyword(wanted) or wanted in MODULE_ATTRIBUTES or wanted == "reset_parameters"
    return wanted + "_" if taken else wanted


def local_name(wanted: str, taken: Iterable[str]) -> str:
    """The Python name of a local or a dimension."""
    if iskeyword(wanted) or wanted in RESERVED or wanted in AMBIGUOUS:
        wanted += "_"
    return apart(wanted, taken)


def imported(root: str, alias: str) -> py.Name:
    """A name that an import gives; `root` says which."""
    node = name(alias)
    node.imported = root  # type: ignore[attr-defined]
    node.outer = True  # type: ignore[attr-defined]
    return node


class Names:
    """The names of one file: declarations of the spec keep theirs, imports give way."""

    def __init__(self, declared: Iterable[str]) -> None:
        self.declared = frozenset(declared)

    def file(self, wanted: str) -> str:
        """The Python name of a declaration."""
        return wanted + "_" if iskeyword(wanted) else wanted

    def reference(self, wanted: str) -> py.Name:
        """A declaration of the file, as it is read."""
        node = name(self.file(wanted))
        node.outer = True  # type: ignore[attr-defined]
        return node

    def root(self, root: str) -> py.Name:
        """`torch`, `nn`, `Any`, …, under the alias that it has in this file."""
        return imported(root, apart(root, self.declared))

    def builtin(self, wanted: str) -> py.expr:
        """A builtin of Python, also where the spec has a declaration of that name."""
        if wanted in self.declared:
            return attribute(self.root("builtins"), wanted)
        node = name(wanted)
        node.outer = True  # type: ignore[attr-defined]
        return node

    def torch(self, place: str, wanted: str) -> py.expr:
        """A name of torch by the dotted place where it is found."""
        if place == "torch.nn.functional":
            return attribute(self.root("F"), wanted)
        if place == "torch.nn.utils.parametrizations":
            return attribute(self.root("parametrizations"), wanted)
        parts = place.split(".")
        if parts[:2] == ["torch", "nn"]:
            return attribute(self.root("nn"), *parts[2:], wanted)
        return attribute(self.root(parts[0]), *parts[1:], wanted)
