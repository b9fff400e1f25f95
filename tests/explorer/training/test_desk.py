from __future__ import annotations

from explorer.training.desk import Plan
from vae_core.datasets import ImageDataset
from vae_core.models import VAEConfig
from vae_core.run_config import TrainingConfig


def test_the_seed_changes_the_run_and_not_the_images(digits: ImageDataset) -> None:
    plans = [Plan("digits", VAEConfig(), TrainingConfig(), seed) for seed in (0, 7)]
    assert [plan.config.seed for plan in plans] == [0, 7]
    assert plans[0].config.data == plans[1].config.data
    assert all(plan.prepare(digits, print).dataset is digits for plan in plans)


def test_data_that_nobody_has_opened_is_opened_by_the_run() -> None:
    run = Plan("digits", VAEConfig(), TrainingConfig(), 7).prepare(None, print)
    assert run.dataset.name == "digits"
