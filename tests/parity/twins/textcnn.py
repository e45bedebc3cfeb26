"""Convolutions over words for classifying sentences."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class TextCNN(nn.Module):
    def __init__(
        self,
        vocab: int = 20000,
        classes: int = 2,
        dim: int = 300,
        kernel_sizes: tuple[int, ...] = (3, 4, 5),
        channels: int = 100,
        dropout: float = 0.5,
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim, padding_idx=1)
        self.constant_embedding = nn.Embedding(vocab, dim, padding_idx=1)
        self.convs = nn.ModuleList([nn.Conv1d(2 * dim, channels, k) for k in kernel_sizes])
        self.act = activation()
        self.drop = nn.Dropout(dropout)
        self.decoder = nn.Linear(len(kernel_sizes) * channels, classes)
        self.constant_embedding.weight.requires_grad_(False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = torch.cat([self.embedding(tokens), self.constant_embedding(tokens)], dim=2)
        pooled = [self.act(conv(x.transpose(1, 2))).amax(-1) for conv in self.convs]
        return self.decoder(self.drop(torch.cat(pooled, dim=1)))


def textcnn(**sizes: object) -> nn.Module:
    return TextCNN(**sizes)
