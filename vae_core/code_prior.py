"""An autoregressive prior over maps of codes, read row by row: a small causal transformer.

    log p(c) = sum_t log p(c_t | c_1 ... c_{t-1})

Vaswani et al. (2017), "Attention Is All You Need", with the norm before each part (Xiong et al. 2020), learned places
and a token of its own to begin with. A model over codes is what van den Oord et al. (2017) draw images from.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEAD = 16
"""Dimensions of an attention head."""

Past = tuple[Tensor, Tensor]
"""Keys and values [N, heads, places, HEAD] of the places so far."""


class CodePrior(nn.Module):
    """p(c) for c of `places` codes out of `codes`.

    Parameters
    ----------
    codes, places : int
    width : int
        Numbers that stand for a place inside, a multiple of `HEAD`.
    layers : int
    """

    def __init__(self, codes: int, places: int, width: int, layers: int) -> None:
        super().__init__()
        self.codes, self.places = codes, places
        # The last token is what stands before the first code.
        self.tokens = nn.Embedding(codes + 1, width)
        self.positions = nn.Parameter(torch.empty(places, width))
        self.blocks = nn.ModuleList(Block(width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.logits = nn.Linear(width, codes)
        for weight in (self.tokens.weight, self.positions):
            nn.init.normal_(weight, std=0.02)

    def forward(self, indices: Tensor) -> Tensor:
        """Return each place's logits [N, places, codes] given the codes before it, for int64 indices [N, places]."""
        x = self.tokens(self._begun(indices)[:, :-1]) + self.positions
        for block in self.blocks:
            x, _ = block(x)
        logits: Tensor = self.logits(self.norm(x))
        return logits.float()

    def log_prob(self, indices: Tensor) -> Tensor:
        """Return log p(c) in nats, [N], for int64 indices [N, places]."""
        logits = self(indices).flatten(0, 1)
        return -F.cross_entropy(logits, indices.flatten(), reduction="none").view_as(indices).sum(1)

    @torch.inference_mode()
    def sample(
        self, count: int, generator: torch.Generator | None = None, temperature: float = 1.0
    ) -> Tensor:
        """Draw codes [count, places], each place's logits over `temperature`; at 0 the likeliest one at each place."""
        indices = self._begun(torch.empty(count, 0, dtype=torch.long))
        past: list[Past | None] = [None] * len(self.blocks)
        for place in range(self.places):
            x = self.tokens(indices[:, -1:]) + self.positions[place]
            for n, block in enumerate(self.blocks):
                x, past[n] = block(x, past[n])
            logits = self.logits(self.norm(x[:, 0])).float()
            indices = torch.cat([indices, _drawn(logits, generator, temperature)], dim=1)
        return indices[:, 1:]

    def _begun(self, indices: Tensor) -> Tensor:
        return F.pad(indices, (1, 0), value=self.codes)


class Block(nn.Module):
    """Causal self-attention and a network for each place, [N, places, width] -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // HEAD
        self.norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, past: Past | None = None) -> tuple[Tensor, Past]:
        """Return the places' new x, and keys and values with theirs; with a `past`, x is the one place after it."""
        shape = (*x.shape[:2], 3, self.heads, HEAD)
        query, key, value = self.attention(self.norm(x)).view(shape).permute(2, 0, 3, 1, 4)
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        x = x + self.joined(seen.transpose(1, 2).flatten(2))
        return x + self.outer(F.gelu(self.inner(self.second_norm(x)))), (key, value)


def _drawn(logits: Tensor, generator: torch.Generator | None, temperature: float) -> Tensor:
    if temperature == 0:
        return logits.argmax(1, keepdim=True)
    return torch.multinomial(torch.softmax(logits / temperature, dim=1), 1, generator=generator)
