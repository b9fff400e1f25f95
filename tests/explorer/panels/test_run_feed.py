from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.panels.run_feed import RunFeed, name_of
from explorer.training.desk import Plan, TrainingJob
from explorer.training.progress import COMPLETE, FAILED, PAUSED, PREPARING, QUEUED, RUNNING, STOPPED, Progress
from vae_core.datasets import ImageDataset
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import TrainingConfig

PLAN = Plan(
    "digits", VAEConfig(network=NetworkConfig(hidden=(16,))), TrainingConfig(epochs=1.0, seconds=None), 0
)
UNDER_WAY = Progress(
    status=RUNNING, step=1234, epoch=2, fraction=0.25, seconds=10.0, images_per_second=4567.8, model=object()
)


@pytest.fixture
def job(tmp_path: Path, digits: ImageDataset) -> TrainingJob:
    return TrainingJob(PLAN, tmp_path / "run", lambda say: PLAN.prepare(digits, say))


@pytest.fixture
def done(job: TrainingJob) -> TrainingJob:
    job.work()
    assert job.progress.status == COMPLETE
    return job


def line(job: TrainingJob, now: Progress) -> str:
    return str(RunFeed(job).told(job, now)["status"]["words"])


def test_the_line_says_how_far_a_run_is_and_how_long_it_takes(job: TrainingJob) -> None:
    words = line(job, UNDER_WAY)
    assert words.endswith("step 1,234 · epoch 3 · 4,568 images/s · 30 s left")
    assert words.startswith(job.title)
    assert "left" not in line(job, dataclasses.replace(UNDER_WAY, fraction=0.01))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (QUEUED, "0 before you. It starts by itself."),
        (PREPARING, "Opening the data set."),
        (PAUSED, "· paused"),
        (STOPPED, "· stopped"),
        (COMPLETE, "· done in 10 s"),
    ],
)
def test_the_line_says_what_a_run_waits_for_or_how_it_ended(
    job: TrainingJob, status: str, words: str
) -> None:
    now = dataclasses.replace(UNDER_WAY, status=status, message="Opening the data set.")
    assert line(job, now).endswith(words)


def test_the_bar_is_full_when_a_run_is_complete(done: TrainingJob) -> None:
    feed = RunFeed(done)
    assert feed.told(done, done.progress)["status"]["fraction"] == 1.0
    stopped = dataclasses.replace(done.progress, status=STOPPED, fraction=0.4)
    assert feed.told(done, stopped)["status"]["fraction"] == 0.4


def test_notes_say_what_each_dimension_carries_and_what_the_run_says(done: TrainingJob) -> None:
    running = dataclasses.replace(done.progress, status=RUNNING, message="The disk is full.")
    message, carried = RunFeed(done).told(done, running)["status"]["notes"]
    assert message == "The disk is full."
    assert carried.startswith("KL by dimension, nats per image: z")
    assert carried.endswith("of 2.")


def test_what_is_drawn_is_the_model_in_half_precision_and_all_its_curves(done: TrainingJob) -> None:
    about, arrays = RunFeed(done).drawn(done, done.progress)
    name = name_of(done)
    assert about["models"][name]["program"]["size"] == arrays[f"{name}.w"].size
    assert arrays[f"{name}.w"].dtype == np.float16
    np.testing.assert_array_equal(arrays[f"{name}.mu"], done.progress.model.latent_map.mu.ravel())
    titles = [panel["title"] for panel in about["curves"]["panels"]]
    assert [title.partition(" ")[0] for title in titles] == [
        "Reconstruction",
        "KL(q(z|x)",
        "Objective,",
        "ELBO,",
    ]
    assert len(arrays["0.0"]) == 2 * len(done.progress.curves["reconstruction"])


@pytest.mark.parametrize("change", [{"status": PAUSED}, {"warnings": ("Slow.",)}, {"curves": {"kl": ()}}])
def test_the_stage_is_another_one_when_the_controls_or_the_parts_are(
    job: TrainingJob, change: dict[str, Any]
) -> None:
    feed = RunFeed(job)
    assert feed.stage(dataclasses.replace(UNDER_WAY, **change)) != feed.stage(UNDER_WAY)


def test_all_is_one_stage_until_there_is_a_model_or_an_end(job: TrainingJob) -> None:
    feed = RunFeed(job)
    before = [Progress(status=status) for status in (QUEUED, PREPARING, RUNNING)]
    assert len({feed.stage(now) for now in before}) == 1
    for now in (UNDER_WAY, Progress(status=FAILED)):
        assert feed.stage(now) != feed.stage(before[0])


def test_the_stage_is_the_same_while_a_run_goes_on_and_another_one_at_each_step_taken_apart(
    job: TrainingJob,
) -> None:
    feed = RunFeed(job)
    later = dataclasses.replace(UNDER_WAY, step=1300, seconds=11.0, fraction=0.3)
    assert feed.stage(later) == feed.stage(UNDER_WAY)
    resting = [dataclasses.replace(now, status=PAUSED, next_step=object()) for now in (UNDER_WAY, later)]
    assert feed.stage(resting[0]) != feed.stage(resting[1])
