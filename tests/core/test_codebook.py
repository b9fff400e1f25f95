from __future__ import annotations

import pytest
import torch

from vae_core.codebook import DEAD, GRACE, Codebook, perplexity


def book(vectors: list[list[float]], usage: list[float], decay: float = 0.5) -> Codebook:
    made = Codebook(len(vectors), len(vectors[0]), decay)
    made.vectors.copy_(torch.tensor(vectors))
    made.usage.copy_(torch.tensor(usage))
    made.sums.copy_(made.vectors * made.usage[:, None])
    return made


def test_the_nearest_code_is_the_one_at_the_smallest_distance() -> None:
    torch.manual_seed(0)
    codes, x = Codebook(7, 3, 0.9), torch.randn(5, 2, 3)
    away = torch.cdist(x.flatten(0, 1), codes.vectors).view(5, 2, 7)
    torch.testing.assert_close(codes.nearest(x), away.argmin(-1))


def test_codes_move_by_the_moving_averages_of_the_paper() -> None:
    codes = book([[0.0, 0.0], [4.0, 0.0]], [0.5, 0.5])
    x = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [5.0, 1.0]])
    codes.note(x, codes.nearest(x))
    codes.update()
    # n_1 = (0.5 + 3/4) / 2, m_1 = (0 + (2, 3) / 4) / 2; n_2 = (0.5 + 1/4) / 2, m_2 = ((2, 0) + (5, 1) / 4) / 2.
    torch.testing.assert_close(codes.usage, torch.tensor([0.625, 0.375]))
    torch.testing.assert_close(codes.sums, torch.tensor([[0.25, 0.375], [1.625, 0.125]]))
    torch.testing.assert_close(codes.vectors, torch.tensor([[0.4, 0.6], [1.625 / 0.375, 0.125 / 0.375]]))


def test_codes_that_stand_for_a_fixed_set_come_to_lie_at_its_means() -> None:
    codes = book([[0.0], [10.0]], [0.5, 0.5], decay=0.9)
    x = torch.tensor([[1.0], [3.0], [8.0], [9.0]])
    for _ in range(200):
        codes.note(x, codes.nearest(x))
        codes.update()
    torch.testing.assert_close(codes.vectors, torch.tensor([[2.0], [8.5]]))


def test_a_dead_code_begins_anew_at_a_vector_of_the_batch_and_a_living_one_stays() -> None:
    codes = book([[0.0], [100.0]], [1.0, 0.0])
    x = torch.tensor([[1.0], [2.0], [3.0]])
    codes.note(x, codes.nearest(x), torch.Generator().manual_seed(0))
    codes.update()
    assert codes.vectors[1] in x
    torch.testing.assert_close(codes.vectors[0], torch.tensor([1.0]))
    torch.testing.assert_close(codes.sums[1], codes.vectors[1] * codes.usage[1])
    assert codes.usage[1] > DEAD / 2


def test_a_code_begun_anew_has_a_few_steps_to_be_used() -> None:
    codes = book([[0.0], [100.0]], [1.0, 0.0], decay=0.9)
    x, unused = torch.zeros(4, 1), torch.zeros(4, dtype=torch.long)
    begun = []
    for step in range(2 * GRACE + 4):
        codes.note(x + step, unused, torch.Generator().manual_seed(0))
        codes.update()
        begun.append(codes.vectors[1].item())
    assert begun[: GRACE - 1] == [0.0] * (GRACE - 1)
    assert begun[-1] >= GRACE


def test_the_first_batch_fills_the_book() -> None:
    torch.manual_seed(0)
    codes, x = Codebook(6, 2, 0.97), torch.randn(50, 2)
    codes.note(x, codes.nearest(x), torch.Generator().manual_seed(0))
    codes.update()
    near = torch.cdist(codes.vectors, x).amin(1)
    assert (near < 1e-5).sum() >= 4
    assert codes.vectors.isfinite().all()


def test_an_update_counts_once_and_only_after_a_note() -> None:
    codes = book([[0.0], [4.0]], [0.5, 0.5])
    before = codes.vectors.clone()
    codes.update()
    assert torch.equal(codes.vectors, before)
    codes.note(torch.tensor([[1.0], [5.0]]), torch.tensor([0, 1]))
    codes.update()
    once = codes.vectors.clone()
    codes.update()
    assert torch.equal(codes.vectors, once)
    assert not torch.equal(once, before)


def test_the_decay_says_how_slowly_codes_follow() -> None:
    moved = []
    for decay in (0.9, 0.1):
        codes = book([[0.0]], [1.0], decay)
        codes.note(torch.ones(3, 1), torch.zeros(3, dtype=torch.long))
        codes.update()
        moved.append(codes.vectors.item())
    assert moved == pytest.approx([0.1, 0.9])


def test_perplexity_is_the_number_of_codes_used_alike() -> None:
    assert perplexity(torch.tensor([[2, 2], [2, 2]]), 5).item() == pytest.approx(1)
    assert perplexity(torch.tensor([[0, 1], [2, 3]]), 5).item() == pytest.approx(4)
    assert 1 < perplexity(torch.tensor([0, 0, 0, 1]), 5).item() < 2
