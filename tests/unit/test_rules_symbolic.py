"""Rules with sizes that are names: the shape that follows, or the mistake that is certain.

Each row is the arguments of a `forward`, an expression, and the type of its value, or the code that it is
refused with.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nnspec.project import Project

SHAPES = """
x: [B, T, 64] | x.view(B, T, 8, 8) | [B, T, 8, 8]
x: [B, T, 64] | x.view(B, -1) | [B, 64 * T]
x: [B, T, 64] | x.view(B * T, 64) | [B * T, 64]
x: [B, T, 64] | x.reshape(B, T, 8, -1) | [B, T, 8, 8]
x: [B, 3, H, W] | flatten(x, 1) | [B, 3 * H * W]
x: [B, 3, H, W] | x.flatten(2).transpose(1, 2) | [B, H * W, 3]
x: [B, T, D], h: [D] | x + h | [B, T, D]
x: [B, T, D], y: [B, 1, D] | x * y | [B, T, D]
x: [B, T, D] | x.permute(2, 0, 1) | [D, B, T]
x: [B, T, D] | x.movedim(-1, 1) | [B, D, T]
x: [B, T, D] | x[:, 0] | [B, D]
x: [B, T, D] | x[:, -1, None] | [B, 1, D]
x: [B, T, D] | x[:, 1:] | [B, T - 1, D]
x: [B, T, D] | x[:, :-1] | [B, T - 1, D]
x: [B, T, D] | x[..., ::2] | [B, T, (D + 1) // 2]
x: [B, T, D] | x[:, ::2] | [B, (T + 1) // 2, D]
x: [B, T, D] | x.unsqueeze(1).expand(-1, 5, -1, -1) | [B, 5, T, D]
x: [B, T, D] | x.repeat(1, 2, 3) | [B, 2 * T, 3 * D]
x: [B, T, D] | repeat_interleave(x, 3, dim=1) | [B, 3 * T, D]
x: [B, T, D], y: [B, S, D] | cat([x, y], dim=1) | [B, S + T, D]
x: [B, T, D] | stack([x, x, x], dim=2) | [B, T, 3, D]
x: [B, T, 3 * D] | x.chunk(3, dim=-1)[1] | [B, T, D]
x: [B, T, 3 * D] | x.split(D, dim=-1)[2] | [B, T, D]
x: [B, T, D] | x.split([1, T - 1], dim=1)[1] | [B, T - 1, D]
x: [B, T, D] | x.unbind(0) | list[[T, D]]
x: [B, T, D] | x.sum(1) | [B, D]
x: [B, T, D] | x.mean((1, 2), keepdim=True) | [B, 1, 1]
x: [B, T, D] | x.max(dim=-1).values | [B, T]
x: [B, T, D] | x.argmax(-1) | int64[B, T]
x: [B, T, D] | x.cumsum(1) | [B, T, D]
x: [B, T, D] | softmax(x, dim=-1) | [B, T, D]
x: [B, T, D], w: [D, E] | x @ w | [B, T, E]
x: [B, H, T, D], y: [B, H, S, D] | x @ y.mT | [B, H, T, S]
x: [B, H, T, D], y: [B, H, S, D] | einsum("bhtd,bhsd->bhts", x, y) | [B, H, T, S]
x: [B, T, D] | einsum("...d->...", x) | [B, T]
x: [A], y: [B] | outer(x, y) | [A, B]
x: [B, H, T, D], y: [B, H, S, D] | scaled_dot_product_attention(x, y, y) | [B, H, T, D]
x: [B, 8, T, D], y: [B, 2, S, D] | scaled_dot_product_attention(x, y, y, enable_gqa=True) | [B, 8, T, D]
x: [B, T, D] | tril(ones(T, T)) | [T, T]
x: [B, T, D] | arange(T) | int64[T]
x: [B, T, D] | arange(0, 2 * D, 2) | int64[D]
x: [B, T, D] | arange(T)[:, None] - arange(T)[None, :] | int64[T, T]
x: [B, T, D] | x.masked_fill(ones(T, 1, dtype=bool), -inf) | [B, T, D]
x: [B, T, D] | zeros_like(x) | [B, T, D]
x: int64[B, T] | one_hot(x, 10) | int64[B, T, 10]
x: int64[B, T] | x.float() / 2 | [B, T]
x: int64[B, T] | x == 0 | bool[B, T]
x: [B, 3, H, W] | max_pool2d(x, 2) | [B, 3, H // 2, W // 2]
x: [B, 3, H, W] | avg_pool2d(x, 3, stride=1, padding=1) | [B, 3, H, W]
x: [B, 3, H, W] | interpolate(x, scale_factor=2) | [B, 3, 2 * H, 2 * W]
x: [B, 3, H, W] | pad(x, (1, 2, 3, 4)) | [B, 3, H + 7, W + 3]
x: [B, 3, H, W] | adaptive_avg_pool2d(x, 1).flatten(1) | [B, 3]
x: [B, 12, H, W] | pixel_shuffle(x, 2) | [B, 3, 2 * H, 2 * W]
x: [B, C, 8] | x.unfold(2, 4, 2) | [B, C, 3, 4]
x: [B, T, D] | x.topk(1, dim=-1).indices | int64[B, T, 1]
x: [B, T, D], i: int64[B, T, 1] | x.gather(-1, i) | [B, T, 1]
x: [B, V], t: int64[B] | cross_entropy(x, t) | []
x: [B, T, V], t: int64[B, T] | cross_entropy(x.transpose(1, 2), t, reduction="none") | [B, T]
x: [B, T, D] | fft.rfft(x, dim=1) | complex64[B, T // 2 + 1, D]
x: [N, N] | linalg.inv(x) | [N, N]
x: [B, T, D] | meshgrid(arange(B), arange(T), indexing="ij")[0] | int64[B, T]
x: [B, T, D] | F.normalize(x, dim=-1) | [B, T, D]
x: [B, T, D] | where(x > 0, x, 0.0) | [B, T, D]
x: [B, T, D] | roll(x, shifts=(1, 1), dims=(0, 1)) | [B, T, D]
x: [B, T, D] | x.flip(1) | [B, T, D]
x: [B, T, D] | x.diagonal(dim1=1, dim2=1) | E0305
x: [B, T, D] | x.view(B, T, D + 1) | E0306
x: [B, T, 64] | x.view(B, T, 7, -1) | E0306
x: [B, T, D], y: [B, T, D + 2, 1] | x.transpose(3, 1) | E0305
x: [B, 3, 4], y: [B, 3, 5] | x + y | E0307
x: [B, T, 4], y: [5, 2] | x @ y | E0301
x: [B, T, 4] | x[:, :, 4] | E0308
x: [B, 4], y: [B, 5] | cat([x, y]) | E0301
x: [B, T, D] | einsum("bt->b", x) | E0309
x: int64[B] | x.mean() | E0303
x: [B, 3] | x.topk(4) | E0308
x: [B, V], t: int64[B, 1] | cross_entropy(x, t) | E0302
""".strip().splitlines()


def _check(arguments: str, expression: str, result: str) -> list[str]:
    text = f"module Case:\n    def forward({arguments}) -> {result}:\n        return {expression}\n"
    report = Project().check(Path("case.nnspec"), text)
    return [d.code for d in report.diagnostics]


@pytest.mark.parametrize("row", SHAPES)
def test_symbolic(row: str) -> None:
    arguments, expression, result = (part.strip() for part in row.split(" | "))
    if result.startswith("E"):
        assert result in _check(arguments, expression, "tensor")
    else:
        assert _check(arguments, expression, result) == []
        if result.count("[") == 1 and result != "[]":
            wrong = result.replace("[", "[7, ")
            assert "E0312" in _check(arguments, expression, wrong)
