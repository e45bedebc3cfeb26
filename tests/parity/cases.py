"""The table: a model of a spec, example inputs, hyperparameters."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .harness import Case

Inputs = Callable[[], tuple[Tensor, ...]]


def floats(*shape: int) -> Inputs:
    """One float tensor."""
    return lambda: (torch.randn(*shape),)


def tokens(*shape: int, vocab: int) -> Inputs:
    """One tensor of token numbers."""
    return lambda: (torch.randint(vocab, shape),)


BASICS = [
    Case("basics/simple_net.nnspec:SimpleNet", floats(5, 16)),
    Case("basics/simple_net.nnspec:SimpleNet", floats(5, 16), {"classes": 2}),
    Case("basics/linear_batchnorm.nnspec:BatchNormNet", floats(6, 784)),
    Case(
        "basics/linear_batchnorm.nnspec:BatchNormNet",
        floats(6, 20),
        {"in_dim": 20, "hidden1": 12, "hidden2": 8, "out_dim": 3},
    ),
    Case("basics/sequential_naming.nnspec:numbered", floats(2, 3, 6, 5)),
    Case("basics/sequential_naming.nnspec:named", floats(2, 3, 6, 5)),
    Case("basics/sequential_naming.nnspec:from_dict", floats(2, 3, 6, 5)),
    Case("basics/sequential_naming.nnspec:computed", floats(2, 3, 6, 5)),
    Case("basics/sequential_naming.nnspec:AddModule", floats(2, 3, 6, 5)),
    Case("basics/sequential_naming.nnspec:AddModule", floats(2, 3, 6, 5), {"depth": 11}),
    Case("basics/centered_layer.nnspec:CenteredLayer", floats(5)),
    Case("basics/centered_layer.nnspec:CenteredLayer", floats(2, 3, 4)),
    Case("basics/centered_layer.nnspec:net", floats(4, 8)),
    Case("basics/my_linear.nnspec:MyLinear", floats(4, 5), {"in_units": 5, "units": 3}),
    Case("basics/my_linear.nnspec:net", floats(4, 64)),
    Case("basics/mlp.nnspec:MLP", floats(4, 20)),
    Case("basics/mlp.nnspec:MLP", floats(2, 3, 4), {"in_dim": 4, "width": 6, "out_dim": 1}),
    Case("basics/my_sequential.nnspec:net", floats(4, 20)),
    Case("basics/fixed_hidden_mlp.nnspec:FixedHiddenMLP", floats(4, 20)),
    Case("basics/nest_mlp.nnspec:NestMLP", floats(4, 20)),
    Case("basics/nest_mlp.nnspec:chimera", floats(4, 20)),
    Case("basics/control_flow.nnspec:FixedHiddenMLP", floats(4, 20)),
    Case("basics/control_flow.nnspec:NestMLP", floats(4, 20)),
    Case("basics/control_flow.nnspec:chimera", floats(4, 20)),
    Case("basics/nested_blocks.nnspec:rgnet", floats(4, 4)),
    Case("basics/initialisation.nnspec:gaussian", floats(4, 4)),
    Case("basics/initialisation.nnspec:ones_everywhere", floats(4, 4)),
    Case("basics/initialisation.nnspec:xavier_and_42", floats(4, 4)),
    Case("basics/initialisation.nnspec:custom", floats(4, 4)),
    Case("basics/initialisation.nnspec:in_two_steps", floats(4, 4)),
    Case("basics/initialisation.nnspec:Initialised", floats(4, 4)),
    Case("basics/initialisation.nnspec:Initialised", floats(4, 4), {"width": 3}),
    Case("basics/shared_layer.nnspec:SharedLayer", floats(4, 4)),
    Case("basics/sharing.nnspec:SharedMLP", floats(4, 4)),
    Case("basics/sharing.nnspec:TinyLM", tokens(2, 5, vocab=1000)),
    Case("basics/sharing.nnspec:TinyLM", tokens(2, 5, vocab=9), {"vocab": 9, "dim": 4}),
    Case("basics/regression.nnspec:Regression", floats(9, 1)),
    Case("basics/perceptron.nnspec:perceptron", floats(4, 3)),
    Case(
        "basics/perceptron.nnspec:Perceptron",
        floats(4, 6),
        {"in_features": 6, "hidden_features": 5, "out_features": 2},
    ),
    Case("basics/simple_cnn.nnspec:SimpleCNN", floats(3, 1, 28, 28)),
    Case("basics/simple_cnn.nnspec:SimpleCNN", floats(3, 1, 28, 28), {"classes": 2, "dropout": 0}),
]

ARITHMETIC = [
    Case("basics/conv_arithmetic.nnspec:sequence", floats(2, 16, 50)),
    Case("basics/conv_arithmetic.nnspec:causal_like", floats(2, 4, 20)),
    Case("basics/conv_arithmetic.nnspec:depthwise_sequence", floats(2, 6, 20)),
    Case("basics/conv_arithmetic.nnspec:plain", floats(2, 3, 8, 8)),
    Case("basics/conv_arithmetic.nnspec:plain", floats(3, 8, 8)),
    Case("basics/conv_arithmetic.nnspec:padded", floats(2, 3, 8, 5)),
    Case("basics/conv_arithmetic.nnspec:padded_by_name", floats(2, 3, 8, 5)),
    Case("basics/conv_arithmetic.nnspec:unpadded_by_name", floats(2, 3, 8, 7)),
    Case("basics/conv_arithmetic.nnspec:strided", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:oblong", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:dilated", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:grouped", floats(2, 8, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:depthwise", floats(2, 8, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:pointwise", floats(2, 8, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:reflected", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:replicated", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:circular", floats(2, 3, 9, 8)),
    Case("basics/conv_arithmetic.nnspec:volume", floats(2, 4, 7, 5, 6)),
    Case("basics/conv_arithmetic.nnspec:oblong_volume", floats(2, 4, 5, 6, 7)),
    Case("basics/pool_arithmetic.nnspec:halves", floats(2, 6, 9, 8)),
    Case("basics/pool_arithmetic.nnspec:overlapping", floats(2, 6, 9, 8)),
    Case("basics/pool_arithmetic.nnspec:centred", floats(2, 6, 9, 8)),
    Case("basics/pool_arithmetic.nnspec:oblong", floats(2, 6, 9, 8)),
    Case("basics/pool_arithmetic.nnspec:dilated", floats(2, 6, 9, 8)),
    Case("basics/pool_arithmetic.nnspec:rounded_up", floats(2, 6, 10, 8)),
    Case("basics/pool_arithmetic.nnspec:rounded_up_inside", floats(2, 6, 5, 6)),
    Case("basics/pool_arithmetic.nnspec:with_indices", floats(2, 6, 9, 8)),
]

EXAMPLES = [
    Case("vision/lenet.nnspec:LeNet", floats(2, 3, 32, 32)),
    Case("vision/lenet.nnspec:LeNet", floats(2, 3, 32, 32), {"classes": 7}),
    Case("vision/resnet.nnspec:resnet18", floats(2, 3, 64, 48), {"classes": 5}),
    Case("vision/resnet.nnspec:resnet50", floats(2, 3, 64, 64), {"classes": 5}),
    Case(
        "language/gpt2.nnspec:gpt2",
        tokens(2, 7, vocab=31),
        {"vocab": 31, "context": 9, "dim": 12, "depth": 2, "heads": 3, "dropout": 0.2},
    ),
    Case(
        "language/llama.nnspec:llama2_7b",
        tokens(2, 7, vocab=31),
        {"vocab": 31, "dim": 16, "depth": 2, "heads": 4, "kv_heads": 2, "hidden": 24},
    ),
]
