"""One layer at two places."""

from torch import Tensor, nn


class SharedLayer(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        shared = nn.Linear(width, width)
        self.net = nn.Sequential(
            nn.Linear(4, width),
            nn.ReLU(),
            shared,
            nn.ReLU(),
            shared,
            nn.ReLU(),
            nn.Linear(width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)
