"""A variational autoencoder with convolutions."""

import torch
from torch import Tensor, nn


class VAE(nn.Module):
    def __init__(self, channels: list[int], image: int, latent: int) -> None:
        super().__init__()
        side = image // 2 ** len(channels)
        self.shape = (channels[-1], side, side)
        size = channels[-1] * side * side
        stages = []
        previous = 3
        for c in channels:
            conv = nn.Conv2d(previous, c, 3, stride=2, padding=1)
            stages.append(nn.Sequential(conv, nn.BatchNorm2d(c), nn.LeakyReLU()))
            previous = c
        self.encoder = nn.Sequential(*stages)
        self.to_mean = nn.Linear(size, latent)
        self.to_log_var = nn.Linear(size, latent)
        self.from_latent = nn.Linear(latent, size)
        stages = []
        for c in [*channels[:-1][::-1], channels[0]]:
            conv = nn.ConvTranspose2d(previous, c, 3, stride=2, padding=1, output_padding=1)
            stages.append(nn.Sequential(conv, nn.BatchNorm2d(c), nn.LeakyReLU()))
            previous = c
        last = nn.Conv2d(previous, 3, 3, padding=1)
        self.decoder = nn.Sequential(*stages, last, nn.Tanh())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        code = torch.flatten(self.encoder(x), start_dim=1)
        mean, log_var = self.to_mean(code), self.to_log_var(code)
        z = mean
        if self.training:
            std = torch.exp(0.5 * log_var)
            z = mean + torch.randn_like(std) * std
        return self.decoder(self.from_latent(z).view(-1, *self.shape)), mean, log_var


vae = VAE
