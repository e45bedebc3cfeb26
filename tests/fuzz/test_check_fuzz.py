"""Whatever stands in a spec, the compiler answers with diagnostics: no traceback, no hang."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest

from nnspec.project import Project

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.nnspec"))
TOKEN = re.compile(r"\w+|[^\w\s]|\n +|\s")
RUNS = int(os.environ.get("NNSPEC_FUZZ", "400")) // 4
SEED = int(os.environ.get("NNSPEC_SEED", "0"))
SECONDS = 10.0


def mutated(text: str, draw: random.Random, words: list[str]) -> str:
    """The text with a few tokens left out, doubled, exchanged or put in from elsewhere."""
    tokens = TOKEN.findall(text)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(tokens))
        match draw.randrange(5):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = draw.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = draw.choice(words)
            case _:
                tokens[at] = str(draw.choice((0, -1, 1, 2, 7, 10**9, 1.5)))
    return "".join(tokens)


@pytest.mark.parametrize("spec", SPECS, ids=lambda p: p.stem)
def test_mutations(spec: Path, tmp_path: Path) -> None:
    """Mutated specs are checked, and built where they have no errors."""
    text = spec.read_text("utf-8")
    words = sorted(set(re.findall(r"\w+", "".join(p.read_text("utf-8") for p in SPECS))))
    draw = random.Random(f"{SEED} {spec.stem}")
    path = tmp_path / "case.nnspec"
    for _ in range(max(RUNS // len(SPECS), 1)):
        changed = mutated(text, draw, words)
        path.write_text(changed, "utf-8")
        began = time.monotonic()
        project = Project(tmp_path)
        report = project.check(path)
        str(report)
        if report.ok:
            project.build(path)
        assert time.monotonic() - began < SECONDS, changed
