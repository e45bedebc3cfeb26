"""The README's GitHub workflow and pre-commit configuration, run as far as that goes without a network.

The steps of the workflow that run commands run here, with the environment of the tests in the place of
`pip install`. The hooks run under pre-commit itself, as declared in `.pre-commit-hooks.yaml` but for the language:
`system` takes the nnspec of this environment in place of installing one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
README = (ROOT / "README.md").read_text("utf-8")
WORKFLOW, HOOKS = (
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", README, re.M | re.S)
)
RIGHT = """\
module Net:
    fc = Linear(4, 2)

    def forward(x: [B, 4]) -> [B, 2]:
        return fc(x)
"""
WRONG = RIGHT.replace("return fc(x)", "return fcc(x)")


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment in `folder`."""
    environment = {**os.environ, **more}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a spec and the Python that it gives."""
    folder = tmp_path / "repository"
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "net.nnspec").write_text(RIGHT, "utf-8")
    assert run(folder, "git", "init", "-q").returncode == 0
    assert run(folder, "nnspec", "build", "specs", "-o", "generated").returncode == 0
    return folder


def steps() -> list[dict[str, Any]]:
    """The steps of the workflow's only job that run commands, but for the installation."""
    (job,) = WORKFLOW["jobs"].values()
    commands = [step for step in job["steps"] if "run" in step]
    assert commands[0]["run"] == "pip install nnspec"
    return commands[1:]


def run_step(folder: Path, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub's runner does where it names no shell."""
    return run(folder, "bash", "-e", "-c", step["run"])


def test_the_workflow_passes_right_specs(repository: Path) -> None:
    for step in steps():
        done = run_step(repository, step)
        assert (done.returncode, done.stderr) == (0, ""), step["run"]
    log = json.loads((repository / "nnspec.sarif").read_text("utf-8"))
    assert log["runs"][0]["results"] == []


def test_the_workflow_annotates_wrong_specs_and_still_uploads(repository: Path) -> None:
    (repository / "specs" / "net.nnspec").write_text(WRONG, "utf-8")
    annotate, compare, report = steps()
    done = run_step(repository, annotate)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=specs/net.nnspec,line=5,")
    assert run_step(repository, compare).returncode == 1
    (job,) = WORKFLOW["jobs"].values()
    upload = job["steps"][-1]
    # A failed step ends a job, except for those that say otherwise.
    assert report["if"] == upload["if"] == "${{ !cancelled() }}"
    run_step(repository, report)
    log = json.loads((repository / upload["with"]["sarif_file"]).read_text("utf-8"))
    (result,) = log["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "specs/net.nnspec", "uriBaseId": "SRCROOT"}


def test_stale_python_fails_the_workflow(repository: Path) -> None:
    (repository / "specs" / "net.nnspec").write_text(RIGHT.replace("2", "3"), "utf-8")
    annotate, compare, _ = steps()
    assert run_step(repository, annotate).returncode == 0
    assert run_step(repository, compare).returncode == 1


def test_the_manifest_is_one(tmp_path: Path) -> None:
    done = run(tmp_path, "pre-commit", "validate-manifest", os.fspath(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def hooks(repository: Path, tmp_path: Path) -> Path:
    """The repository with the README's hooks."""
    declared = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
    (used,) = HOOKS["repos"]
    assert {hook["id"] for hook in used["hooks"]} == set(declared)
    local = [{**declared[hook["id"]], **hook, "language": "system"} for hook in used["hooks"]]
    config = repository / ".pre-commit-config.yaml"
    config.write_text(yaml.safe_dump(HOOKS), "utf-8")
    assert run(repository, "pre-commit", "validate-config", str(config)).returncode == 0
    config.write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}), "utf-8")
    return repository


def commit_checks(folder: Path) -> tuple[int, dict[str, str], str]:
    """What pre-commit says of all files: its exit code, the outcome of each hook, and everything it prints."""
    assert run(folder, "git", "add", "-A").returncode == 0
    home = os.fspath(folder.parent / "pre-commit")
    done = run(folder, "pre-commit", "run", "--all-files", "--color=never", PRE_COMMIT_HOME=home)
    outcomes = dict(re.findall(r"^(nnspec[\w -]*?)\.+(?:\(.*\))?(\w+)$", done.stdout, re.M))
    return done.returncode, outcomes, done.stdout + done.stderr


def test_the_hooks_pass_right_specs(hooks: Path) -> None:
    code, outcomes, said = commit_checks(hooks)
    assert code == 0, said
    assert outcomes == {"nnspec check": "Passed", "nnspec build --check": "Passed"}


def test_the_hooks_stop_wrong_specs(hooks: Path) -> None:
    (hooks / "specs" / "net.nnspec").write_text(WRONG, "utf-8")
    (hooks / "notes.md").write_text("no spec\n", "utf-8")
    code, outcomes, said = commit_checks(hooks)
    assert code == 1
    assert outcomes == {"nnspec check": "Failed", "nnspec build --check": "Failed"}
    assert "error[E0201]: there is no `fcc` here" in said


def test_the_hooks_stop_stale_python(hooks: Path) -> None:
    (hooks / "specs" / "net.nnspec").write_text(RIGHT.replace("2", "3"), "utf-8")
    code, outcomes, said = commit_checks(hooks)
    assert code == 1
    assert outcomes == {"nnspec check": "Passed", "nnspec build --check": "Failed"}
    assert "stale: generated/net.py" in said
