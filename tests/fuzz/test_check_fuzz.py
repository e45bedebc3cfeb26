"""Whatever stands in a spec, the compiler answers with diagnostics: no traceback, no hang, in bounded memory.

Texts are specs, cases and pages with a few tokens changed, texts cut off, and random words. Each is checked, and
built where it has no errors. `make fuzz` tries 100,000 of them (FUZZ), and cuts the models at every character.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from pathlib import Path

import pytest

from nnspec.project import Project
from tests.fuzz.texts import models, mutated, random_text, specs, words

pytestmark = pytest.mark.fuzz

COUNT = int(os.environ.get("NNSPEC_FUZZ", "1200"))
SEED = int(os.environ.get("NNSPEC_SEED", "0"))
PARTS = 8
# Of processor time; the budget of a check ends it long before.
SECONDS = 30.0
# What the process may grow by, texts and all that is remembered included.
KILOBYTES = 600_000
# Whether the models are cut at every place; else at one in each part. Other texts are cut at so many.
EVERY = COUNT >= 100_000
CUTS = 40 if EVERY else 3


def answered(text: str, folder: Path, build: bool = True) -> None:
    """Check a text, show what is found, and build it where nothing is."""
    path = folder / "case.nnspec"
    began = time.process_time()
    try:
        project = Project(folder)
        report = project.check(path, text)
        str(report)
        if build and report.ok:
            project.build(path, text)
    except Exception as error:
        error.add_note(f"for the spec\n{text}")
        raise
    assert time.process_time() - began < SECONDS, text


def peak() -> int:
    """The most memory that the process has had, in kilobytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


@pytest.mark.parametrize("part", range(PARTS))
def test_changed_and_random_texts(part: int, tmp_path: Path) -> None:
    texts = specs()
    known = words(texts)
    draw = random.Random(f"{SEED} {part}")
    before = peak()
    tried = 0
    while tried < COUNT // PARTS:
        text = random_text(draw, known) if draw.random() < 0.1 else draw.choice(texts)
        # Short ones are more varied, and more of them are checked in a second.
        if len(text) > 3000 and draw.random() < 0.8:
            continue
        answered(mutated(text, draw, known), tmp_path)
        tried += 1
    assert peak() - before < KILOBYTES


@pytest.mark.parametrize("part", range(PARTS))
def test_models_that_are_cut_off(part: int, tmp_path: Path) -> None:
    """Every part takes its share of the places in each file, so that all take equally long."""
    draw = random.Random(f"cut {SEED} {part}")
    for text in models():
        places = range(part, len(text) + 1, PARTS)
        for at in places if EVERY else draw.sample(places, 1):
            answered(text[:at], tmp_path, build=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_other_texts_that_are_cut_off(part: int, tmp_path: Path) -> None:
    draw = random.Random(f"cut {SEED} {part}")
    for text in specs()[len(models()) :][part::PARTS]:
        for at in draw.sample(range(len(text) + 1), min(CUTS, len(text) + 1)):
            answered(text[:at], tmp_path, build=False)
