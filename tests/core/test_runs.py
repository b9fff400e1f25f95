from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_core import checkpoint, load, runs
from vae_core.datasets import ImageDataset, load_dataset
from vae_core.errors import CheckpointError
from vae_core.events import Finished
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]


def finish(run: TrainingRun) -> TrainingRun:
    for _ in run.events():
        pass
    return run


def timeless(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "seconds"}


def assert_same(one: TrainingRun, two: TrainingRun) -> None:
    """Assert that two runs stand at the same point, to the bit, but for the time they took."""
    first, second = one.state(), two.state()
    for name, value in first["model"].items():
        assert torch.equal(value, second["model"][name]), name
    assert first["optimiser"].keys() == second["optimiser"].keys()
    for index, values in first["optimiser"].items():
        for name, value in values.items():
            assert torch.equal(value, second["optimiser"][index][name]), (index, name)
    assert timeless(first["counters"]) == timeless(second["counters"])
    assert [timeless(record) for record in one.history] == [timeless(record) for record in two.history]
    assert [moment.step for moment in one.replay.moments] == [moment.step for moment in two.replay.moments]
    for moment, other in zip(one.replay.moments, two.replay.moments, strict=True):
        np.testing.assert_array_equal(moment.mu, other.mu)
        assert moment.tiles == other.tiles


VARIANTS: list[dict[str, Any]] = [
    {},
    {"family": "ae", "gradient_clip": 0.5},
    {"kind": "conv", "channels": 2, "precision": "bf16"},
    {
        "encoder_sees": "drawn",
        "kl_warmup": 0.5,
        "batch_size": 50,
        "late_batch_size": 70,
        "likelihood": "gaussian_learned",
    },
]


