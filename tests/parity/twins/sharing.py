"""Three ways to share parameters."""

from torch import Tensor, nn


class SharedMLP(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.shared = nn.Linear(width, width)
        self.net = nn.Sequential(
            nn.Linear(4, width),
            nn.ReLU(),
            self.shared,
            nn.ReLU(),
            self.shared,
            nn.ReLU(),
            nn.Linear(width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Decoder(nn.Module):
    def __init__(self, embedding: nn.Embedding, dim: int) -> None:
        super().__init__()
        self.embedding = embedding
        self.proj = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.proj(self.embedding(tokens))


class TinyLM(nn.Module):
    def __init__(self, vocab: int = 1000, dim: int = 64) -> None:
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.decoder = Decoder(self.tok, dim)
        self.head = nn.Linear(dim, vocab, bias=False)
        self.head.weight = self.tok.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.decoder(tokens))
