"""Temporal convolutional network."""

from torch import Tensor, nn


class Chomp1d(nn.Module):
    def __init__(self, chomp_size: int) -> None:
        super().__init__()
        self.chomp_size = chomp_size

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, : -self.chomp_size]


class TemporalBlock(nn.Module):
    def __init__(
        self, n_inputs: int, n_outputs: int, kernel_size: int, dilation: int, dropout: float = 0.2
    ) -> None:
        super().__init__()
        padding = (kernel_size - 1) * dilation
        self.conv1 = nn.Conv1d(n_inputs, n_outputs, kernel_size, padding=padding, dilation=dilation)
        self.conv2 = nn.Conv1d(
            n_outputs, n_outputs, kernel_size, padding=padding, dilation=dilation
        )
        self.net = nn.Sequential(
            self.conv1,
            Chomp1d(padding),
            nn.ReLU(),
            nn.Dropout(dropout),
            self.conv2,
            Chomp1d(padding),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.downsample = nn.Conv1d(n_inputs, n_outputs, 1) if n_inputs != n_outputs else None
        nn.init.normal_(self.conv1.weight, std=0.01)
        nn.init.normal_(self.conv2.weight, std=0.01)
        if self.downsample is not None:
            nn.init.normal_(self.downsample.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        res = x if self.downsample is None else self.downsample(x)
        return (self.net(x) + res).relu()


class TemporalConvNet(nn.Module):
    def __init__(
        self,
        num_inputs: int,
        num_channels: list[int],
        kernel_size: int = 2,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        layers = []
        for i, n_out in enumerate(num_channels):
            n_in = num_inputs if i == 0 else num_channels[i - 1]
            layers.append(TemporalBlock(n_in, n_out, kernel_size, 2**i, dropout))
        self.network = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x)


class CharTCN(nn.Module):
    def __init__(
        self,
        vocab: int = 50,
        dim: int = 100,
        channels: list[int] | None = None,
        kernel_size: int = 3,
        dropout: float = 0.1,
        emb_dropout: float = 0.1,
    ) -> None:
        super().__init__()
        channels = channels or [450, 450, 450]
        self.encoder = nn.Embedding(vocab, dim)
        self.tcn = TemporalConvNet(dim, channels, kernel_size, dropout)
        self.decoder = nn.Linear(channels[-1], vocab)
        self.drop = nn.Dropout(emb_dropout)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.drop(self.encoder(tokens))
        return self.decoder(self.tcn(x.transpose(1, 2)).transpose(1, 2))


def char_tcn(**sizes: object) -> nn.Module:
    return CharTCN(**sizes)
