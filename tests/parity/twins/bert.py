"""BERT."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BertEmbeddings(nn.Module):
    def __init__(self, vocab: int, context: int, types: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab, dim, padding_idx=0)
        self.position_embeddings = nn.Embedding(context, dim)
        self.token_type_embeddings = nn.Embedding(types, dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None) -> Tensor:
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        x = x + self.position_embeddings(torch.arange(input_ids.shape[1]))
        return self.drop(self.LayerNorm(x))


class BertSelfAttention(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores + mask
        return (self.drop(scores.softmax(-1)) @ v).transpose(1, 2).flatten(2)


class BertOutput(nn.Module):
    def __init__(self, hidden: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(hidden, dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.LayerNorm(self.drop(self.dense(x)) + skip)


class BertAttention(nn.Module):
    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.self = BertSelfAttention(dim, heads, dropout)
        self.output = BertOutput(dim, dim, dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return self.output(self.self(x, mask), x)


class BertIntermediate(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.dense = nn.Linear(dim, hidden)
        self.intermediate_act_fn = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        return self.intermediate_act_fn(self.dense(x))


class BertLayer(nn.Module):
    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention = BertAttention(dim, heads, dropout)
        self.intermediate = BertIntermediate(dim, hidden)
        self.output = BertOutput(hidden, dim, dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class BertEncoder(nn.Module):
    def __init__(self, dim: int, heads: int, hidden: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.layer = nn.ModuleList([BertLayer(dim, heads, hidden, dropout) for _ in range(depth)])

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        for layer in self.layer:
            x = layer(x, mask)
        return x


class BertPooler(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dense = nn.Linear(dim, dim)
        self.activation = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.dense(x[:, 0]))


class BertModel(nn.Module):
    def __init__(
        self,
        vocab: int = 30522,
        dim: int = 768,
        depth: int = 12,
        heads: int = 12,
        hidden: int = 3072,
        context: int = 512,
        types: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embeddings = BertEmbeddings(vocab, context, types, dim, dropout)
        self.encoder = BertEncoder(dim, heads, hidden, depth, dropout)
        self.pooler = BertPooler(dim)
        linears = [m for m in self.modules() if isinstance(m, nn.Linear)]
        for linear in linears:
            nn.init.normal_(linear.weight, std=0.02)
        for linear in linears:
            nn.init.zeros_(linear.bias)
        for embedding in [m for m in self.modules() if isinstance(m, nn.Embedding)]:
            nn.init.normal_(embedding.weight, std=0.02)
        with torch.no_grad():
            self.embeddings.word_embeddings.weight[0] *= 0

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x = self.embeddings(input_ids, token_type_ids)
        mask = None
        if attention_mask is not None:
            mask = (1 - attention_mask[:, None, None].float()) * torch.finfo(x.dtype).min
        x = self.encoder(x, mask)
        return x, self.pooler(x)


class BertForMaskedLM(nn.Module):
    def __init__(
        self,
        vocab: int = 30522,
        dim: int = 768,
        depth: int = 12,
        heads: int = 12,
        hidden: int = 3072,
        context: int = 512,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.bert = BertModel(vocab, dim, depth, heads, hidden, context, dropout=dropout)
        self.transform = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.LayerNorm(dim, eps=1e-12))
        self.decoder = nn.Linear(dim, vocab)
        self.decoder.weight = self.bert.embeddings.word_embeddings.weight
        nn.init.zeros_(self.decoder.bias)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
    ):
        x, _ = self.bert(input_ids, attention_mask)
        logits = self.decoder(self.transform(x))
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return logits, loss


def bert_base(**sizes: int | float) -> nn.Module:
    return BertModel(**sizes)


def bert_mlm(**sizes: int | float) -> nn.Module:
    return BertForMaskedLM(**sizes)
