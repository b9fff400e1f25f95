from __future__ import annotations

import itertools

import pytest
import torch

from vae_core.code_prior import HEAD, CodePrior


@pytest.fixture
def prior() -> CodePrior:
    """A prior over maps of five codes out of three, whose logits are far from even."""
    torch.manual_seed(0)
    made = CodePrior(3, 5, 2 * HEAD, 2)
    with torch.no_grad():
        made.logits.weight.mul_(5)
    return made.requires_grad_(False)


def every_map(codes: int, places: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product(range(codes), repeat=places)))


def test_the_probabilities_of_all_maps_sum_to_one(prior: CodePrior) -> None:
    log_prob = prior.log_prob(every_map(3, 5))
    assert log_prob.exp().sum().item() == pytest.approx(1, abs=1e-5)
    assert log_prob.std() > 0.1


@pytest.mark.parametrize("place", range(5))
def test_no_logits_depend_on_their_own_code_or_on_later_ones(prior: CodePrior, place: int) -> None:
    indices = torch.tensor([[0, 1, 2, 0, 1]])
    other = indices.clone()
    other[:, place:] = (other[:, place:] + 1) % 3
    before, after = prior(indices), prior(other)
    assert torch.equal(before[:, : place + 1], after[:, : place + 1])
    assert place == 4 or not torch.equal(before[:, place + 1], after[:, place + 1])


def test_drawn_maps_are_as_frequent_as_they_are_likely(prior: CodePrior) -> None:
    count = 20_000
    drawn = prior.sample(count, torch.Generator().manual_seed(1))
    powers = 3 ** torch.arange(4, -1, -1)
    found = torch.bincount((drawn * powers).sum(1), minlength=3**5) / count
    wanted = prior.log_prob(every_map(3, 5)).exp()
    # Five standard errors of each share.
    assert (found - wanted).abs().le(5 * (wanted / count).sqrt() + 1e-4).all()


def test_the_generator_decides_the_draws(prior: CodePrior) -> None:
    one, same, other = (prior.sample(8, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_low_temperature_keeps_to_the_likeliest_codes(prior: CodePrior) -> None:
    cold, likeliest = (
        prior.sample(50, torch.Generator().manual_seed(0), temperature) for temperature in (1e-4, 0)
    )
    assert torch.equal(cold, likeliest)
    assert (likeliest == likeliest[0]).all()
    indices = likeliest[:1]
    assert torch.equal(prior(indices).argmax(-1), indices)
    hot = prior.sample(500, torch.Generator().manual_seed(0), 100.0)
    assert prior.log_prob(hot).mean() < prior.log_prob(prior.sample(500)).mean()


def test_no_draws_are_no_rows(prior: CodePrior) -> None:
    assert prior.sample(0).shape == (0, 5)
