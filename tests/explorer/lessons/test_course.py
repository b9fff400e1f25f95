"""Every lesson holds together, and what it says is right of the shipped models."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from explorer.lessons import LESSONS, axes, uses
from explorer.lessons.actions import ACTIONS
from explorer.lessons.checks import CHECKS
from explorer.lessons.course import SEEDS
from explorer.lessons.paths import between
from explorer.lessons.records import TEXTS, Question, Step, lesson
from explorer.lessons.views import VIEWS
from explorer.pages.compare import _off_data
from explorer.places import draws
from vae_core.applications import auroc, impute, surprise
from vae_core.datasets import as_float, is_available, load_dataset
from vae_core.gradient_estimators import gradient_estimates
from vae_core.metrics import gradient_energy_ratio
from vae_core.trained import TrainedModel, load

SHIPPED = Path(__file__).parents[3] / "checkpoints"
STEPS = [step for one in LESSONS for step in one.steps]


def _model(name: str) -> TrainedModel:
    return load(SHIPPED / name)


def _question(name: str, number: int) -> Question:
    found = next(one for one in LESSONS if one.name == name).steps[number].question
    assert found is not None
    return found


def test_names_are_one_each_and_each_text_belongs_to_a_lesson() -> None:
    names = [one.name for one in LESSONS]
    assert len(set(names)) == len(names)
    assert {path.stem for path in TEXTS.glob("*.md")} == set(names)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_names_views_actions_checks_and_models_that_exist(step: Step) -> None:
    assert all((step.title, step.text, step.after, step.slide, step.slide_after))
    assert max(len(step.slide), len(step.slide_after)) < 140
    assert step.view in VIEWS
    assert all(name in ACTIONS for name, _ in step.begin)
    assert step.task is None or step.task.check in CHECKS
    assert all((SHIPPED / name / "config.json").is_file() for name in step.models)
    assert step.question is None or 0 <= step.question.right < len(step.question.choices)


def test_a_text_with_another_number_of_sections_is_refused() -> None:
    with pytest.raises(ValueError, match="0 steps, its text 4 sections"):
        lesson("points", "", "")


def test_copies_are_close_and_not_the_same() -> None:
    mse = _model("digits-ae-2d").metrics["mse"]["value"]
    assert 0 < mse < 0.05
    assert "not the same" in _question("points", 2).choices[_question("points", 2).right]


def test_a_draw_changes_z_alone() -> None:
    trained = _model("digits-vae-2d")
    image = trained.decode(trained.latent_map.mu[:1])[0]
    first, second = (gradient_estimates(trained, image, 6, np.random.default_rng(seed)) for seed in (0, 1))
    np.testing.assert_array_equal(first.mu, second.mu)
    np.testing.assert_array_equal(first.sigma, second.sigma)
    assert (first.z != second.z).all()
    assert (first.error != second.error).all()


def test_the_slope_through_the_reparameterisation_is_one_and_epsilon_and_a_drawn_z_has_none() -> None:
    mu, logvar = torch.zeros(1, 2, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
    sigma = (logvar / 2).exp()
    sigma.retain_grad()
    epsilon = torch.randn(1, 2, generator=torch.Generator().manual_seed(0))
    (mu + sigma * epsilon).sum().backward()
    assert mu.grad is not None
    assert sigma.grad is not None
    assert torch.equal(mu.grad, torch.ones(1, 2))
    assert torch.equal(sigma.grad, epsilon)
    assert not torch.distributions.Normal(mu, (logvar / 2).exp()).sample().requires_grad


@pytest.mark.skipif(not is_available("mnist"), reason="MNIST is not on this machine")
def test_more_of_the_autoencoders_draws_land_off_the_data() -> None:
    ae, vae = (_off_data(_model(name), True) for name in ("mnist-ae-2d", "mnist-vae-2d"))
    assert ae is not None
    assert vae is not None
    assert 0 < vae < ae
    assert _question("holes", 1).right == 0


def test_beta_4_has_less_kl_more_reconstruction_and_a_lower_elbo() -> None:
    plain, beta = (_model(name).metrics for name in ("mnist-vae-2d", "mnist-beta4-2d"))
    assert beta["kl"]["value"] < plain["kl"]["value"]
    assert beta["reconstruction"]["value"] > plain["reconstruction"]["value"]
    assert beta["elbo"]["value"] < plain["elbo"]["value"]
    assert _question("tug", 1).right == 0


def test_beta_4_has_larger_ellipses() -> None:
    plain, beta = (_model(name).latent_map.logvar for name in ("mnist-vae-2d", "mnist-beta4-2d"))
    assert plain is not None
    assert beta is not None
    assert np.exp(beta / 2).mean() > np.exp(plain / 2).mean()
    assert _question("tug", 2).right == 1


def test_the_vae_keeps_its_codes_near_zero_about_one_wide_and_the_autoencoder_does_not() -> None:
    vae, ae = (_model(name).latent_map.mu for name in ("mnist-vae-2d", "mnist-ae-2d"))
    assert np.abs(vae.mean(0)).max() < 0.2
    assert np.abs(vae.std(0) - 1).max() < 0.2
    assert (ae.std(0) > 1.4).all()


def test_there_are_holes_within_two_of_the_centre_of_the_vae() -> None:
    mu = _model("mnist-vae-2d").latent_map.mu
    axis = np.linspace(-2, 2, 41, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    inside = grid[np.linalg.norm(grid, axis=1) <= 2]
    nearest = np.sqrt(((inside[:, None] - mu[None, ::4]) ** 2).sum(-1).min(1))
    own = np.sqrt(((mu[:200, None] - mu[None]) ** 2).sum(-1))
    own[own == 0] = np.inf
    assert (nearest > 4 * np.median(own.min(1))).mean() > 0.02


def test_the_geodesic_is_the_shortest_of_the_three_ways() -> None:
    found = between(_model("mnist-vae-2d"))
    assert found["geodesic"][1] < min(found["straight"][1], found["arc"][1])
    assert _question("between", 2).right == 1


def test_half_way_between_codes_is_not_both_images_on_top_of_each_other() -> None:
    trained = _model("mnist-vae-2d")
    path = between(trained)["straight"][0]
    first, middle, last = trained.decode(path[[0, len(path) // 2, -1]])
    mixed = (first + last) / 2
    assert np.abs(middle - mixed).sum() > 0.5 * mixed.sum()


def test_draws_at_temperature_zero_are_all_the_same() -> None:
    z = draws(_model("mnist-vae-2d"), 12, np.random.default_rng(0), 0.0)
    assert len(np.unique(z, axis=0)) == 1


def test_samples_of_pixels_are_rougher_than_their_mean() -> None:
    trained, rng = _model("mnist-vae-2d"), np.random.default_rng(0)
    means = trained.decode(draws(trained, 50, rng, 1.0))
    sampled = (rng.random(means.shape) < means).astype(np.float32)
    assert gradient_energy_ratio(sampled, means) > 1.5


def test_the_conditional_model_obeys_and_its_z_does_not_tell_the_class() -> None:
    told, plain = (_model(name).metrics for name in ("mnist-cvae-2d", "mnist-vae-2d"))
    assert told["class_agreement"]["value"] > 0.97
    assert told["knn_accuracy"]["value"] < 0.25
    assert plain["knn_accuracy"]["value"] > 0.85


def test_the_vae_is_the_least_sharp_and_the_one_whose_draws_pass_most_often() -> None:
    names = ("mnist-vae-2d", "mnist-gan-2d", "mnist-vaegan-2d", "mnist-vqvae")
    found = {name: _model(name).metrics for name in names}
    assert min(names, key=lambda name: found[name]["draws_sharpness"]["value"]) == names[0]
    assert max(names, key=lambda name: found[name]["prior_completeness"]["value"]) == names[0]
    assert found["mnist-vqvae"]["mse"]["value"] < found["mnist-vae-2d"]["mse"]["value"] / 2


def test_some_used_numbers_tell_one_factor_nearly_alone_and_others_several() -> None:
    trained = _model(SEEDS[0])
    shares = []
    for k in axes.used(trained):
        told = np.sort(axes._told(trained)[k])[::-1]
        shares.append(told[1] / told[0])
    assert min(shares) < 0.4
    assert max(shares) > 0.6
    assert axes._told(trained)[:, 2].max() < 0.2 * np.log(40)
    assert _question("axes", 0).right == 1


def test_the_same_beta_and_another_seed_have_another_mig_and_other_axes() -> None:
    models = [_model(name) for name in SEEDS]
    first = models[0].config
    for trained in models[1:]:
        assert dataclasses.replace(trained.config, seed=first.seed) == first
    migs = [trained.metrics["mig"]["value"] for trained in models]
    assert min(migs) < 0.75 * max(migs)
    best = [tuple(axes._gaps(trained)[1]) for trained in models]
    assert len(set(best)) > 1
    for trained, told in zip(models, migs, strict=True):
        # The map's codes are rounded.
        assert axes._gaps(trained)[0].mean() == pytest.approx(told, abs=2e-3)


def test_a_decoder_that_is_told_where_it_paints_has_a_gap_several_times_as_large() -> None:
    told = _model("shapes-tcvae-10d")
    assert told.config.model.network.kind == "broadcast"  # type: ignore[union-attr]
    others = max(_model(name).metrics["mig"]["value"] for name in (*SEEDS, "shapes-vae-10d"))
    assert told.metrics["mig"]["value"] > 2 * others
    gaps = dict(zip(("shape", "scale", "orientation", "x", "y"), axes._gaps(told)[0], strict=True))
    assert min(gaps["x"], gaps["y"]) > 0.4


def test_a_turned_space_has_the_same_bound_and_another_mig() -> None:
    trained = _model(SEEDS[0])
    found = {angle: axes.measured(trained, angle) for angle in (0, 45, 90)}
    assert found[45].elbo == pytest.approx(found[0].elbo, abs=1e-3)
    assert found[45].kl == pytest.approx(found[0].kl, abs=1e-5)
    assert found[45].mig <= 2 / 3 * found[0].mig
    assert found[90].mig == pytest.approx(found[0].mig, abs=0.02)


def test_denoising_makes_clean_images_worse_and_very_noisy_ones_better() -> None:
    trained = _model("digits-vae-8d")
    for sd, pays in ((0.0, False), (uses.USUAL, False), (0.5, True)):
        before, after = uses.errors(trained, sd)
        assert (after < before) == pays
    assert _question("use", 0).right == 2


def test_the_upper_half_says_the_lower_one_of_some_digits_and_not_of_others() -> None:
    trained, dataset = _model("digits-vae-8d"), load_dataset("digits")
    images, labels = as_float(dataset.test.images), dataset.test.labels
    known, classes = dataset.train.images.reshape(len(dataset.train), -1) / 255, dataset.train.labels
    assert classes is not None
    judge = KNeighborsClassifier(5).fit(known, classes)
    missing = uses.lower_half(trained)
    seen = np.stack(
        [
            judge.predict(
                impute(trained, images, missing, np.random.default_rng(seed)).reshape(len(images), -1)
            )
            for seed in range(4)
        ]
    )
    agree = (seen == seen[0]).all(axis=0).mean()
    assert 0.4 < agree < 0.85
    assert 0.5 < (seen == labels).mean() < 0.9


def test_an_unseen_six_is_told_by_surprise_and_an_unseen_one_hardly() -> None:
    found = {}
    for digit in (6, 1):
        of_class, others = uses.surprises(_model(f"digits-without-{digit}-8d"))
        found[digit] = auroc(others, of_class)
    whole, labels = _model("digits-vae-8d"), load_dataset("digits").test.labels
    scores = surprise(whole, as_float(load_dataset("digits").test.images), np.random.default_rng(0))
    assert np.argmin([scores[labels == digit].mean() for digit in range(10)]) == 1
    assert found[6] > 0.95
    assert found[1] < 0.65
    assert _question("use", 2).right == 1


def test_the_model_needs_fewer_bits_than_png_and_is_itself_far_larger() -> None:
    written, png, model, itself = uses.cost(_model("digits-vae-8d")).values()
    assert model < 0.75 * png < png < written
    assert itself > 5 * written
    assert _question("use", 3).right == 2
