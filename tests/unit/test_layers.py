"""The rooms of the compiler import one another in one direction, and a check stays light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from nnspec.diagnostics import mistakes
from nnspec.diagnostics.render import FORMATS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "nnspec"

# A module may import rooms of a lower rank, and its own room. `library` is data and rules that semantics
# calls; the two may know each other.
RANK = {
    "grammar": 0,
    "specs": 0,
    "record": -1,
    "later": -1,
    "source": 0,
    "diagnostics": 1,
    "files": 1,
    "packages": 1.5,
    "imports": 4,
    "cache": 2,
    "syntax": 3,
    "library": 4,
    "semantics": 4,
    "dims": 5,
    "reference": 5,
    "ir": 5,
    "emit": 6,
    "pipeline": 7,
    "project": 8,
    "targets": 9,
    "show": 10,
    "cli": 11,
    "runtime": 11,
    "__init__": 12,
    "__main__": 12,
}
TOGETHER = {frozenset({"library", "semantics"})}
HEAVY = ("torch", "jinja2", "black", "sympy", "rich", "pygls", "asyncio", "dataclasses", "typing")
SPEC = """
module Net(classes: int = 10):
    fc1 = Linear(_, 8)
    fc2 = Linear(8, classes)

    def forward(x: [B, 4]) -> [B, classes]:
        return x |> fc1 |> relu |> fc2

check Net:
    forward([2, 4]) -> [2, 10]
"""


def modules() -> list[Path]:
    """All Python files of the package, without the linked folders of data."""
    return sorted(path for path in PACKAGE.rglob("*.py") if path.resolve().is_relative_to(PACKAGE))


def dotted(path: Path) -> str:
    """`nnspec.syntax.ast` for nnspec/syntax/ast.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and absolute name of every import of a file, those inside functions and under TYPE_CHECKING too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            if base == "nnspec":
                for alias in node.names:
                    if alias.name != "__version__":
                        yield node.lineno, f"nnspec.{alias.name}"
            else:
                yield node.lineno, base
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("import_module", "importlib.import_module", "__import__")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, str(node.args[0].value)


def room(name: str) -> str:
    """The room of a dotted name: its second part, `__init__` for the package itself."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def wrong_imports(path: Path, text: str) -> list[str]:
    """The imports of a file that run against the direction."""
    name = dotted(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    here = room(name)
    found = []
    for line, target in imports(ast.parse(text), package):
        top = target.split(".")[0]
        if top == "torch" and here != "runtime":
            found.append(f"{path.relative_to(ROOT)}:{line}: {here} imports torch; only runtime may")
        if top != "nnspec":
            continue
        there = room(target)
        if there == here or frozenset({here, there}) in TOGETHER:
            continue
        if there not in RANK or RANK[there] >= RANK[here]:
            found.append(f"{path.relative_to(ROOT)}:{line}: {here} imports {target}")
    return found


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_run_one_way(path: Path) -> None:
    here = room(dotted(path))
    assert here in RANK, f"{path.relative_to(ROOT)} is a new room: give it a rank"
    assert wrong_imports(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("syntax/parser.py", "from nnspec.emit import printer"),
        ("syntax/parser.py", "def f():\n    from nnspec import project"),
        ("semantics/deep/room.py", "from ...runtime.load import load"),
        ("cli/check.py", "from nnspec.runtime.load import load"),
        ("cli/check.py", "import torch"),
        ("source.py", "import nnspec.syntax.ast"),
        ("project.py", "import importlib\nimportlib.import_module('nnspec.cli.main')"),
    ],
)
def test_a_wrong_import_is_found(where: str, text: str) -> None:
    assert len(wrong_imports(PACKAGE / where, text)) == 1


def heavy_imports(*command: str, status: int = 0) -> set[str]:
    """Which heavy modules an interpreter imports for `python *command`, as it reports them itself."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == status, run.stdout + run.stderr
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert "nnspec" in imported, "the interpreter did not report its imports"
    return imported & set(HEAVY)


def test_heavy_imports_are_seen() -> None:
    assert heavy_imports("-c", "import nnspec, asyncio") >= {"asyncio"}


@pytest.mark.parametrize("form", FORMATS)
def test_check_imports_nothing_heavy(form: str, tmp_path: Path) -> None:
    good, broken = tmp_path / "good.nnspec", tmp_path / "broken.nnspec"
    good.write_text(SPEC, "utf-8")
    broken.write_text(SPEC.replace("[2, 10]", "[2, 11]"), "utf-8")
    check = ("-m", "nnspec", "check", "--format", form)
    # A SARIF log names the version of nnspec, for which importlib.metadata needs it.
    allowed = {"typing"} if form == "sarif" else set()
    assert heavy_imports(*check, os.fspath(good)) == allowed
    assert heavy_imports(*check, os.fspath(broken), status=1) == allowed


def test_check_of_many_specs_imports_nothing_heavy() -> None:
    assert heavy_imports("-m", "nnspec", "check", os.fspath(ROOT / "specs" / "basics")) == set()


def test_import_nnspec_is_light() -> None:
    assert heavy_imports("-c", "import nnspec; nnspec.check") == set()


@pytest.mark.parametrize("package", ["nnspec.diagnostics.mistakes", "nnspec.semantics.evaluate"])
def test_packages_that_load_modules_later_claim_no_others(package: str) -> None:
    # torch looks for `torch` in every module that there is when it compiles a model.
    assert not hasattr(import_module(package), "torch")


def test_every_family_of_mistakes_is_loaded_later() -> None:
    families = {path.stem for path in (PACKAGE / "diagnostics" / "mistakes").glob("[!_]*.py")}
    assert families == mistakes._FAMILIES
