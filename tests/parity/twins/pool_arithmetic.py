"""One max pooling per argument."""

from torch import nn


def halves() -> nn.Module:
    return nn.MaxPool2d(2)


def overlapping() -> nn.Module:
    return nn.MaxPool2d(3, stride=2)


def centred() -> nn.Module:
    return nn.MaxPool2d(3, stride=2, padding=1)


def oblong() -> nn.Module:
    return nn.MaxPool2d((3, 2), stride=(2, 1))


def dilated() -> nn.Module:
    return nn.MaxPool2d(3, stride=1, dilation=2)


def rounded_up() -> nn.Module:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


def rounded_up_inside() -> nn.Module:
    return nn.MaxPool2d(2, stride=3, padding=1, ceil_mode=True)


def with_indices() -> nn.Module:
    return nn.MaxPool2d(2, return_indices=True)
