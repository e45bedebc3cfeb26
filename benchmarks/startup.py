"""How long `nnspec check` takes from a cold start, next to what a person would otherwise wait for.

Every number is the median over fresh processes, which take turns so that a slow minute of the machine is
shared by all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

RUNS = 11

META = """
import torch
with torch.device("meta"):
    from {module} import {name}
    {name}()(torch.empty({shape}))
"""


@dataclass(eq=False)
class Command:
    """A command to time; `fresh_cache` empties the cache folder before each run."""

    name: str
    arguments: list[str]
    fresh_cache: bool = False
    seconds: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """The median of the runs so far."""
        return median(self.seconds) * 1000


def take_turns(commands: list[Command], folder: Path, runs: int = RUNS) -> None:
    """Run every command `runs` times in `folder`, in turns, after one run each that is not counted."""
    environment = dict(os.environ)
    # With it every process would compile all of its modules again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    cache = folder / "cache"
    environment["XDG_CACHE_HOME"] = os.fspath(cache)
    environment["PYTHONPATH"] = os.fspath(folder)
    for turn in range(runs + 1):
        for command in commands:
            if command.fresh_cache:
                shutil.rmtree(cache, ignore_errors=True)
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *command.arguments],
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            if turn:
                command.seconds.append(time.perf_counter() - start)


def report_depth(runs: int = RUNS) -> None:
    """Print what `nnspec check` of GPT-2 with 1,000 blocks costs, as a ratio to the same with 12."""
    spec = (
        Path(__file__).resolve().parent.parent / "specs" / "language" / "gpt2.nnspec"
    ).read_text()
    module = spec[: spec.index("\nmodel ")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checks = []
        for depth in (12, 1000):
            path = folder / f"gpt2_{depth}.nnspec"
            path.write_text(f"{module}\nmodel gpt2 = GPT2(depth={depth})\n")
            arguments = ["-m", "nnspec", "check", path.name]
            checks.append(Command(f"nnspec check, GPT-2, depth {depth}", arguments))
        take_turns(checks, folder, runs)
    print(f"Depth, medians of {runs} fresh processes")
    for command in checks:
        print(f"  {command.name:<36} {command.milliseconds:8.1f} ms")
    ratio = checks[1].milliseconds / checks[0].milliseconds
    print(f"  {'ratio of depth 1000 to depth 12':<36} {ratio:9.2f}x")


def report(runs: int = RUNS) -> None:
    """Print `nnspec check` of LeNet and ResNet as ratios to Python, to torch and to a run on the meta device."""
    specs = Path(__file__).resolve().parent.parent / "specs" / "vision"
    cases = [
        ("LeNet", "lenet", "LeNet", (1, 3, 32, 32)),
        ("ResNet", "resnet", "resnet50", (1, 3, 224, 224)),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _, stem, _, _ in cases:
            shutil.copy(specs / f"{stem}.nnspec", folder)
        build = [sys.executable, "-m", "nnspec", "build", ".", "-o", "."]
        subprocess.run(build, cwd=folder, stdout=subprocess.DEVNULL, check=True)

        python = Command("python -c pass", ["-c", "pass"])
        torch = Command('python -c "import torch"', ["-c", "import torch"])
        checks, empties, metas = [], [], []
        for title, stem, callee, shape in cases:
            check = ["-m", "nnspec", "check", f"{stem}.nnspec"]
            checks.append(Command(f"nnspec check, {title}", check))
            empties.append(Command(f"nnspec check, {title}, empty cache", check, fresh_cache=True))
            code = META.format(module=stem, name=callee, shape=", ".join(map(str, shape)))
            metas.append(Command(f"built {title} on the meta device", ["-c", code]))
        # Those with an empty cache fill it again, so that the ones after them find it as a user does.
        take_turns([python, torch, *metas, *empties, *checks], folder, runs)

    print(f"Cold starts, medians of {runs} fresh processes")
    for command in (python, torch, *metas, *checks, *empties):
        print(f"  {command.name:<36} {command.milliseconds:8.1f} ms")
    print(f"  {'ratios':<36} {'to python':>10} {'to import torch':>16} {'to the meta run':>16}")
    for group in (checks, empties):
        for command, meta in zip(group, metas):
            ratios = [command.milliseconds / base.milliseconds for base in (python, torch, meta)]
            print(f"  {command.name:<36} {ratios[0]:9.2f}x {ratios[1]:15.3f}x {ratios[2]:15.3f}x")
