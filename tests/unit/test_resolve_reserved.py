"""The static list of nn.Module's attributes is that of the installed torch."""

from __future__ import annotations

import pytest

from nnspec.semantics.resolve.reserved import (
    CONTAINER_ATTRIBUTES,
    MODULE_ATTRIBUTES,
    another,
    key_trouble,
    member_trouble,
    top_level_trouble,
)


def test_every_attribute_of_nn_module_is_listed() -> None:
    nn = pytest.importorskip("torch.nn")
    names = {*dir(nn.Module()), *nn.Module.__annotations__}
    assert {name for name in names if not name.startswith("__")} <= MODULE_ATTRIBUTES


@pytest.mark.parametrize("container", CONTAINER_ATTRIBUTES)
def test_a_container_keeps_layers_under_all_names_that_are_not_listed(container: str) -> None:
    nn = pytest.importorskip("torch.nn")
    made = getattr(nn, container)()
    own = {name for name in dir(made) if not hasattr(nn.Module(), name) and name[:2] != "__"}
    assert own == CONTAINER_ATTRIBUTES[container]
    for key in (*own, "type", "a.b", "", "weight", "append_", "a b", "lambda"):
        try:
            made.add_module(key, nn.ReLU())
        except KeyError:
            assert key_trouble(key, container)
        else:
            assert key_trouble(key, container) is None


@pytest.mark.parametrize(
    "name", ["lambda", "modules", "train", "half", "forward", "training", "__x"]
)
def test_members_cannot_be_called(name: str) -> None:
    assert member_trouble(name)
    assert member_trouble(another(name)) is None


@pytest.mark.parametrize("name", ["weight", "layer1", "print", "len", "match", "F"])
def test_members_can_be_called(name: str) -> None:
    assert member_trouble(name) is None


@pytest.mark.parametrize(
    "name", ["nn", "torch", "F", "Tensor", "super", "range", "class", "__all__"]
)
def test_declarations_cannot_be_called(name: str) -> None:
    assert top_level_trouble(name)
    assert top_level_trouble(another(name)) is None


def test_a_method_may_be_called_forward() -> None:
    assert member_trouble("forward", method=True) is None
