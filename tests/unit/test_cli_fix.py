"""`nnspec check --fix` and `--diff`, on the compiler itself."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.cli import fixing
from nnspec.cli.main import main

Run = Callable[..., tuple[int, str, str]]

WRONG = """\
module Net:
    fc = Linear(4, 2, bias=true);

    def forward(self, x: [B, 4]) -> [B, 2]
        return self.fc(x)
"""
MENDED = """\
module Net:
    fc = Linear(4, 2, bias=True)

    def forward(x: [B, 4]) -> [B, 2]:
        return fc(x)
"""
MISSPELT = MENDED.replace("fc(x)", "fcc(x)")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_fix_goes_on_until_nothing_is_left_to_fix(run: Run) -> None:
    net = Path("net.nnspec")
    net.write_text(WRONG, "utf-8")
    # The syntax hides the names, so that one look does not show them all.
    assert run("check", "--fix", "net.nnspec") == (
        0,
        "5 mistakes fixed in 1 file; no problems left\n",
        "",
    )
    assert net.read_text("utf-8") == MENDED
    assert run("check", "--fix", "net.nnspec") == (0, "1 file checked, no problems\n", "")


def test_what_cannot_be_fixed_is_shown(run: Run) -> None:
    Path("net.nnspec").write_text(MISSPELT, "utf-8")
    code, out, _ = run("check", "--fix", "net.nnspec")
    assert code == 1 and out.startswith("error[E0201]: there is no `fcc` here\n")
    assert out.endswith(
        "\nnothing to fix; 1 error left in 1 file\n1 can be mended by --fix --unsafe-fixes\n"
    )
    assert Path("net.nnspec").read_text("utf-8") == MISSPELT
    assert run("check", "--fix", "--unsafe-fixes", "net.nnspec")[0] == 0
    assert Path("net.nnspec").read_text("utf-8") == MENDED


def test_diff_shows_what_fix_would_change_and_changes_nothing(run: Run) -> None:
    Path("net.nnspec").write_text(WRONG, "utf-8")
    code, out, err = run("check", "--diff", "net.nnspec")
    assert code == 1
    assert out.startswith("--- net.nnspec\n+++ net.nnspec\n@@ -1,5 +1,5 @@\n module Net:\n")
    assert out.endswith(
        "-        return self.fc(x)\n+    def forward(x: [B, 4]) -> [B, 2]:\n+        return fc(x)\n"
    )
    assert err == "5 mistakes would be fixed in 1 file; no problems left\n"
    assert Path("net.nnspec").read_text("utf-8") == WRONG
    Path("net.diff").write_text(out, "utf-8")
    subprocess.run(["patch", "-p0", "-i", "net.diff"], check=True, capture_output=True)
    assert Path("net.nnspec").read_text("utf-8") == MENDED
    assert run("check", "--diff", "net.nnspec") == (0, "", "1 file checked, no problems\n")


def test_diff_of_mistakes_without_a_fix_still_fails(run: Run) -> None:
    Path("net.nnspec").write_text(MISSPELT, "utf-8")
    code, out, err = run("check", "--diff", "net.nnspec")
    assert (code, out) == (1, "")
    assert err.startswith("nothing to fix; 1 error left in 1 file\n")


def test_diff_tells_a_missing_last_newline(run: Run) -> None:
    Path("net.nnspec").write_text(MISSPELT.rstrip(), "utf-8")
    _, out, _ = run("check", "--diff", "--unsafe-fixes", "net.nnspec")
    assert out.endswith(
        "-        return fcc(x)\n\\ No newline at end of file\n"
        "+        return fc(x)\n\\ No newline at end of file\n"
    )


def test_line_ends_marks_and_permissions_stay(run: Run) -> None:
    net = Path("net.nnspec")
    net.write_bytes(b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode())
    net.chmod(0o640)
    Path("link.nnspec").symlink_to("net.nnspec")
    assert run("check", "--fix", "link.nnspec")[0] == 0
    assert net.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(net.stat().st_mode) == 0o640
    assert Path("link.nnspec").is_symlink()
    assert sorted(os.listdir()) == ["link.nnspec", "net.nnspec"]


def test_standard_input_goes_mended_to_standard_output(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def feed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    feed(WRONG)
    summary = "5 mistakes fixed in 1 file; no problems left\n"
    assert run("check", "--fix", "-") == (0, MENDED, summary)
    feed(MISSPELT)
    code, out, err = run("check", "--fix", "-", "--format", "short")
    assert (code, out) == (1, MISSPELT)
    assert err.startswith("<stdin>:5:16: E0201 ")
    feed(WRONG)
    code, out, _ = run("check", "--diff", "-", "--stdin-filename", "d/net.nnspec")
    assert code == 1 and out.startswith("--- d/net.nnspec\n")


def test_machine_formats_are_of_what_is_left(run: Run) -> None:
    Path("net.nnspec").write_text(WRONG.replace("self.fc(x)", "fcc(x)"), "utf-8")
    code, out, err = run("check", "--fix", "--format", "json", "net.nnspec")
    (left,) = json.loads(out)
    assert code == 1 and left["fix"]["applicability"] == "maybe"
    assert err.startswith("4 mistakes fixed in 1 file; 1 error left in 1 file\n")


@pytest.mark.parametrize("how", ["--fix", "--diff"])
def test_a_mended_import_mends_those_that_import_it(run: Run, how: str) -> None:
    imported = "from .net import Net\n\nmodel net = Net()\n"
    Path("a.nnspec").write_text(imported, "utf-8")
    Path("net.nnspec").write_text(WRONG, "utf-8")
    code, out, err = run("check", how, "a.nnspec", "net.nnspec")
    assert code == (how == "--diff")
    assert (out + err).endswith("fixed in 1 file; no problems left\n")
    # The import by itself is not touched: it is not what the command line names.
    Path("net.nnspec").write_text(WRONG, "utf-8")
    code, out, err = run("check", how, "a.nnspec")
    assert code == 1 and "nothing to fix; 1 error left" in out + err
    assert Path("net.nnspec").read_text("utf-8") == WRONG


def test_a_file_that_changes_meanwhile_is_left_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.nnspec", "b.nnspec"):
        Path(name).write_text(WRONG, "utf-8")
    mend = fixing.mend

    def saved_meanwhile(*arguments: object) -> object:
        Path("b.nnspec").write_text("# saved by an editor\n", "utf-8")
        return mend(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "mend", saved_meanwhile)
    code, out, err = run("check", "--fix", "a.nnspec", "b.nnspec")
    assert (code, out) == (2, "")
    assert err == "nnspec: b.nnspec was changed while it was mended; nothing is written\n"
    assert Path("a.nnspec").read_text("utf-8") == WRONG
    assert Path("b.nnspec").read_text("utf-8") == "# saved by an editor\n"


def test_a_fix_that_breaks_the_syntax_is_undone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    mend = fixing.mend

    def clumsy(text: str, *rest: object) -> object:
        found = mend(text, *rest)  # type: ignore[arg-type]
        return found._replace(text=found.text.replace("fc(x)", "fc(x")) if found.fixes else found

    monkeypatch.setattr(fixing, "mend", clumsy)
    Path("net.nnspec").write_text(MISSPELT, "utf-8")
    code, out, err = run("check", "--fix", "--unsafe-fixes", "net.nnspec")
    assert code == 1 and out.startswith("error[E0201]")
    assert err == "nnspec: net.nnspec: a fix would have broken the syntax, and was not applied\n"
    assert Path("net.nnspec").read_text("utf-8") == MISSPELT


def test_fixes_that_undo_each_other_come_to_an_end(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend = fixing.mend

    def restless(text: str, *rest: object) -> object:
        return mend(text, *rest)._replace(text=text + "\n")  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "mend", restless)
    monkeypatch.setattr(fixing, "ROUNDS", 5)
    Path("net.nnspec").write_text(MISSPELT, "utf-8")
    code, _, err = run("check", "--fix", "--unsafe-fixes", "net.nnspec")
    assert code == 1 and "still changing it after 5 rounds" in err


def test_options_that_do_not_go_together(run: Run) -> None:
    Path("net.nnspec").write_text(MENDED, "utf-8")
    code, _, err = run("check", "--unsafe-fixes", "net.nnspec")
    assert code == 2 and "try: nnspec check --diff --unsafe-fixes net.nnspec" in err
    assert run("check", "--diff", "--format", "json", "net.nnspec")[0] == 2


PASTED = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, hidden=128, rate: float = 0.5):
        super().__init__()
        self.fc1 = nn.Linear(784, hidden)
        self.drop = nn.Dropout(rate)
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x):
        x = x.view(-1, 784)
        x = F.relu(self.fc1(x))
        return self.fc2(self.drop(x))
"""
SPEC = """\


module Net(hidden: int = 128, rate: float = 0.5):
    fc1 = nn.Linear(784, hidden)
    drop = nn.Dropout(rate)
    fc2 = nn.Linear(hidden, 10)

    def forward(x):
        x = x.view(-1, 784)
        x = F.relu(fc1(x))
        return fc2(drop(x))
"""


def test_a_plain_class_of_pytorch_becomes_a_module(run: Run) -> None:
    net = Path("net.nnspec")
    net.write_text(PASTED, "utf-8")
    assert run("check", "net.nnspec", "--fix", "--unsafe-fixes")[0] == 0
    assert net.read_text("utf-8") == SPEC
