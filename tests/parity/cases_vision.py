"""The table of models of images, shapes and scenes, at sizes that run in a moment."""

from __future__ import annotations

import torch

from .cases import floats
from .harness import Case

VIT = {
    "image": 16,
    "patch": 4,
    "classes": 5,
    "dim": 12,
    "depth": 2,
    "num_heads": 3,
    "drop": 0.1,
    "drop_path": 0.3,
}

PERCEIVER = {
    "bands": 2,
    "depth": 2,
    "latents": 3,
    "dim": 8,
    "heads": 2,
    "head_dim": 4,
    "classes": 5,
}

VISION = [
    Case("vision/alexnet.nnspec:alexnet", floats(2, 3, 71, 64), {"classes": 5, "hidden": 9}),
    Case("vision/vgg.nnspec:vgg11", floats(2, 3, 32, 40), {"classes": 5, "hidden": 9}),
    Case("vision/vgg.nnspec:vgg16_bn", floats(1, 3, 33, 64), {"classes": 5, "hidden": 2}),
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
    Case("vision/unet.nnspec:unet", floats(2, 3, 21, 34), {"base": 2}),
    Case("vision/unet.nnspec:unet_bilinear", floats(2, 3, 33, 35), {"base": 2}),
    Case("vision/unet.nnspec:original_unet", floats(2, 1, 44, 60), {"channels": [3, 6]}),
    Case("vision/vit.nnspec:vit_base", floats(2, 3, 16, 16), VIT),
    Case("vision/vit.nnspec:vit_base", floats(2, 3, 16, 16), {**VIT, "drop": 0, "drop_path": 0}),
    Case("vision/vit.nnspec:vit_large_gap", floats(2, 3, 16, 16), VIT),
    Case(
        "vision/swin.nnspec:swin_t",
        floats(2, 3, 32, 32),
        {
            "image": 32,
            "patch": 2,
            "classes": 5,
            "dim": 6,
            "depths": [2, 3, 1],
            "heads": [2, 3, 4],
            "window": 4,
            "drop": 0.1,
        },
    ),
    Case(
        "vision/convnext.nnspec:convnext_tiny",
        floats(2, 3, 32, 40),
        {
            "classes": 5,
            "depths": [1, 2],
            "dims": [4, 6],
            "drop_path": 0.4,
            "layer_scale": 0.5,
            "head_scale": 0.1,
        },
    ),
    Case(
        "vision/hrnet.nnspec:hrnet_w18",
        floats(2, 3, 32, 48),
        {"width": 4, "modules_per_stage": (1, 2), "classes": 3},
    ),
    Case("vision/dcgan.nnspec:Generator", floats(2, 7, 1, 1), {"nz": 7, "ngf": 3}),
    Case("vision/dcgan.nnspec:Discriminator", floats(2, 3, 64, 64), {"ndf": 3}),
    Case(
        "vision/vae.nnspec:vae",
        floats(3, 3, 16, 16),
        {"channels": [4, 5, 6], "image": 16, "latent": 3},
    ),
    Case(
        "vision/diffusion_unet.nnspec:ddpm",
        lambda: (torch.randn(2, 3, 16, 8), torch.tensor([3, 700])),
        {"base": 8, "multipliers": [1, 2], "attention_at": [1]},
    ),
    Case(
        "vision/diffusion_unet.nnspec:conditional_ddpm",
        lambda: (torch.randn(2, 3, 8, 8), torch.tensor([3, 700]), torch.tensor([1, 0])),
        {"base": 8, "multipliers": [1, 2], "attention_at": [0], "classes": 2},
    ),
    Case("vision/style_features.nnspec:StyleFeatures", floats(1, 3, 8, 12)),
    Case(
        "vision/style_features.nnspec:Siamese",
        lambda: (torch.randn(3, 1, 28, 28), torch.randn(3, 1, 28, 28)),
        {"dim": 5},
    ),
    Case("vision/pointnet.nnspec:PointNet", floats(2, 3, 20), {"classes": 4}),
    Case(
        "vision/pointnet.nnspec:NeRF",
        lambda: (torch.randn(4, 5, 3), torch.randn(4, 5, 3)),
        {"depth": 4, "width": 8, "skips": [1]},
    ),
    Case(
        "vision/pointnet.nnspec:GCN",
        lambda: (torch.randn(6, 5), torch.rand(6, 6)),
        {"dims": [5, 4, 3]},
    ),
    Case(
        "vision/efficientnet.nnspec:efficientnet_b0",
        floats(2, 3, 32, 40),
        {"width": 0.3, "depth": 0.6, "classes": 5},
    ),
    Case(
        "vision/resnext.nnspec:resnext50_32x4d",
        floats(2, 3, 32, 40),
        {"depths": [1, 2, 1, 1], "classes": 5},
    ),
    Case(
        "vision/resnext.nnspec:se_resnet18",
        floats(2, 3, 32, 40),
        {"depths": [1, 1, 2, 1], "classes": 5},
    ),
    Case("vision/perceiver.nnspec:images", floats(2, 5, 4, 3), PERCEIVER),
    Case(
        "vision/perceiver.nnspec:Perceiver",
        lambda: (torch.randn(2, 9, 1), torch.arange(9).expand(2, -1) < torch.tensor([[9], [4]])),
        {**PERCEIVER, "channels": 1, "axes": 1},
    ),
    Case("vision/perceiver.nnspec:Perceiver", floats(2, 2, 3, 4, 3), {**PERCEIVER, "axes": 3}),
    Case("vision/fno.nnspec:fno", floats(2, 9, 8, 1), {"modes": 3, "width": 4, "depth": 2}),
]
