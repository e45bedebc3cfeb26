"""The memory that `nnspec show` tells, against the tensors that torch makes while the emitted module runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

import nnspec
from nnspec.project import Project
from nnspec.semantics.values import Tensor
from nnspec.show.survey import Survey, survey
from nnspec.targets import choose

from .harness import SPECS
from .test_show import stand_in

MODELS = {
    "vision/lenet.nnspec:LeNet": {"B": 2},
    "vision/alexnet.nnspec:alexnet": {"B": 1, "H": 64, "W": 80},
    "vision/resnet.nnspec:resnet18": {"B": 1, "H": 64, "W": 64},
    "vision/mobilenetv2.nnspec:mobilenet_v2": {"B": 1, "H": 64, "W": 64},
    "vision/vgg.nnspec:vgg11": {"B": 1, "H": 64, "W": 64},
    "vision/vit.nnspec:vit_tiny": {"B": 1, "depth": 2},
    "vision/vae.nnspec:vae": {"B": 2},
    "vision/mlp_mixer.nnspec:mixer_s32": {"B": 1},
    "language/llama.nnspec:llama2_7b": {
        "B": 1,
        "T": 16,
        "depth": 2,
        "dim": 64,
        "heads": 4,
        "kv_heads": 2,
        "vocab": 50,
    },
    "language/bert.nnspec:bert_base": {"B": 1, "T": 16},
    "language/lstm.nnspec:lstm_medium": {"B": 2, "T": 8},
    "language/textcnn.nnspec:textcnn": {"B": 2, "T": 16},
}

# The attention of the meta device lays its result out in another order than those of real ones do.
ON_CPU = {"language/llama.nnspec:llama2_7b", "vision/vit.nnspec:vit_tiny"}


class Made(TorchFunctionMode):
    """Adds up the bytes of what the functions of torch give, each storage once; inside torch's own layers nothing."""

    def __init__(self, model: nn.Module, known: list[torch.Tensor]) -> None:
        super().__init__()
        self.total = 0
        self.inside = 0
        # What is alive keeps its storage, so that no other tensor comes to stand there.
        self.alive: list[torch.Tensor] = []
        self.seen: set[int] = set()
        for x in (*known, *model.parameters(), *model.buffers()):
            self.seen.add(x.untyped_storage()._cdata)
        for layer in model.modules():
            if type(layer).__module__.startswith("torch.nn") and not isinstance(
                layer, (nn.Sequential, nn.ModuleList, nn.ModuleDict)
            ):
                layer.register_forward_pre_hook(self._enter)
                layer.register_forward_hook(self._leave)

    def _enter(self, *_: Any) -> None:
        self.inside += 1

    def _leave(self, layer: nn.Module, given: Any, result: Any) -> None:
        self.inside -= 1
        self._count(result)

    def _count(self, result: Any) -> None:
        for x in _tensors(result) if not self.inside else ():
            place = x.untyped_storage()._cdata
            if place not in self.seen:
                self.seen.add(place)
                self.alive.append(x)
                self.total += x.numel() * x.element_size()

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        self._count(result)
        return result


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


@pytest.mark.parametrize("name", MODELS)
def test_memory_is_what_torch_makes(name: str) -> None:
    path, _, called = name.partition(":")
    sizes = MODELS[name]
    project = Project(SPECS)
    entry = project.entry(str(SPECS / path))
    assert entry.scope is not None
    target = choose(entry.scope, called)
    found = survey(target, project.catalog, sizes)
    assert isinstance(found, Survey), found
    params = {param.name for param in target.signature.params} if target.signature else set()
    place = "cpu" if name in ON_CPU else "meta"
    with torch.device(place):
        model = nnspec.load(
            str(SPECS / name), **{n: size for n, size in sizes.items() if n in params}
        ).train()
    values = [value for value in found.inputs.values() if isinstance(value, Tensor)]
    inputs = [torch.zeros_like(stand_in(value), device=place) for value in values]
    with torch.no_grad(), Made(model, inputs) as made:
        model(*inputs)
    assert found.row.memory == made.total