@pytest.mark.parametrize("variant", range(len(VARIANTS)))
@settings(max_examples=6)
@given(stops=st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_a_run_saved_and_resumed_at_any_step_is_the_same_to_the_bit_as_one_that_never_stopped(
    variant: int,
    stops: list[int],
    make_run: MakeRun,
    digits: ImageDataset,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = VARIANTS[variant]
    whole = finish(make_run(epochs=3.0, seed=variant, **made))
    run = make_run(epochs=3.0, seed=variant, **made)
    path = tmp_path_factory.mktemp("runs") / "run"
    for stop in stops:
        for _ in itertools.islice(run.events(), stop):
            pass
        runs.save(run, path)
        run = runs.resume(path, digits)
    assert_same(finish(run), whole)


def test_a_convolutional_run_with_several_layers_is_resumed_to_the_bit(
    make_run: MakeRun, make_images: Callable[..., ImageDataset], tmp_path: Path
) -> None:
    images = dataclasses.replace(make_images((3, 32, 32)), name="digits")
    whole = finish(make_run(images, kind="conv", channels=4, epochs=8.0, batch_size=10))
    run = make_run(images, kind="conv", channels=4, epochs=8.0, batch_size=10)
    for _ in itertools.islice(run.events(), 5):
        pass
    assert_same(finish(runs.resume(runs.save(run, tmp_path / "run"), images)), whole)


def test_saving_does_not_change_the_run(make_run: MakeRun, tmp_path: Path) -> None:
    watched, alone = make_run(epochs=2.0), make_run(epochs=2.0)
    for number, _ in enumerate(watched.events(snapshot_every=0.0)):
        if number % 7 == 0:
            runs.save(watched, tmp_path / "run")
            runs.freeze(watched)
    assert_same(watched, finish(alone))


def test_a_time_budget_goes_on_where_it_stopped(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    run = make_run(epochs=None, seconds=0.3)
    for _ in itertools.islice(run.events(), 5):
        pass
    resumed = runs.resume(runs.save(run, tmp_path / "run"), digits)
    assert resumed.seconds == run.seconds
    assert resumed.step == 5
    assert finish(resumed).seconds < 0.3 + run.seconds + 1


def test_resuming_a_finished_run_finishes_at_once(trained_folder: Path, digits: ImageDataset) -> None:
    run = runs.resume(trained_folder, digits)
    before = run.state()["model"]
    moments = len(run.replay.moments)
    events = list(run.events())
    assert [type(event) for event in events] == [Finished]
    assert all(torch.equal(value, run.state()["model"][name]) for name, value in before.items())
    assert len(run.replay.moments) == moments


def test_a_diverged_run_can_be_saved_and_opened(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(epochs=10.0)
    for event in run.events():
        if run.step == 30 and not isinstance(event, Finished):
            with torch.no_grad():
                next(run.model.parameters()).fill_(torch.nan)
    assert isinstance(event, Finished)
    assert event.reason == "diverged"
    assert load(runs.save(run, tmp_path / "run")).decode(np.zeros((1, 2))).shape == (1, 1, 8, 8)


def test_a_model_with_nan_weights_is_not_saved(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    with torch.no_grad():
        next(run.model.parameters()).fill_(torch.nan)
    with pytest.raises(CheckpointError, match="not finite"):
        runs.save(run, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_model_saved_for_use_only_is_half_as_large_and_cannot_be_resumed(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    run = finish(make_run(epochs=2.0))
    runs.save(run, tmp_path / "run")
    runs.save(run, tmp_path / "shipped", resumable=False)
    sizes = [(tmp_path / name / "weights.safetensors").stat().st_size for name in ("shipped", "run")]
    assert sizes[0] < 0.6 * sizes[1] + 1500
    assert not (tmp_path / "shipped" / "resume.safetensors").exists()
    replay = load(tmp_path / "shipped").replay
    assert replay is not None
    assert len(replay.moments) <= runs.FINAL_MOMENTS
    with pytest.raises(CheckpointError, match=r"shipped was saved without its optimiser's state"):
        runs.resume(tmp_path / "shipped", digits)


def test_a_run_is_not_resumed_on_other_data(trained_folder: Path) -> None:
    with pytest.raises(CheckpointError, match=r"trained on other data.*shapes.*digits"):
        runs.resume(trained_folder, load_dataset("shapes", count=20, size=32))


@pytest.mark.parametrize(
    "harm",
    [
        lambda c, o: (c | {"step": "many"}, o),
        lambda c, o: ({}, o),
        lambda c, o: ([], o),
        lambda c, o: ({k: v for k, v in c.items() if k != "position"}, o),
        lambda c, o: (c | {"position": -5}, o),
        lambda c, o: (c | {"position": 10**9}, o),
        lambda c, o: (c, {k: v for k, v in o.items() if k != "0.exp_avg"}),
        lambda c, o: (c, o | {"0.exp_avg": o["0.exp_avg"][:1].copy()}),
        lambda c, o: (c, o | {"0.exp_avg_sq": np.full_like(o["0.exp_avg_sq"], np.nan)}),
        lambda c, o: (c, o | {"junk": o["0.exp_avg"]}),
        lambda c, o: (c, o | {"x.exp_avg": o["0.exp_avg"]}),
        lambda c, o: (c, o | {"99.exp_avg": o["0.exp_avg"]}),
    ],
)
def test_a_state_that_does_not_fit_is_not_resumed(
    trained_folder: Path, tmp_path: Path, digits: ImageDataset, harm: Callable[[Any, Any], tuple[Any, Any]]
) -> None:
    folder = checkpoint.read(trained_folder)
    folder.counters, folder.optimiser = harm(folder.counters, folder.optimiser)
    checkpoint.write(folder, tmp_path / "small")
    with pytest.raises(CheckpointError, match="small can't be resumed"):
        runs.resume(tmp_path / "small", digits)


def test_the_map_holds_the_posteriors_of_the_test_images(trained_folder: Path, digits: ImageDataset) -> None:
    model = load(trained_folder)
    mu, sigma = model.encode(digits.test.images)
    kept = model.latent_map
    np.testing.assert_array_equal(kept.indices, np.arange(len(digits.test)))
    assert digits.test.labels is not None
    assert kept.labels is not None
    assert kept.logvar is not None
    np.testing.assert_array_equal(kept.labels, digits.test.labels)
    np.testing.assert_allclose(kept.mu, mu, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.exp(0.5 * kept.logvar), sigma, rtol=2e-3)


def test_an_autoencoders_map_has_no_variance_and_unlabelled_data_no_labels(
    make_run: MakeRun, make_images: Callable[..., ImageDataset], tmp_path: Path
) -> None:
    run = finish(make_run(make_images((3, 9, 8)), family="ae", latent_dim=1))
    kept = load(runs.save(run, tmp_path / "run")).latent_map
    assert (kept.logvar, kept.labels) == (None, None)
    assert kept.mu.shape == (20, 1)


def test_a_codes_too_large_for_the_map_are_held_at_its_ends(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(family="ae")
    with torch.no_grad():
        run.model.encoder[-1].bias.fill_(1e9)
    kept = load(runs.save(run, tmp_path / "run")).latent_map
    assert np.isfinite(kept.mu).all()


def test_a_frozen_model_does_not_change_when_training_goes_on(make_run: MakeRun) -> None:
    run = make_run(epochs=3.0)
    next(run.events())
    frozen = runs.freeze(run)
    z = np.zeros((1, 2), np.float32)
    before, history, replay = frozen.decode(z), frozen.history, frozen.replay
    finish(run)
    np.testing.assert_array_equal(frozen.decode(z), before)
    assert frozen.history == history
    assert frozen.replay is replay
    assert not np.array_equal(runs.freeze(run).decode(z), before)
    assert not any(parameter.requires_grad for parameter in frozen.module.parameters())


def test_a_measured_model_carries_its_numbers_into_the_folder_and_its_card(
    make_run: MakeRun, tmp_path: Path
) -> None:
    run = finish(make_run(epochs=2.0, beta=3.0))
    model = runs.save_measured(run, tmp_path / "measured")
    assert model.metrics == load(tmp_path / "measured").metrics
    card = (tmp_path / "measured" / "CARD.md").read_text("utf-8")
    for name, entry in model.metrics.items():
        (line,) = [line for line in card.splitlines() if line.startswith(f"| {name} |")]
        value = float(line.split("|")[2])
        assert value == pytest.approx(entry["value"], rel=1e-3, abs=0.005)
        for word in (entry["unit"], entry["split"], str(entry["count"]), entry["estimator"]):
            assert word in line
    assert card.startswith("# measured\n")
    assert "Effective β: 3," in card
    assert "Licence" in card
    for key in ("latent_dim = 2", "learning_rate", "batch_size = 64"):
        assert key in card


def test_only_float32_state_is_kept_for_resuming(trained_folder: Path) -> None:
    kept = safetensors.numpy.load_file(trained_folder / "resume.safetensors")
    assert {value.dtype for value in kept.values()} == {np.dtype(np.float32)}


def test_the_configuration_of_a_saved_run_is_the_runs(
    trained_folder: Path, configure: Callable[..., Any]
) -> None:
    expected = configure(epochs=2.0)
    assert load(trained_folder).config == expected
    assert dataclasses.asdict(load(trained_folder).config) == dataclasses.asdict(expected)


def test_a_run_changed_on_the_way_resumes_with_the_change(
    make_run: MakeRun, digits: ImageDataset, tmp_path: Path
) -> None:
    whole, cut = make_run(), make_run()
    for run in (whole, cut):
        for _ in itertools.islice(run.events(), 7):
            pass
        run.adjust(beta=4.0)
    runs.save(cut, tmp_path / "cut")
    resumed = runs.resume(tmp_path / "cut", digits)
    assert_same(finish(whole), finish(resumed))
