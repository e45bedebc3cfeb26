"""How long `nnspec check` takes from a cold start, next to what a person would otherwise wait for.

Each figure is the least of several fresh processes, as other work on the machine only adds to it. They take turns,
so that a slow minute is shared by all of them.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SPECS = Path(__file__).resolve().parent.parent / "specs"
RUNS = 11
# What the ratios to a bare Python are meant to stay below, and that of depth 1,000 to depth 12.
FIRST, REPEAT, DEPTH = {"LeNet": 8.0, "ResNet": 16.0}, 4.0, 1.5
SHAPES = {
    "LeNet": ("lenet", "LeNet", (1, 3, 32, 32)),
    "ResNet": ("resnet", "resnet50", (1, 3, 224, 224)),
}

META = """
import torch
with torch.device("meta"):
    from {module} import {name}
    {name}()(torch.empty({shape}))
"""


@dataclass(eq=False)
class Command:
    """A command to time.

    empty: whether the cache folder is emptied before each run.
    used, elapsed: seconds of the processor and of the clock, of each run so far.
    """

    name: str
    arguments: list[str]
    empty: bool = False
    used: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """Milliseconds of the processor, the least of all runs."""
        return min(self.used) * 1000

    @property
    def wall(self) -> float:
        """Milliseconds of the clock, the least of all runs."""
        return min(self.elapsed) * 1000


def checks(name: str, file: str) -> dict[str, Command]:
    """A check as it goes anew, as it is repeated, and as the first of an installation."""
    arguments = ["-m", "nnspec", "check", file]
    return {
        "anew": Command(f"check {name}", [*arguments, "--no-cache"]),
        "repeat": Command(f"check {name}, unchanged", arguments),
        "first": Command(f"check {name}, nothing cached", arguments, empty=True),
    }


def take_turns(commands: list[Command], folder: Path, runs: int) -> None:
    """Run every command `runs` times in `folder`, in turns, after one run each that is not counted."""
    environment = dict(os.environ)
    # With the first every process would compile all of its modules again.
    for name in ("PYTHONDONTWRITEBYTECODE", "NNSPEC_NO_CACHE"):
        environment.pop(name, None)
    kept, empty = folder / "cache", folder / "empty"
    environment["PYTHONPATH"] = os.fspath(folder)
    for turn in range(runs + 1):
        for command in commands:
            if command.empty:
                shutil.rmtree(empty, ignore_errors=True)
            environment["XDG_CACHE_HOME"] = os.fspath(empty if command.empty else kept)
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(
                [sys.executable, *command.arguments],
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            elapsed, after = time.perf_counter() - start, resource.getrusage(
                resource.RUSAGE_CHILDREN
            )
            if turn:
                command.elapsed.append(elapsed)
                command.used.append(
                    after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                )


def report(runs: int = RUNS) -> None:
    """Print `nnspec check` as ratios to Python, to torch and to a run on the meta device, and what depth costs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, _, _ in SHAPES.values():
            shutil.copy(SPECS / "vision" / f"{stem}.nnspec", folder)
        build = [sys.executable, "-m", "nnspec", "build", ".", "-o", "."]
        subprocess.run(build, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        python = Command("python -c pass", ["-c", "pass"])
        torch = Command('python -c "import torch"', ["-c", "import torch"])
        metas = {}
        for title, (stem, callee, shape) in SHAPES.items():
            code = META.format(module=stem, name=callee, shape=", ".join(map(str, shape)))
            metas[title] = Command(f"built {title} on the meta device", ["-c", code])
        of = {title: checks(title, f"{stem}.nnspec") for title, (stem, _, _) in SHAPES.items()}
        deep = {
            depth: checks(f"GPT-2, {depth} blocks", _gpt2(folder, depth)) for depth in (12, 1000)
        }
        ways = [way for each in of.values() for way in each.values()]
        depths = [each["anew"] for each in deep.values()]
        take_turns([python, torch, *metas.values(), *ways, *depths], folder, runs)

    print(f"Fresh processes, {runs} of each: the least processor time and the least elapsed time")
    for command in (python, torch, *metas.values(), *ways, *depths):
        print(f"  {command.name:<34} {command.cpu:8.1f} ms {command.wall:8.1f} ms")
    print(
        f"  {'ratios of processor and elapsed time':<36} {'to python':>15} {'meant':>8} {'to import torch':>18}"
    )
    for title, each in of.items():
        for way, command in each.items():
            meant = {"anew": FIRST[title], "repeat": REPEAT}.get(way)
            limit = "" if meant is None else f"<= {meant:g}"
            print(
                f"  {command.name:<34} {_ratios(command, python):>17} {limit:>8} {_ratios(command, torch):>18}"
            )
    for title, meta in metas.items():
        print(f"  {f'check {title} to the run on meta':<34} {_ratios(of[title]['anew'], meta):>17}")
    least = _ratios(deep[1000]["anew"], deep[12]["anew"])
    print(f"  {'GPT-2, 1,000 blocks to 12':<34} {least:>17} {f'<= {DEPTH:g}':>8}")


def _gpt2(folder: Path, depth: int) -> str:
    """A spec of GPT-2 with so many blocks, and nothing else."""
    spec = (SPECS / "language" / "gpt2.nnspec").read_text("utf-8")
    module = spec[: spec.index("\nmodel ")]
    file = f"gpt2_{depth}.nnspec"
    (folder / file).write_text(f"{module}\nmodel gpt2 = GPT2(depth={depth})\n", "utf-8")
    return file


def _ratios(command: Command, base: Command) -> str:
    return f"{command.cpu / base.cpu:.2f}x {command.wall / base.wall:.2f}x"
