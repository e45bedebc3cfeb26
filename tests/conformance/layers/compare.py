"""Where checker and torch disagree about a configuration."""

from __future__ import annotations

from typing import Any

from nnspec.semantics.values import Layer
from tests.conformance import harness
from tests.conformance.layers import checked, stricter, truth
from tests.conformance.layers.config import Config, tensors


class Verdict:
    """What was found of a configuration.

    wrong: the disagreement, None where there is none. expected: what torch gives, None where it refuses.
    """

    def __init__(self, wrong: str | None, expected: Any = None, valid: bool = False) -> None:
        self.wrong = wrong
        self.expected = expected
        self.valid = valid


def compare(config: Config) -> Verdict:
    """Run a configuration through both."""
    checker = harness.Checker()
    try:
        layer: harness.Outcome | None = checked.construct(checker, config)
    except checked.Failed:
        layer = None
    found = layer
    if layer is not None and not layer.refused:
        found = checked.call(checker, layer, config)
    if found is not None and stricter.means_nothing(found):
        return Verdict(None)
    try:
        real, expected = truth.outcome(config)
    except truth.Unknown:
        return Verdict(None)
    except truth.Refused as e:
        if found is None or found.refused:
            return Verdict(None)
        return Verdict(f"torch refuses ({str(e)[:200]}), the checker gives {found}")
    if layer is None or found is None or found.refused:
        reason = None if found is None else stricter.reason(config, found, expected)
        if reason is not None:
            return Verdict(None)
        return Verdict(f"torch gives {harness._shown(expected)}, the checker refuses: {found}")
    said = harness.differs(found.value, expected)
    assert isinstance(layer.value, Layer)
    if said is None:
        own = checked.own_tensors(layer.value, checker.frame)
        theirs = checked.real_tensors(real)
        if own != theirs and not _weights_apart(config):
            said = f"tensors {own} for {theirs}"
        elif checked.count(layer.value, checker.frame) != sum(p.numel() for p in real.parameters()):
            said = "another number of parameters"
    return Verdict(said, expected, True)


def _weights_apart(config: Config) -> bool:
    """Whether a layer is given weights of another dtype than it makes: buffers are float32 in a declaration."""
    return any(x.dtype != "float32" for x in tensors([*config.args, *config.kwargs.values()]))
