"""One convolution per argument."""

from torch import nn


def sequence() -> nn.Module:
    return nn.Conv1d(16, 33, 3, stride=2)


def causal_like() -> nn.Module:
    return nn.Conv1d(4, 4, 2, dilation=4)


def depthwise_sequence() -> nn.Module:
    return nn.Conv1d(6, 12, 5, padding=2, groups=6)


def plain() -> nn.Module:
    return nn.Conv2d(3, 8, 3)


def padded() -> nn.Module:
    return nn.Conv2d(3, 8, 3, padding=1)


def padded_by_name() -> nn.Module:
    return nn.Conv2d(3, 8, 4, padding="same")


def unpadded_by_name() -> nn.Module:
    return nn.Conv2d(3, 8, 5, padding="valid")


def strided() -> nn.Module:
    return nn.Conv2d(3, 8, 3, stride=2, padding=1)


def oblong() -> nn.Module:
    return nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(4, 2))


def dilated() -> nn.Module:
    return nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))


def grouped() -> nn.Module:
    return nn.Conv2d(8, 16, 3, groups=4)


def depthwise() -> nn.Module:
    return nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)


def pointwise() -> nn.Module:
    return nn.Conv2d(8, 4, 1)


def reflected() -> nn.Module:
    return nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect")


def replicated() -> nn.Module:
    return nn.Conv2d(3, 8, 5, padding=2, padding_mode="replicate")


def circular() -> nn.Module:
    return nn.Conv2d(3, 8, 3, padding=(2, 1), padding_mode="circular")


def volume() -> nn.Module:
    return nn.Conv3d(4, 6, 3, stride=2)


def oblong_volume() -> nn.Module:
    return nn.Conv3d(4, 6, (3, 5, 2), stride=(2, 1, 1), padding=(4, 2, 0))
