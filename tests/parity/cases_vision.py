"""The table of models of images, shapes and scenes, at sizes that run in a moment."""

from __future__ import annotations

from .cases import floats
from .harness import Case

VISION = [
    Case("vision/alexnet.nnspec:alexnet", floats(2, 3, 71, 64), {"classes": 5, "hidden": 9}),
    Case("vision/vgg.nnspec:vgg11", floats(2, 3, 32, 40), {"classes": 5, "hidden": 9}),
    Case("vision/vgg.nnspec:vgg16_bn", floats(2, 3, 33, 64), {"classes": 5, "hidden": 9}),
    Case("vision/googlenet.nnspec:googlenet", floats(2, 3, 40, 33), {"classes": 5}),
    Case("vision/googlenet.nnspec:googlenet_aux", floats(2, 3, 40, 64), {"classes": 5}),
    Case(
        "vision/densenet.nnspec:densenet121",
        floats(2, 3, 32, 40),
        {"growth": 4, "depths": [2, 3], "stem": 6, "drop_rate": 0.2, "classes": 5},
    ),
    Case(
        "vision/mobilenetv2.nnspec:mobilenet_v2",
        floats(2, 3, 32, 40),
        {"classes": 5, "settings": [(1, 16, 1, 1), (6, 24, 2, 2)], "width_mult": 0.4},
    ),
    Case("vision/mobilenetv2.nnspec:mobilenet_v2_half", floats(2, 3, 32, 40), {"classes": 5}),
]
