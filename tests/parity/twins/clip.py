"""CLIP."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class QuickGELU(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class ResidualAttentionBlock(nn.Module):
    def __init__(self, d_model: int, n_head: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(d_model, n_head, batch_first=True)
        self.ln_1 = nn.LayerNorm(d_model)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(d_model, 4 * d_model))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * d_model, d_model))
        self.ln_2 = nn.LayerNorm(d_model)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(
            [ResidualAttentionBlock(width, heads) for _ in range(layers)]
        )
        attn_std = width**-0.5
        proj_std = attn_std * (2 * layers) ** -0.5
        for block in self.resblocks:
            nn.init.normal_(block.attn.in_proj_weight, std=attn_std)
        for block in self.resblocks:
            nn.init.normal_(block.attn.out_proj.weight, std=proj_std)
        for block in self.resblocks:
            nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
        for block in self.resblocks:
            nn.init.normal_(block.mlp.c_proj.weight, std=proj_std)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        for block in self.resblocks:
            x = block(x, mask)
        return x


class VisionTransformer(nn.Module):
    def __init__(
        self, resolution: int, patch: int, width: int, layers: int, heads: int, embed: int
    ) -> None:
        super().__init__()
        scale = width**-0.5
        places = (resolution // patch) ** 2 + 1
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width).normal_(std=scale))
        self.positional_embedding = nn.Parameter(torch.empty(places, width).normal_(std=scale))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, embed).normal_(std=scale))

    def forward(self, image: Tensor) -> Tensor:
        x = self.conv1(image).flatten(2).permute(0, 2, 1)
        cls = self.class_embedding.expand(x.shape[0], 1, -1)
        x = torch.cat([cls, x], dim=1) + self.positional_embedding
        x = self.transformer(self.ln_pre(x))
        return self.ln_post(x[:, 0]) @ self.proj


class CLIP(nn.Module):
    def __init__(
        self,
        embed: int = 512,
        resolution: int = 224,
        vision_layers: int = 12,
        vision_width: int = 768,
        vision_patch: int = 32,
        context: int = 77,
        vocab: int = 49408,
        width: int = 512,
        heads: int = 8,
        layers: int = 12,
    ) -> None:
        super().__init__()
        self.visual = VisionTransformer(
            resolution, vision_patch, vision_width, vision_layers, vision_width // 64, embed
        )
        self.transformer = Transformer(width, layers, heads)
        self.token_embedding = nn.Embedding(vocab, width)
        self.positional_embedding = nn.Parameter(torch.empty(context, width).normal_(std=0.01))
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, embed).normal_(std=width**-0.5))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        mask = torch.full((context, context), -math.inf).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def forward(self, image: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        x = self.token_embedding(text) + self.positional_embedding
        x = self.ln_final(self.transformer(x, self.mask))
        x = x[torch.arange(len(x)), text.argmax(-1)] @ self.text_projection
        images = F.normalize(self.visual(image), dim=-1)
        logits = self.logit_scale.exp() * images @ F.normalize(x, dim=-1).t()
        return logits, logits.t()


def vit_b_32(**sizes: int) -> nn.Module:
    return CLIP(**sizes)
