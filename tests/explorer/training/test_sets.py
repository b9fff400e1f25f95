from __future__ import annotations

from pathlib import Path

import pytest

from explorer.training import sets
from explorer.training.progress import COMPLETE, STOPPED
from explorer.training.sets import SetJob, SetPlan
from vae_core.datasets import ImageDataset
from vae_core.trained import load

PLAN = SetPlan("digits", beta=4.0, epochs=2.0, seed=0)


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return [tmp_path / f"{name}-1" for name in PLAN.models]


def test_the_three_differ_in_what_they_optimise_and_in_nothing_else() -> None:
    ae, vae, beta = PLAN.models.values()
    assert ae.network == vae.network == beta.network
    assert ae.latent_dim == vae.latent_dim == beta.latent_dim
    assert (getattr(vae, "beta", None), getattr(beta, "beta", None)) == (1.0, 4.0)
    assert list(PLAN.models) == ["digits-ae", "digits-vae", "digits-beta"]


def test_runs_on_a_data_set_of_ones_own_are_called_by_its_name_alone() -> None:
    plan = SetPlan("0123456789abcdef.pets@0123456789ab", beta=4.0, epochs=2.0, seed=0)
    assert list(plan.models) == ["pets-ae", "pets-vae", "pets-beta"]


def test_a_set_is_trained_saved_and_measured(places: list[Path], digits: ImageDataset) -> None:
    job = SetJob(PLAN, places, digits)
    job.work()
    assert job.progress.status == COMPLETE
    assert list(job.progress.model) == [place.name for place in places]
    models = [load(place) for place in places]
    assert [model.title for model in models] == ["Autoencoder", "Variational autoencoder", "β-VAE (β = 4)"]
    assert all("knn_accuracy" in model.metrics for model in models)
    assert len({model.history[-1]["step"] for model in models}) == 1


def test_a_stopped_set_is_measured_too(places: list[Path], digits: ImageDataset) -> None:
    job = SetJob(SetPlan("digits", 4.0, 100.0, 0), places, digits)
    job.adjust(lambda run: job.stop())
    job.work()
    assert job.progress.status == STOPPED
    assert all("mse" in load(place).metrics for place in places)


def test_progress_holds_the_curves_of_each(places: list[Path], digits: ImageDataset) -> None:
    job = SetJob(PLAN, places, digits)
    job.work()
    assert {f"reconstruction of {place.name}" for place in places} <= job.progress.curves.keys()
    assert f"kl of {places[0].name}" not in job.progress.curves


@pytest.mark.parametrize(("images", "epochs"), [(55_000, 5), (1200, 100), (10**9, 1)])
def test_a_set_sees_about_as_many_images_whatever_the_data(images: int, epochs: int) -> None:
    assert sets.usual_epochs(images) == epochs
