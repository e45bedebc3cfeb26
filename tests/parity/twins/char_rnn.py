"""Character models that step through time by hand."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ElmanRNN(nn.Module):
    def __init__(self, vocab: int = 128, hidden: int = 256) -> None:
        super().__init__()
        self.vocab = vocab
        self.cell = nn.RNNCell(vocab, hidden)
        self.head = nn.Linear(hidden, vocab)

    def forward(self, tokens: Tensor) -> Tensor:
        h = None
        ys = []
        for x in F.one_hot(tokens, self.vocab).float().unbind(1):
            h = self.cell(x, h)
            ys.append(self.head(h))
        return torch.stack(ys, dim=1)


class StackedLSTM(nn.Module):
    def __init__(self, vocab: int = 128, dim: int = 64, hidden: int = 256, depth: int = 3) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.cells = nn.ModuleList(
            [nn.LSTMCell(dim if i == 0 else hidden, hidden) for i in range(depth)]
        )
        self.head = nn.Linear(hidden, vocab)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        states = [None for _ in self.cells]
        outputs = []
        for x in self.embed(tokens).unbind(1):
            for i, cell in enumerate(self.cells):
                states[i] = cell(x, states[i])
                x = states[i][0]
            outputs.append(x)
        return self.head(torch.stack(outputs, dim=1)), x


class MinimalGRU(nn.Module):
    def __init__(self, vocab: int = 128, hidden: int = 64) -> None:
        super().__init__()
        self.vocab, self.hidden = vocab, hidden
        self.W = nn.Parameter(torch.empty(3, vocab, hidden))
        nn.init.xavier_uniform_(self.W)
        q, r = torch.linalg.qr(torch.randn(3, hidden, hidden))
        self.U = nn.Parameter(q * r.diagonal(dim1=1, dim2=2).sign()[:, None])
        self.b = nn.Parameter(torch.zeros(3, hidden))
        self.head = nn.Linear(hidden, vocab)

    def forward(self, tokens: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if h is None:
            h = torch.zeros(tokens.shape[0], self.hidden)
        one_hot = F.one_hot(tokens, self.vocab).float()
        for t in range(tokens.shape[1]):
            x = one_hot[:, t]
            r = torch.sigmoid(x @ self.W[0] + h @ self.U[0] + self.b[0])
            z = torch.sigmoid(x @ self.W[1] + h @ self.U[1] + self.b[1])
            n = torch.tanh(x @ self.W[2] + (r * h) @ self.U[2] + self.b[2])
            h = (1 - z) * h + z * n
        return self.head(h), h
