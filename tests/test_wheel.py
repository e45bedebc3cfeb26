"""The wheel, in an environment of its own and without torch, is enough to check and to build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

import nnspec

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
# One process builds the wheel and makes the environment, once.
pytestmark = pytest.mark.xdist_group("wheel")

SPEC = """
from .parts import Hidden

module Net(classes: int = 10):
    hidden = Hidden(16)
    head = Linear(_, classes)

    def forward(x: [B, 4]) -> [B, classes]:
        return x |> hidden |> head

check Net:
    forward([2, 4]) -> [2, 10]
"""
PARTS = """
module Hidden(width: int):
    fc = Linear(4, width)

    def forward(x: [B, 4]) -> [B, width]:
        return x |> fc |> relu
"""


def run(*command: str | os.PathLike[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of the checkout in its environment."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that no earlier build of the checkout leaks into it."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("nnspec", "grammar", "specs"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    target = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "-w", target)
    done = run(sys.executable, "-m", "pip", "wheel", *options, source, cwd=target)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("nnspec-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment that holds the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    assert run(sys.executable, "-m", "venv", folder, cwd=folder).returncode == 0
    bin_folder = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = (bin_folder / "python", "-m", "pip")
    probe = run(
        *pip, "download", "-q", "--no-deps", "-c", CONSTRAINTS, "-d", folder, "lark", cwd=folder
    )
    if probe.returncode != 0:
        reason = f"THE WHEEL IS NOT TESTED: pip reaches no package index\n{probe.stderr}"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    done = run(*pip, "install", "-q", "-c", CONSTRAINTS, wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run(*pip, "check", cwd=folder).returncode == 0
    assert run(bin_folder / "python", "-c", "import torch", cwd=folder).returncode != 0
    return bin_folder


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    def below(folder: Path, *kinds: str) -> set[str]:
        found = (p for kind in kinds for p in folder.rglob(f"*{kind}") if p.is_file())
        return {p.relative_to(folder).as_posix() for p in found}

    expected = {
        f"nnspec/{name}"
        for name in below(ROOT / "nnspec", ".py", ".nnspec", ".jinja", ".md", ".toml", "py.typed")
    }
    expected |= {
        f"nnspec/grammar/{name}" for name in below(ROOT / "grammar", ".py", ".lark", ".md")
    }
    expected |= {f"nnspec/specs/{name}" for name in below(ROOT / "specs", ".py", ".nnspec", ".md")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert "nnspec/grammar/nnspec.lark" in held


def test_check_and_build_without_torch(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "net.nnspec").write_text(SPEC, "utf-8")
    (tmp_path / "parts.nnspec").write_text(PARTS, "utf-8")

    checked = run(environment / "nnspec", "check", "net.nnspec", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr

    looked_up = run(environment / "nnspec", "docs", "torch.cat", cwd=tmp_path)
    assert "example:" in looked_up.stdout, looked_up.stderr

    built = run(environment / "nnspec", "build", "net.nnspec", "-o", "out", cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    text = (tmp_path / "out" / "net.py").read_text("utf-8")
    assert "nn.Linear(16, classes)" in text
    here = run(sys.executable, "-m", "nnspec", "build", "net.nnspec", "-o", "here", cwd=tmp_path)
    assert here.returncode == 0, here.stdout + here.stderr
    names = {path.name for path in (tmp_path / "here").iterdir()} - {"__pycache__"}
    assert names >= {"net.py", "parts.py"}
    for name in names:
        expected = (tmp_path / "here" / name).read_bytes()
        assert (tmp_path / "out" / name).read_bytes() == expected


def test_a_broken_spec_is_refused(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "net.nnspec").write_text(SPEC.replace("Hidden(16)", "Hiden(16)"), "utf-8")
    (tmp_path / "parts.nnspec").write_text(PARTS, "utf-8")
    checked = run(environment / "python", "-m", "nnspec", "check", "net.nnspec", cwd=tmp_path)
    assert checked.returncode == 1
    assert "Hiden" in checked.stdout + checked.stderr
    assert "Traceback" not in checked.stdout + checked.stderr


def test_the_shipped_specs_and_pages_are_found(environment: Path, tmp_path: Path) -> None:
    where = run(
        environment / "python",
        "-c",
        "from importlib.resources import files; print(files('nnspec.specs'))",
        cwd=tmp_path,
    )
    specs = Path(where.stdout.strip())
    assert not specs.is_relative_to(ROOT)
    checked = run(environment / "nnspec", "check", specs / "basics", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    explained = run(environment / "nnspec", "explain", "E0301", cwd=tmp_path)
    assert explained.returncode == 0, explained.stdout + explained.stderr
    assert "E0301" in explained.stdout


def test_load_without_torch_says_what_to_install(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "net.nnspec").write_text(SPEC, "utf-8")
    (tmp_path / "parts.nnspec").write_text(PARTS, "utf-8")
    program = (
        "import nnspec\ntry:\n    nnspec.load('net.nnspec')\nexcept ImportError as e:\n    print(e)"
    )
    loaded = run(environment / "python", "-c", program, cwd=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    assert "nnspec[torch]" in loaded.stdout


def test_versions_agree(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == nnspec.__version__


def test_a_checkout_has_no_links() -> None:
    """Git makes plain files of them on Windows; and the folders beside the package are found without."""
    folders = [ROOT / name for name in ("nnspec", "grammar", "specs", "generated", "tests", "docs")]
    assert not [path for folder in folders for path in folder.rglob("*") if path.is_symlink()]
    found = run(
        sys.executable,
        "-c",
        "import nnspec.grammar, nnspec.specs; print(nnspec.grammar.__file__, nnspec.specs.__file__)",
        cwd=ROOT,
    )
    expected = [str(ROOT / name / "__init__.py") for name in ("grammar", "specs")]
    assert found.stdout.split() == expected, found.stderr
