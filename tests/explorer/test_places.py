from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer import places
from vae_core.trained import TrainedModel, load


def test_a_vae_draws_from_its_prior(vae: TrainedModel, rng: np.random.Generator) -> None:
    z = places.draws(vae, 4000, rng, 1.0)
    assert z.shape == (4000, 2)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=0.05)


def test_an_autoencoder_draws_from_its_codes_instead(ae: TrainedModel, rng: np.random.Generator) -> None:
    codes = ae.latent_map.mu
    z = places.draws(ae, 4000, rng, 1.0)
    scale = codes.std(axis=0)
    np.testing.assert_allclose(z.mean(axis=0), codes.mean(axis=0), atol=0.1 * scale.max())
    np.testing.assert_allclose(z.std(axis=0), scale, rtol=0.1)


def test_temperature_zero_is_the_middle(
    vae: TrainedModel, ae: TrainedModel, rng: np.random.Generator
) -> None:
    np.testing.assert_array_equal(places.draws(vae, 3, rng, 0.0), np.zeros((3, 2)))
    middle = np.tile(ae.latent_map.mu.mean(axis=0), (3, 1))
    np.testing.assert_allclose(places.draws(ae, 3, rng, 0.0), middle, rtol=1e-4)


def test_the_sliders_reach_nearly_every_code(vae: TrainedModel, ae: TrainedModel) -> None:
    assert places.slider_limit(vae) == 4
    assert (np.abs(ae.latent_map.mu) <= places.slider_limit(ae)).mean() > 0.998


def test_many_dimensions_come_most_used_first_and_few_in_their_own_order(models, vae: TrainedModel) -> None:  # type: ignore[no-untyped-def]
    assert [dimension for dimension, _ in places.dimension_order(vae)] == [0, 1]
    used = [kl for _, kl in places.dimension_order(load(models / "digits-vae-16d"))]
    assert used == sorted(used, reverse=True)
    assert len(used) == 16


def test_dimensions_that_carry_nothing_come_last(root: Path) -> None:
    order = places.dimension_order(load(root / "checkpoints" / "shapes-tcvae-10d"))
    used, idle = order[:3], order[3:]
    assert min(kl for _, kl in used) > 1 > 0.01 > max(kl for _, kl in idle)
    assert [dimension for dimension, _ in used] == sorted(dimension for dimension, _ in used)
    assert [dimension for dimension, _ in idle] == sorted(dimension for dimension, _ in idle)
