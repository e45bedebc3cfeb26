"""Language models, and models of language beside images and sound, against hand-written PyTorch."""

from __future__ import annotations

import pytest
import torch

import nnspec

from .cases_language import GPT, LANGUAGE, WHISPER
from .harness import (
    SPECS,
    BuiltSpecs,
    Case,
    Factory,
    assert_equal,
    assert_parity,
    leaves,
    seeded,
)

PATHS = sorted({case.path for case in LANGUAGE})


@pytest.mark.parametrize("path", PATHS)
def test_spec_is_correct(path: str) -> None:
    report = nnspec.check(SPECS / path)
    assert report.ok and not report.warnings, str(report)


@pytest.mark.parametrize("case", LANGUAGE, ids=str)
def test_in_memory(case: Case) -> None:
    assert_parity(case.load, case)


@pytest.mark.parametrize("case", LANGUAGE, ids=str)
def test_built(case: Case, built: BuiltSpecs) -> None:
    assert_parity(lambda: built.make(case), case)


@pytest.fixture(params=["in memory", "built"])
def way(request: pytest.FixtureRequest, built: BuiltSpecs):  # type: ignore[no-untyped-def]
    """The two ways from a case to its module."""

    def factory(case: Case) -> Factory:
        return case.load if request.param == "in memory" else lambda: built.make(case)

    return factory


def same(actual: object, expected: object) -> None:
    """Every tensor of two results, lists and tuples alike."""
    ours, theirs = list(leaves(actual)), list(leaves(expected))
    assert len(ours) == len(theirs) > 0
    for i, (y, other) in enumerate(zip(ours, theirs)):
        assert_equal(y, other, f"tensor {i}")


def test_gpt_decodes_with_a_cache(way) -> None:  # type: ignore[no-untyped-def]
    case = Case("language/nanogpt.nnspec:nanogpt", lambda: (), {**GPT, "dropout": 0.0})
    ours, theirs = seeded(way(case), 5)[0], seeded(case.twin, 5)[0]
    tokens = torch.randint(13, (2, 7))
    cache = expected = None
    for start, end in ((0, 4), (4, 5), (5, 7)):
        logits, cache = ours.decode(tokens[:, start:end], cache)
        reference, expected = theirs.decode(tokens[:, start:end], expected)
        same((logits, cache), (reference, expected))
    assert torch.allclose(ours(tokens)[0][:, -1], logits, atol=1e-6)


def test_whisper_decodes_with_a_cache(way) -> None:  # type: ignore[no-untyped-def]
    case = Case("language/whisper.nnspec:whisper_tiny", lambda: (), WHISPER)
    ours, theirs = seeded(way(case), 5)[0], seeded(case.twin, 5)[0]
    audio, tokens = torch.randn(2, 6, 12), torch.randint(11, (2, 6))
    cache = expected = None
    for start, end in ((0, 3), (3, 4), (4, 6)):
        logits, cache = ours.decoder(tokens[:, start:end], audio, cache)
        reference, expected = theirs.decoder(tokens[:, start:end], audio, expected)
        same((logits, cache), (reference, expected))


def test_tagger_finds_the_likeliest_path(way) -> None:  # type: ignore[no-untyped-def]
    """Viterbi against the loss of every path there is."""
    case = next(c for c in LANGUAGE if c.name == "bilstm_crf")
    model = seeded(way(case), 5)[0].eval()
    words = torch.randint(1, 11, (1, 4))
    paths = torch.cartesian_prod(*[torch.arange(4)] * 4)
    scores = torch.stack([-model(words, path[None])[1] for path in paths])
    assert torch.equal(model.tag(words)[0], paths[scores.argmax()])
    assert torch.allclose(scores.exp().sum(), torch.tensor(1.0), atol=1e-5)


def test_sequence_translates_greedily(way) -> None:  # type: ignore[no-untyped-def]
    """What is written is what is the likeliest when it is read back."""
    case = next(c for c in LANGUAGE if c.name == "seq2seq")
    model = seeded(way(case), 5)[0].eval()
    source = torch.randint(13, (3, 5))
    written = model.greedy(source, 1, 6)
    read = torch.cat([torch.ones(3, 1, dtype=torch.long), written[:, :-1]], dim=1)
    assert torch.equal(model(source, read)[0].argmax(-1), written)


def test_state_of_a_language_model_is_carried(way) -> None:  # type: ignore[no-untyped-def]
    case = LANGUAGE[0]
    model = seeded(way(case), 5)[0].eval()
    tokens = torch.randint(11, (2, 6))
    whole, last = model(tokens)
    first, state = model(tokens[:, :4])
    second, state = model(tokens[:, 4:], state)
    assert torch.allclose(torch.cat([first, second], dim=1), whole, atol=1e-6)
    assert torch.allclose(state[0], last[0], atol=1e-6)


def test_clip_loss(way) -> None:  # type: ignore[no-untyped-def]
    case = next(c for c in LANGUAGE if c.name == "vit_b_32")
    model = seeded(way(case), 5)[0]
    images, texts = torch.randn(3, 3, 16, 16), torch.randint(13, (3, 6))
    logits, _ = model(images, texts)
    labels = torch.arange(3)
    cross_entropy = torch.nn.functional.cross_entropy
    expected = (cross_entropy(logits, labels) + cross_entropy(logits.t(), labels)) / 2
    assert torch.equal(model.loss(images, texts), expected)
