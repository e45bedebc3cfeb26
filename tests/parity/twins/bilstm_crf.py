"""Bidirectional LSTM tagger with a conditional random field."""

import torch
from torch import Tensor, nn


class CRF(nn.Module):
    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self.start_transitions = nn.Parameter(torch.empty(num_tags).uniform_(-0.1, 0.1))
        self.end_transitions = nn.Parameter(torch.empty(num_tags).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(num_tags, num_tags).uniform_(-0.1, 0.1))

    def forward(self, emissions: Tensor, tags: Tensor) -> Tensor:
        alpha = self.start_transitions + emissions[:, 0]
        for t in range(1, emissions.shape[1]):
            alpha = alpha[:, :, None] + self.transitions + emissions[:, t, None]
            alpha = torch.logsumexp(alpha, dim=1)
        total = torch.logsumexp(alpha + self.end_transitions, dim=1)

        score = self.start_transitions[tags[:, 0]] + self.end_transitions[tags[:, -1]]
        score = score + emissions.gather(2, tags[:, :, None])[:, :, 0].sum(1)
        score = score + self.transitions[tags[:, :-1], tags[:, 1:]].sum(1)
        return (total - score).mean()


class BiLSTMTagger(nn.Module):
    def __init__(
        self,
        vocab: int = 20000,
        tags: int = 9,
        dim: int = 100,
        hidden: int = 200,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.word_embeds = nn.Embedding(vocab, dim, padding_idx=0)
        self.drop = nn.Dropout(dropout)
        self.lstm = nn.LSTM(dim, hidden // 2, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(hidden, tags)
        self.crf = CRF(tags)

    def forward(self, words: Tensor, gold: Tensor | None = None):
        x, _ = self.lstm(self.drop(self.word_embeds(words)))
        emissions = self.hidden2tag(self.drop(x))
        return emissions, None if gold is None else self.crf(emissions, gold)


def bilstm_crf(**sizes: int | float) -> nn.Module:
    return BiLSTMTagger(**sizes)
