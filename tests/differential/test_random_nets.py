"""Random nets: the compiler and torch accept the same ones, with the same shapes, dtypes and values.

Hypothesis draws the nets, and makes one that disagrees small. Two thirds of them are made slightly wrong: a number, a
switch or an input is changed. NNSPEC_NETS says how many nets are compared (two thirds with numbers for all sizes),
NNSPEC_SEED draws other ones. A tenth is built, loaded and trained for a step on both sides. What is no disagreement:

- Tensors that become empty: whether torch takes them hangs on the kernel.
- What torch lets pass with a warning, such as an InstanceNorm of another number of channels. It never looks
  at the channels of other norms that have neither parameters nor statistics, so these numbers are not changed.
- A dilation of 0, which torch refuses in convolutions and forgets to refuse in their transposes; a fractional pooling
  by windows of 0, which it refuses for volumes and forgets to refuse for images.
- Indexes that are numbers of a tensor, and dtypes of models, which `nnspec.load` may convert.
- `view` of elements that do not lie in that order: torch refuses, the checker warns where it follows the
  strides (W0203), which it does not through elementwise functions.
- An open size is never stretched: where a broadcast needs two of them to be equal, the checker says so (W0301)
  and the model raises, though torch would go on where one of them happens to be 1.
- Behind a claim (W0301) sizes are those that meet it, so a later error may hang on it.
- What the signature says of a result is checked for the hyperparameters of a `check` or `model`; the emitted
  code checks it where it is the same for all of them.
- A size at which a layer leaves nothing is no matter of a signature with open sizes; the exact check refuses it.
- A dtype that a module of the net declares for its argument, at which torch never looks.
"""

from __future__ import annotations

import os
import random
import warnings
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from tests.differential.compare import Comparison, Skip
from tests.differential.generators import net, nets
from tests.differential.net import Net

COUNT = int(os.environ.get("NNSPEC_NETS", "120"))
SEED = int(os.environ.get("NNSPEC_SEED", "0"))
PARTS = max(3, COUNT // 400)
# Open sizes are tried at several numbers, so there are fewer of these nets.
SHARE = {"exact": 2 / 3, "int": 1 / 6, "open": 1 / 6}
# The share of nets that are built, loaded, and run on both sides, values and all.
WHOLE = 0.1


def disagreement(mode: str, drawn: Net, folder: Path) -> tuple[str | None, bool]:
    """What is wrong with one net, None where all agree; whether torch takes it.

    Raises:
        Skip: it says nothing.
    """
    spec, found = drawn.spec(), None
    whole = random.Random(spec).random() < WHOLE
    # What differs on the meta device is a disagreement where it differs on the CPU, too.
    for each in (True,) if whole else (False, True):
        comparison = Comparison(drawn, folder, random.Random(spec), whole=each)
        found = comparison.exact() if mode == "exact" else comparison.open()
        if found is None:
            return None, comparison.accepted
    return f"a net of mode {mode}\n{spec}\n{found}", comparison.accepted


def test_the_generator_reaches_far() -> None:
    """Most nets are of several steps, and some have modules, functions, switches, optional inputs and open sizes."""
    drawn = [net(random.Random(f"reach {i}"), i % 2 == 1)[0] for i in range(60)]
    steps = [len(n.main.body) for n in drawn]
    assert sum(steps) > 2 * len(steps)
    assert any(len(n.modules) > 1 for n in drawn)
    assert any(n.main.hyperparameters for n in drawn)
    assert any(n.functions or n.main.methods for n in drawn)
    assert any(i.optional for n in drawn for i in n.main.inputs)
    assert any(n.symbols for n in drawn)


def compared(mode: str, count: int, start: int, folder: Path) -> Counter[bool]:
    """So many nets compared: how many torch takes, and how many it refuses.

    Raises:
        AssertionError: one on which the two disagree, as small as hypothesis finds it.
    """
    taken: Counter[bool] = Counter()

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(nets(mode))
    def agree(drawn: Net) -> None:
        try:
            found, accepted = disagreement(mode, drawn, folder)
        except Skip:
            assume(False)
        assert found is None, found
        taken[accepted] += 1

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            agree()
    finally:
        torch.set_num_threads(threads)
    return taken


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", SHARE)
def test_compiler_and_torch_agree(mode: str, part: int, tmp_path: Path) -> None:
    """Both accept a net, with equal results, or both refuse it."""
    count = max(int(COUNT * SHARE[mode]) // PARTS, 1)
    taken = compared(mode, count, SEED * 1000 + part, tmp_path)
    print(f"{mode}: both accept {taken[True]} nets and refuse {taken[False]}")
