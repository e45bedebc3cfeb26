"""GRU encoder-decoder with additive attention."""

import torch
from torch import Tensor, nn


class AdditiveAttention(nn.Module):
    def __init__(self, num_hiddens: int, dropout: float) -> None:
        super().__init__()
        self.W_k = nn.Linear(num_hiddens, num_hiddens, bias=False)
        self.W_q = nn.Linear(num_hiddens, num_hiddens, bias=False)
        self.w_v = nn.Linear(num_hiddens, 1, bias=False)
        self.drop = nn.Dropout(dropout)

    def forward(self, queries: Tensor, memory: Tensor, lengths: Tensor | None):
        features = torch.tanh(self.W_q(queries).unsqueeze(2) + self.W_k(memory).unsqueeze(1))
        scores = self.w_v(features).squeeze(-1)
        if lengths is not None:
            places = torch.arange(memory.shape[1])
            scores = scores.masked_fill((places >= lengths[:, None])[:, None, :], -1e6)
        weights = torch.softmax(scores, dim=-1)
        return torch.bmm(self.drop(weights), memory), weights


class Encoder(nn.Module):
    def __init__(self, vocab: int, embed: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, embed)
        self.rnn = nn.GRU(embed, hidden, layers, dropout=dropout)
        for name, weight in self.rnn.named_parameters():
            if name.startswith("weight_"):
                nn.init.xavier_uniform_(weight)

    def forward(self, tokens: Tensor):
        outputs, state = self.rnn(self.embedding(tokens.t()))
        return outputs.permute(1, 0, 2), state


class Decoder(nn.Module):
    def __init__(self, vocab: int, embed: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.attention = AdditiveAttention(hidden, dropout)
        self.embedding = nn.Embedding(vocab, embed)
        self.rnn = nn.GRU(embed + hidden, hidden, layers, dropout=dropout)
        self.dense = nn.Linear(hidden, vocab)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, lengths: Tensor | None):
        outputs, weights = [], []
        for token in tokens.unbind(1):
            context, weight = self.attention(state[-1].unsqueeze(1), memory, lengths)
            x = torch.cat([context, self.embedding(token).unsqueeze(1)], dim=-1)
            output, state = self.rnn(x.permute(1, 0, 2), state)
            outputs.append(output.squeeze(0))
            weights.append(weight.squeeze(1))
        return self.dense(torch.stack(outputs, dim=1)), torch.stack(weights, dim=1)


class Seq2Seq(nn.Module):
    def __init__(
        self,
        source_vocab: int = 10000,
        target_vocab: int = 10000,
        embed: int = 256,
        hidden: int = 256,
        layers: int = 2,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.encoder = Encoder(source_vocab, embed, hidden, layers, dropout)
        self.decoder = Decoder(target_vocab, embed, hidden, layers, dropout)

    def forward(self, source: Tensor, target: Tensor, lengths: Tensor | None = None):
        memory, state = self.encoder(source)
        return self.decoder(target, state, memory, lengths)


def seq2seq(**sizes: int | float) -> nn.Module:
    return Seq2Seq(**sizes)
