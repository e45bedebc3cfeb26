"""Random nets: the compiler and torch accept the same ones, with the same shapes, dtypes and values.

About half of the nets are made slightly wrong: one number is changed. NNSPEC_NETS says how many nets are drawn
(two thirds with numbers for all sizes), NNSPEC_SEED draws other ones. What is no disagreement:

- Tensors that become empty: whether torch takes them hangs on the kernel.
- What torch lets pass with a warning, such as an InstanceNorm of another number of channels. It never looks
  at the channels of other norms that have neither parameters nor statistics, so these numbers are not changed.
- A dilation of 0, which torch refuses in convolutions and forgets to refuse in their transposes.
- `view` of elements that do not lie in that order: torch refuses, the checker warns where it follows the
  strides (W0203), which it does not through elementwise functions.
- An open size is never stretched: where a broadcast needs two of them to be equal, the checker says so (W0301)
  and the model raises, though torch would go on where one of them happens to be 1.
- Behind a claim (W0301) sizes are those that meet it, so a later error may hang on it.
- What the signature says of a result is checked for the hyperparameters of a `check` or `model`; the emitted
  code checks it where it is the same for all of them.
- A size at which a layer leaves nothing is no matter of a signature with open sizes; the exact check refuses it.
"""

from __future__ import annotations

import os
import random
import warnings
from pathlib import Path

import pytest
import torch

from tests.differential.compare import Comparison, Skip
from tests.differential.generators import net

COUNT = max(int(os.environ.get("NNSPEC_NETS", "120")) * 2 // 3, 1)
SEED = int(os.environ.get("NNSPEC_SEED", "0"))
PARTS = 3
# The share of nets that are built, loaded, and run on both sides, values and all.
WHOLE = 0.1


def disagreement(mode: str, seed: str, folder: Path) -> str | None:
    """What is wrong with one net, None where all agree."""
    draw = random.Random(f"{mode} {seed}")
    drawn, builder = net(draw, mode == "open")
    # A size that the spec leaves to the compiler follows other numbers; that of the twin does not.
    if not builder.holes:
        if mode == "int" or mode == "open" and draw.random() < 0.2:
            drawn = drawn.with_hyperparameter(draw)
        if draw.random() < 0.5:
            drawn = drawn.changed(draw)
    found = None
    # What differs on the meta device is a disagreement where it differs on the CPU, too.
    for whole in (True,) if draw.random() < WHOLE else (False, True):
        comparison = Comparison(drawn, folder, random.Random(f"sizes {mode} {seed}"), whole=whole)
        try:
            found = comparison.exact() if mode == "exact" else comparison.open()
        except Skip:
            return None
        if found is None:
            return None
    return f"net {mode} {seed}\n{comparison.spec}\n{found}"


def test_the_generator_reaches_far() -> None:
    """Most nets are of several steps, and some have modules, switches and open sizes."""
    drawn = [net(random.Random(f"reach {i}"), i % 2 == 1)[0] for i in range(60)]
    steps = [len(n.main.body) for n in drawn]
    assert sum(steps) > 2 * len(steps)
    assert any(len(n.modules) > 1 for n in drawn)
    assert any(n.main.hyperparameters for n in drawn)
    assert any(n.symbols for n in drawn)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", ["exact", "int", "open"])
def test_compiler_and_torch_agree(mode: str, part: int, tmp_path: Path) -> None:
    """Both accept a net, with equal results, or both refuse it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Open sizes are tried at several numbers, so there are fewer of these nets.
            count = max(COUNT // PARTS // (1 if mode == "exact" else 4), 1)
            found = [disagreement(mode, f"{SEED} {part} {i}", tmp_path) for i in range(count)]
    finally:
        torch.set_num_threads(threads)
    wrong = [text for text in found if text is not None]
    assert not wrong, "\n\n".join(wrong[:5])
