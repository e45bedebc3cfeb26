"""MLP-Mixer."""

from torch import Tensor, nn


class Mlp(nn.Module):
    def __init__(self, in_features: int, hidden: int, drop: float) -> None:
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.act = nn.GELU()
        self.drop1 = nn.Dropout(drop)
        self.fc2 = nn.Linear(hidden, in_features)
        self.drop2 = nn.Dropout(drop)
        nn.init.normal_(self.fc1.bias, std=1e-6)
        nn.init.normal_(self.fc2.bias, std=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop2(self.fc2(self.drop1(self.act(self.fc1(x)))))


class MixerBlock(nn.Module):
    def __init__(
        self, dim: int, patches: int, token_dim: int, channel_dim: int, drop: float
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp_tokens = Mlp(patches, token_dim, drop)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp_channels = Mlp(dim, channel_dim, drop)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mlp_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.mlp_channels(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, patch: int, channels: int, dim: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, dim, patch, stride=patch)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)


class MlpMixer(nn.Module):
    def __init__(
        self,
        classes: int = 1000,
        image: int = 224,
        patch: int = 16,
        dim: int = 768,
        depth: int = 12,
        ratio: tuple[float, float] = (0.5, 4.0),
        drop: float = 0.0,
    ) -> None:
        super().__init__()
        patches = (image // patch) ** 2
        self.stem = PatchEmbed(patch, 3, dim)
        self.blocks = nn.Sequential(
            *[
                MixerBlock(dim, patches, int(ratio[0] * dim), int(ratio[1] * dim), drop)
                for _ in range(depth)
            ]
        )
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.blocks(self.stem(x))).mean(1))


def mixer_b16(**sizes: object) -> nn.Module:
    return MlpMixer(**sizes)
