"""Every public name of torch is in the library, or has a reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nnspec.diagnostics.left_out import table
from tests.conformance import left_out

AS_WRITTEN = pytest.mark.skipif(
    not torch.__version__.startswith(table().torch + "."),
    reason=f"the reasons are of the names of torch {table().torch}",
)


@AS_WRITTEN
def test_what_is_left_out_has_a_reason() -> None:
    given = table().reasons
    silent = [
        f"{place}.{name}"
        for place, name in left_out.missing()
        if not any(reason.match(place, name) for reason in given)
    ]
    assert silent == []


@AS_WRITTEN
def test_every_reason_is_of_a_name_that_is_left_out() -> None:
    given = table().reasons
    stale = {(r.title, *each) for r in given for each in r.patterns}
    for place, name in left_out.missing():
        for reason in given:
            taken = reason.match(place, name)
            if taken is not None:
                stale.discard((reason.title, *taken))
                break
    assert stale == set(), "declared, unknown to torch, or taken by an earlier reason"


@AS_WRITTEN
def test_the_page_is_what_torch_and_the_reasons_give(root: Path) -> None:
    assert (root / left_out.PAGE).read_text() == left_out.page(), "write it anew: make reference"


@pytest.mark.parametrize(
    "place, name, expected",
    [
        ("torch.nn", "Linear", True),
        ("torch.nn", "Sequential", True),
        ("torch.nn", "LazyLinear", False),
        ("torch", "float32", True),
        ("torch", "no_grad", False),
        ("Tensor", "shape", True),
        ("Tensor", "add", True),
        ("Tensor", "add_", False),
        ("torch.linalg", "norm", True),
        ("torch.linalg", "relu", False),
    ],
)
def test_what_a_spec_can_use_is_declared(place: str, name: str, expected: bool) -> None:
    assert left_out.declared(place, name) is expected
