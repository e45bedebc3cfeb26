"""A container of one's own."""

from torch import Tensor, nn


class MySequential(nn.Module):
    def __init__(self, *blocks: nn.Module) -> None:
        super().__init__()
        for i, block in enumerate(blocks):
            self.add_module(str(i), block)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.children():
            x = block(x)
        return x


def net() -> nn.Module:
    return MySequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
