"""A codebook: the nearest of its vectors stands for each vector of a map, and moves to the mean of those.

    n_k <- g n_k + (1 - g) |S_k| / M,    m_k <- g m_k + (1 - g) sum_{x in S_k} x / M,    e_k <- m_k / n_k

for a batch of M vectors of which S_k are nearest to e_k, with decay g: van den Oord, Vinyals & Kavukcuoglu (2017),
"Neural Discrete Representation Learning", appendix A.1, with shares for counts, so that batches may differ in size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

DEAD = 0.03
"""A code used less than this share of an even use is dead."""
GRACE = 10
"""Steps in a row that a code begun anew may go unused before it is dead again."""


class Codebook(nn.Module):
    """K vectors of D numbers, which learn by moving averages instead of by gradients.

    A code whose use has fallen below `DEAD` / K begins anew at a vector drawn from the batch: Dhariwal et al. (2020),
    "Jukebox", section 3.1, random restarts. At the beginning all are dead, so that the first batch fills the book.

    Attributes
    ----------
    vectors : Tensor [K, D]
        e, the codes.
    usage : Tensor [K]
        n, the moving average of the share of vectors that a code stands for.
    sums : Tensor [K, D]
        m, that of the sum of these vectors over the size of the batch.
    """

    vectors: Tensor
    usage: Tensor
    sums: Tensor

    def __init__(self, codes: int, dimensions: int, decay: float) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("vectors", torch.randn(codes, dimensions))
        self.register_buffer("usage", torch.zeros(codes))
        self.register_buffer("sums", torch.zeros(codes, dimensions))
        self._seen: tuple[Tensor, Tensor, Tensor] | None = None

    def nearest(self, x: Tensor) -> Tensor:
        """Return the index of the code nearest to each vector, [...] for x [..., D]."""
        # |x - e|^2 without |x|^2, which all codes have in common.
        away = (self.vectors**2).sum(1) - 2 * x @ self.vectors.T
        return away.argmin(-1)

    def forward(self, indices: Tensor) -> Tensor:
        """Return the vectors of codes, [..., D] for indices [...]."""
        return self.vectors[indices]

    def note(self, x: Tensor, indices: Tensor, generator: torch.Generator | None = None) -> None:
        """Remember vectors x [M, D] of a batch, their codes [M] and K vectors drawn among them, for :meth:`update`."""
        rows = torch.randint(len(x), (len(self.vectors),), generator=generator)
        self._seen = x, indices, x[rows]

    @torch.no_grad()
    def update(self) -> None:
        """Move the codes by what :meth:`note` remembered last, once."""
        if self._seen is None:
            return
        (x, indices, drawn), self._seen = self._seen, None
        share = torch.bincount(indices, minlength=len(self.vectors)) / len(x)
        total = torch.zeros_like(self.sums).index_add_(0, indices, x) / len(x)
        self.usage.lerp_(share, 1 - self.decay)
        self.sums.lerp_(total, 1 - self.decay)
        least = DEAD / len(self.vectors)
        dead = self.usage < least
        # Little weight, so that it soon lies at the mean of those it stands for.
        anew = least / max(self.decay, 0.5) ** GRACE
        self.usage[dead], self.sums[dead] = anew, drawn[dead] * anew
        self.vectors.copy_(self.sums / self.usage[:, None])


def perplexity(indices: Tensor, codes: int) -> Tensor:
    """Return exp of the entropy of codes' use in a batch: how many codes would do if all were used alike, 1 to K."""
    share = torch.bincount(indices.flatten(), minlength=codes) / indices.numel()
    return torch.exp(torch.special.entr(share).sum())
