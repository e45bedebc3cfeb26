"""The table of language models and of the models around them, at sizes that run in a moment."""

from __future__ import annotations

import torch
from torch import Tensor

from .cases import Inputs, floats, tokens
from .harness import Case


def also(*parts: Inputs) -> Inputs:
    """Several inputs, one after the other."""
    return lambda: tuple(tensor for part in parts for tensor in part())


def lengths(*values: int) -> Inputs:
    """The given integers."""
    return lambda: (torch.tensor(values),)


def padded(*rows: int, time: int, vocab: int) -> Inputs:
    """Token numbers from 1, and 0 behind the first so many of each row."""

    def draw() -> tuple[Tensor, ...]:
        drawn = torch.randint(1, vocab, (len(rows), time))
        return (drawn * (torch.arange(time) < torch.tensor(rows)[:, None]),)

    return draw


def mask(*rows: int, time: int) -> Inputs:
    """1 for the first so many places of each row, else 0."""
    return lambda: ((torch.arange(time) < torch.tensor(rows)[:, None]).long(),)


def series(**sizes: int) -> Inputs:
    """A dict of sequences of the given widths, by their names."""
    return lambda: ({name: torch.randn(2, 4, size) for name, size in sizes.items()},)


LSTM = {"vocab": 11, "dim": 6, "hidden": 6, "layers": 2, "dropout": 0.3}
SEQ2SEQ = {"source_vocab": 13, "target_vocab": 9, "embed": 4, "hidden": 6, "layers": 2}
CRF = {"vocab": 11, "tags": 4, "dim": 5, "hidden": 6}
TCN = {"vocab": 9, "dim": 4, "channels": [5, 5, 6], "kernel_size": 3}
TEXT = {
    "vocab": 11,
    "classes": 3,
    "context": 8,
    "dim": 12,
    "depth": 2,
    "heads": 3,
    "hidden": 10,
    "dropout": 0.2,
}
BERT = {"vocab": 11, "dim": 12, "depth": 2, "heads": 3, "hidden": 20, "context": 8}
T5 = {
    "vocab": 17,
    "dim": 12,
    "d_kv": 5,
    "heads": 3,
    "hidden": 16,
    "depth": 2,
    "buckets": 8,
    "distance": 12,
}
WHISPER = {
    "mels": 5,
    "frames": 6,
    "vocab": 11,
    "context": 7,
    "dim": 12,
    "heads": 3,
    "depth": 2,
}
MIXTRAL = {
    "vocab": 13,
    "dim": 12,
    "depth": 2,
    "heads": 3,
    "kv_heads": 1,
    "hidden": 10,
    "num_experts": 4,
    "top_k": 2,
}
GPT = {
    "vocab": 13,
    "block_size": 8,
    "n_embd": 12,
    "n_layer": 2,
    "n_head": 3,
    "dropout": 0.1,
}
CLIP = {
    "embed": 10,
    "resolution": 16,
    "vision_layers": 2,
    "vision_width": 64,
    "vision_patch": 8,
    "context": 6,
    "vocab": 13,
    "width": 12,
    "heads": 3,
    "layers": 2,
}

