"""The signatures of a torch that is not installed, read from the Python sources and stubs of its unpacked wheel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

# The arguments of a function by their names, each with the text of its default, None where it is needed.
Arguments = dict[str, str | None]

# Where the names of `torch` itself come from.
TORCH = (
    "_C/_VariableFunctions.pyi",
    "_C/__init__.pyi",
    "__init__.py",
    "_lowrank.py",
    "functional.py",
)
NAMESPACES = {"torch.linalg": "linalg", "torch.fft": "fft", "torch.special": "special"}


class Sources:
    """A folder that holds `torch/`: its Python files are parsed, and none of them is imported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "torch"

    @property
    def version(self) -> tuple[int, ...]:
        """The version of this torch: major, minor."""
        found = re.search(r"__version__ = '(\d+)\.(\d+)", (self.folder / "version.py").read_text())
        assert found is not None, f"{self.folder} holds no torch"
        return int(found[1]), int(found[2])

    def overloads(self, place: str, name: str) -> list[Arguments] | None:
        """The signatures of `place.name`; None where this torch has no such thing, empty where no source tells."""
        found = self._place(place).get(name)
        return None if found is None else [each for each in found if each is not None]

    def _place(self, place: str) -> dict[str, list[Arguments | None]]:
        if place == "torch.nn":
            return self._layers
        if place == "torch.nn.functional":
            return self._functional
        if place == "torch":
            return self._torch
        if place == "Tensor":
            return self._methods
        if place in NAMESPACES:
            return self._namespace(NAMESPACES[place])
        return self._file(place)

    def _tree(self, *files: str) -> Iterator[ast.stmt]:
        for name in files:
            path = self.folder / name
            if path.exists():
                yield from ast.parse(path.read_text("utf-8")).body

    @cached_property
    def _layers(self) -> dict[str, list[Arguments | None]]:
        files = sorted((self.folder / "nn" / "modules").glob("*.py"))
        names = [str(path.relative_to(self.folder)) for path in files]
        classes = {each.name: each for each in self._tree(*names) if isinstance(each, ast.ClassDef)}
        return {name: [_constructor(name, classes)] for name in classes}

    @cached_property
    def _functional(self) -> dict[str, list[Arguments | None]]:
        found = _functions(self._tree("nn/functional.py"))
        stubs = _functions(self._tree("nn/functional.pyi", "_C/_nn.pyi"))
        for name, overloads in found.items():
            if not any(overloads):
                overloads += stubs.get(name, [])
        return found

    @cached_property
    def _torch(self) -> dict[str, list[Arguments | None]]:
        return _functions(self._tree(*TORCH))

    @cached_property
    def _methods(self) -> dict[str, list[Arguments | None]]:
        found: dict[str, list[Arguments | None]] = {}
        for each in self._tree("_C/__init__.pyi", "_tensor.py"):
            if isinstance(each, ast.ClassDef) and each.name in (
                "TensorBase",
                "_TensorBase",
                "Tensor",
            ):
                for name, overloads in _functions(iter(each.body)).items():
                    found.setdefault(name, []).extend(overloads)
        return found

    def _namespace(self, name: str) -> dict[str, list[Arguments | None]]:
        return _functions(self._tree(f"{name}/__init__.py"))

    def _file(self, place: str) -> dict[str, list[Arguments | None]]:
        *folders, last = place.split(".")[1:]
        if last[0].isupper():
            owner = self._classes.get(last)
            return {} if owner is None else _functions(iter(owner.body))
        return _functions(self._tree("/".join([*folders, last]) + ".py"))

    @cached_property
    def _classes(self) -> dict[str, ast.ClassDef]:
        names = [f"nn/modules/{path.name}" for path in (self.folder / "nn/modules").glob("*.py")]
        return {each.name: each for each in self._tree(*names) if isinstance(each, ast.ClassDef)}


def _constructor(name: str, classes: dict[str, ast.ClassDef]) -> Arguments | None:
    """What the constructor of a class takes, its own or that of a base."""
    node = classes.get(name)
    if node is None:
        return None
    written = [
        each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"
    ]
    if written:
        # Behind overloads stands what they are overloads of.
        return _arguments(written[0 if len(written) > 1 else -1].args)
    for base in node.bases:
        found = _constructor(base.id, classes) if isinstance(base, ast.Name) else None
        if found is not None:
            return found
    return None


def _functions(body: Iterator[ast.stmt]) -> dict[str, list[Arguments | None]]:
    found: dict[str, list[Arguments | None]] = {}
    aliases: dict[str, str] = {}
    for each in body:
        if isinstance(each, ast.FunctionDef):
            found.setdefault(each.name, []).append(_arguments(each.args))
        elif isinstance(each, ast.ClassDef):
            found.setdefault(each.name, []).append(_constructor(each.name, {each.name: each}))
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            found.setdefault(each.target.id, []).append(None)
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            name = each.targets[0].id
            found.setdefault(name, []).extend(_documented(each.value))
            if isinstance(each.value, ast.Call):
                # `max_pool2d = boolean_dispatch(..., if_false=_max_pool2d)`
                for keyword in each.value.keywords:
                    if keyword.arg == "if_false" and isinstance(keyword.value, ast.Name):
                        aliases[name] = keyword.value.id
            elif isinstance(each.value, ast.Name):
                aliases[name] = each.value.id
        elif isinstance(each, (ast.If, ast.Try)):
            for name, overloads in _functions(iter(each.body)).items():
                found.setdefault(name, []).extend(overloads)
    for name, meant in aliases.items():
        found[name] = found.get(meant, found[name])
    return found


def _documented(value: ast.expr) -> list[Arguments | None]:
    """The signatures at the beginning of the text in `_add_docstr(function, text)`."""
    if not (isinstance(value, ast.Call) and len(value.args) > 1):
        return [None]
    text = value.args[1]
    while isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute):
        text = text.func.value  # `r"...".format(...)`
    if isinstance(text, ast.BinOp):
        text = text.left
    if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
        return [None]
    found: list[Arguments | None] = []
    for line in text.value.strip().splitlines():
        head = re.match(r"(?:[a-z_]+\.)?(\w+)(\(.*\))(?: *->.*)?$", line.strip())
        if head is None:
            break
        try:
            (node,) = ast.parse(f"def f{head[2]}: ...").body
        except SyntaxError:
            break
        assert isinstance(node, ast.FunctionDef)
        found.append(_arguments(node.args))
    return found or [None]


def _arguments(written: ast.arguments) -> Arguments:
    plain = [*written.posonlyargs, *written.args]
    defaults = [*[None] * (len(plain) - len(written.defaults)), *written.defaults]
    found: Arguments = {}
    for arg, default in [*zip(plain, defaults), *zip(written.kwonlyargs, written.kw_defaults)]:
        found[arg.arg] = None if default is None else ast.unparse(default)
    if written.vararg is not None:
        found[written.vararg.arg] = "()"
    for name in ("self", "cls"):
        if name in found and next(iter(found)) == name:
            del found[name]
    return found
