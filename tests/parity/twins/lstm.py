"""LSTM language model."""

from torch import Tensor, nn


class LSTMLanguageModel(nn.Module):
    def __init__(
        self,
        vocab: int = 33278,
        dim: int = 650,
        hidden: int = 650,
        layers: int = 2,
        dropout: float = 0.5,
        tied: bool = True,
    ) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocab, dim)
        self.rnn = nn.LSTM(dim, hidden, layers, dropout=dropout, batch_first=True)
        self.decoder = nn.Linear(hidden, vocab)
        if tied:
            self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        if not tied:
            nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(
        self, tokens: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        y, state = self.rnn(self.drop(self.encoder(tokens)), state)
        return self.decoder(self.drop(y)), state


def lstm_medium(**sizes: int | float) -> nn.Module:
    return LSTMLanguageModel(**sizes)