LANGUAGE = [
    Case("language/lstm.nnspec:lstm_medium", tokens(3, 5, vocab=11), LSTM),
    Case(
        "language/lstm.nnspec:LSTMLanguageModel",
        tokens(3, 5, vocab=11),
        {**LSTM, "hidden": 7, "tied": False},
    ),
    Case(
        "language/seq2seq_attention.nnspec:seq2seq",
        also(tokens(3, 5, vocab=13), tokens(3, 4, vocab=9)),
        SEQ2SEQ,
    ),
    Case(
        "language/seq2seq_attention.nnspec:seq2seq",
        also(tokens(3, 5, vocab=13), tokens(3, 4, vocab=9), lengths(5, 1, 3)),
        SEQ2SEQ,
    ),
    Case("language/bilstm_crf.nnspec:bilstm_crf", tokens(3, 5, vocab=11), CRF),
    Case(
        "language/bilstm_crf.nnspec:bilstm_crf",
        also(tokens(3, 5, vocab=11), tokens(3, 5, vocab=4)),
        CRF,
    ),
    Case("language/tcn.nnspec:char_tcn", tokens(2, 9, vocab=9), TCN),
    Case(
        "language/transformer_encoder.nnspec:text_classifier",
        padded(7, 2, 5, time=7, vocab=11),
        TEXT,
    ),
    Case(
        "language/transformer_encoder.nnspec:torch_text_classifier",
        padded(7, 2, 5, time=7, vocab=11),
        TEXT,
    ),
    Case("language/bert.nnspec:bert_base", tokens(3, 7, vocab=11), BERT),
    Case(
        "language/bert.nnspec:bert_base",
        also(tokens(3, 7, vocab=11), mask(7, 2, 5, time=7), tokens(3, 7, vocab=2)),
        BERT,
    ),
    Case(
        "language/bert.nnspec:bert_mlm",
        also(tokens(3, 7, vocab=11), mask(7, 2, 5, time=7), tokens(3, 7, vocab=11)),
        BERT,
    ),
    Case(
        "language/t5.nnspec:t5_small",
        also(padded(6, 4, time=6, vocab=17), tokens(2, 5, vocab=17)),
        T5,
    ),
    Case(
        "language/t5.nnspec:t5_small",
        also(padded(20, 4, time=20, vocab=17), tokens(2, 15, vocab=17), tokens(2, 15, vocab=17)),
        T5,
    ),
    Case(
        "language/whisper.nnspec:whisper_tiny",
        also(floats(2, 5, 12), tokens(2, 4, vocab=11)),
        WHISPER,
    ),
    Case("language/mixtral.nnspec:mixtral_8x7b", tokens(2, 5, vocab=13), MIXTRAL),
    Case(
        "language/mamba.nnspec:mamba_130m",
        tokens(2, 6, vocab=13),
        {"vocab": 13, "dim": 10, "depth": 2, "d_state": 4},
    ),
    Case("language/nanogpt.nnspec:nanogpt", tokens(2, 6, vocab=13), GPT),
    Case(
        "language/nanogpt.nnspec:nanogpt",
        also(tokens(2, 6, vocab=13), tokens(2, 6, vocab=13)),
        {**GPT, "bias": False},
    ),
    Case("language/char_rnn.nnspec:ElmanRNN", tokens(2, 4, vocab=7), {"vocab": 7, "hidden": 5}),
    Case(
        "language/char_rnn.nnspec:StackedLSTM",
        tokens(2, 4, vocab=7),
        {"vocab": 7, "dim": 4, "hidden": 5},
    ),
    Case("language/char_rnn.nnspec:MinimalGRU", tokens(2, 4, vocab=7), {"vocab": 7, "hidden": 5}),
    Case(
        "language/char_rnn.nnspec:MinimalGRU",
        also(tokens(2, 4, vocab=7), floats(2, 5)),
        {"vocab": 7, "hidden": 5},
    ),
    Case(
        "vision/mlp_mixer.nnspec:mixer_b16",
        floats(2, 3, 16, 16),
        {"classes": 4, "image": 16, "patch": 8, "dim": 10, "depth": 2, "drop": 0.1},
    ),
    Case(
        "language/clip.nnspec:vit_b_32",
        also(floats(2, 3, 16, 16), tokens(3, 6, vocab=13)),
        CLIP,
    ),
    Case(
        "language/textcnn.nnspec:textcnn",
        tokens(3, 9, vocab=13),
        {"vocab": 13, "classes": 3, "dim": 5, "kernel_sizes": [2, 4], "channels": 6},
    ),
    Case(
        "language/hifigan.nnspec:hifigan_v1",
        floats(2, 5, 7),
        {"mels": 5, "channels": 8, "rates": [4, 2], "kernels": [8, 4], "block_kernels": [3, 5]},
    ),
    Case(
        "language/hifigan.nnspec:PeriodDiscriminator",
        floats(2, 33),
        {"period": 5, "widths": [3, 4]},
    ),
    Case(
        "language/tft.nnspec:GatedResidual",
        floats(2, 3, 5),
        {"inputs": 5, "hidden": 6, "outputs": 4, "drop": 0.2, "context": 3},
    ),
    Case(
        "language/tft.nnspec:VariableSelection",
        series(price=1, weekday=3),
        {"sizes": {"price": 1, "weekday": 3}, "dim": 5},
    ),
    Case(
        "language/tft.nnspec:InterpretableAttention",
        also(floats(2, 4, 6), floats(2, 3, 6), lambda: (torch.ones(4, 3).tril().bool(),)),
        {"dim": 6, "heads": 2, "drop": 0.1},
    ),
]
