"""Names by edit distance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnspec.diagnostics.suggest import edit_distance, nearest

LIBRARY = ["Linear", "BatchNorm2d", "layer_norm", "LayerNorm", "max_pool2d", "MaxPool2d", "relu"]
LIBRARY += ["in_features", "out_features", "bias", "cross_entropy", "softmax", "GELU", "gelu"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Linaer", "Linear"),
        ("linear", "Linear"),
        ("Batchnorm2D", "BatchNorm2d"),
        ("maxpool2d", "max_pool2d"),
        ("max_pool_2d", "max_pool2d"),
        ("in_feature", "in_features"),
        ("crossentropy", "cross_entropy"),
        ("norm_layer", "layer_norm"),
        ("ReLU", "relu"),
        ("bais", "bias"),
    ],
)
def test_the_best_guess_comes_first(written: str, meant: str) -> None:
    assert nearest(written, LIBRARY)[0] == meant


def test_what_is_far_is_not_suggested() -> None:
    assert nearest("zebra", LIBRARY) == []
    assert nearest("x", ["y", "z"]) == []
    assert nearest("x", ["X"]) == ["X"]
    assert nearest("Linear", ["Linear"]) == []


def test_limit_and_order() -> None:
    assert nearest("conv2", ["conv1", "conv3", "conv4", "conv5"]) == ["conv1", "conv3", "conv4"]
    assert nearest("conv2", ["conv1", "conv3"], 1) == ["conv1"]


def plain(a: str, b: str) -> int:
    """Optimal string alignment straight from its recurrence."""
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if not i or not j:
                rows[i][j] = i or j
                continue
            change = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 7))
def test_distance_is_the_recurrence_up_to_the_limit(a: str, b: str, limit: int) -> None:
    assert edit_distance(a, b, limit) == min(plain(a, b), limit + 1)
