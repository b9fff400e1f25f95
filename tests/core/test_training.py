from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vae_core import training
from vae_core.datasets import ImageDataset, Split, load_dataset
from vae_core.errors import ConfigError
from vae_core.events import Evaluated, Event, Finished, Snapshot, Step, Warned
from vae_core.presets import PRESETS
from vae_core.training import COLLAPSE_STEPS, LOG_RATIO, TrainingRun

MakeRun = Callable[..., TrainingRun]
MakeImages = Callable[..., ImageDataset]


def drain(run: TrainingRun, **options: Any) -> list[Event]:
    return list(run.events(**options))


def steps_of(events: list[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def weights(run: TrainingRun) -> Tensor:
    return torch.cat([value.flatten() for value in run.model.state_dict().values()]).clone()


def untimed(run: TrainingRun) -> list[dict[str, Any]]:
    return [{key: value for key, value in record.items() if key != "seconds"} for record in run.history]


def assert_same_state(one: TrainingRun, two: TrainingRun) -> None:
    first, second = one.state(), two.state()
    for name, value in first["model"].items():
        assert torch.equal(value, second["model"][name]), name
    for index, moments in first["optimiser"].items():
        for name, value in moments.items():
            assert torch.equal(value, second["optimiser"][index][name]), (index, name)
    timeless = ({k: v for k, v in state["counters"].items() if k != "seconds"} for state in (first, second))
    assert next(timeless) == next(timeless)
    assert untimed(one) == untimed(two)
    assert [moment.step for moment in one.replay.moments] == [moment.step for moment in two.replay.moments]
    for moment, other in zip(one.replay.moments, two.replay.moments, strict=True):
        np.testing.assert_array_equal(moment.mu, other.mu)
        assert moment.tiles == other.tiles


# ------------------------------------------------------------------------------------------------- determinism


@pytest.mark.parametrize(
    "settings",
    [{}, {"family": "ae"}, {"kind": "conv", "channels": 2}, {"encoder_sees": "drawn"}, {"precision": "bf16"},
     {"likelihood": "gaussian_learned"}],
)  # fmt: skip
def test_the_same_seed_gives_the_same_run_to_the_bit_and_another_does_not(
    make_run: MakeRun, settings: dict[str, Any]
) -> None:
    first, again, other = (make_run(seed=seed, **settings) for seed in (5, 5, 6))
    for run in (first, again, other):
        drain(run)
    assert_same_state(first, again)
    assert not torch.equal(weights(first), weights(other))


def test_training_draws_nothing_from_the_global_generators(make_run: MakeRun) -> None:
    torch.manual_seed(1)
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    quiet = make_run()
    drain(quiet, snapshot_every=0.0)
    assert torch.equal(torch_before, torch.get_rng_state())
    np.testing.assert_array_equal(numpy_before, np.random.get_state()[1])
    torch.manual_seed(2)
    other = make_run()
    drain(other)
    assert_same_state(quiet, other)


def test_watching_a_run_does_not_change_it(make_run: MakeRun) -> None:
    watched, alone = make_run(), make_run()
    events = drain(watched, snapshot_every=0.0)
    drain(alone)
    assert sum(isinstance(event, Snapshot) for event in events) > 5
    assert_same_state(watched, alone)


def test_runs_in_several_threads_do_not_disturb_each_other(make_run: MakeRun) -> None:
    settings: list[dict[str, Any]] = [
        {"seed": 1},
        {"seed": 2, "kind": "conv", "channels": 2},
        {"precision": "bf16"},
    ]
    alone = [make_run(**each) for each in settings]
    for run in alone:
        drain(run)
    together: dict[int, TrainingRun] = {}

    def train(index: int) -> None:
        together[index] = make_run(**settings[index])
        drain(together[index], snapshot_every=0.0)

    threads = [threading.Thread(target=train, args=(index,)) for index in range(len(settings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, run in enumerate(alone):
        assert_same_state(run, together[index])


# ------------------------------------------------------------------------------------------- stop, pause, go on


def test_stopping_and_going_on_is_the_same_as_never_having_stopped(make_run: MakeRun) -> None:
    stopped, whole = make_run(epochs=3.0), make_run(epochs=3.0)
    for stop_after in itertools.cycle((1, 2, 7, 1, 13)):
        events = list(itertools.islice(stopped.events(), stop_after))
        if len(events) < stop_after:
            break
    drain(whole)
    assert stopped.finished
    assert_same_state(stopped, whole)


def test_a_single_step_is_a_single_step(make_run: MakeRun) -> None:
    run = make_run()
    before = weights(run)
    event = next(run.events())
    assert isinstance(event, Step)
    assert event.step == run.step == 1
    after = weights(run)
    assert not torch.equal(before, after)
    time.sleep(0.01)
    assert torch.equal(after, weights(run))


def test_the_clock_stands_still_between_two_events(make_run: MakeRun) -> None:
    run = make_run(epochs=None, seconds=0.5)
    events = run.events()
    next(events)
    before = run.seconds
    time.sleep(0.6)
    assert run.seconds == before
    assert isinstance(next(events), Step)


def test_a_time_budget_ends_the_run(make_run: MakeRun) -> None:
    run = make_run(epochs=None, seconds=0.1)
    events = drain(run)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "complete"
    assert run.seconds >= 0.1
    assert run.fraction == 1


def test_whichever_of_epochs_and_seconds_ends_first_ends_the_run(make_run: MakeRun) -> None:
    many, few = make_run(epochs=10_000.0, seconds=0.05), make_run(epochs=1.0, seconds=10_000.0)
    drain(many)
    drain(few)
    assert many.epoch < 10_000
    assert few.epoch == 1


def test_a_finished_run_has_nothing_more_to_do(make_run: MakeRun) -> None:
    run = make_run()
    drain(run)
    before = weights(run)
    assert drain(run) == []
    assert torch.equal(before, weights(run))


# ---------------------------------------------------------------------------------------------------- schedules


def test_the_learning_rate_rises_and_then_falls_to_zero_in_a_line(make_run: MakeRun) -> None:
    rates = [s.learning_rate for s in steps_of(drain(make_run(epochs=10.0, warmup=0.2, learning_rate=0.01)))]
    peak = int(np.argmax(rates))
    assert 0 < rates[0] < 1e-4
    assert peak == pytest.approx(0.2 * len(rates), abs=2)
    assert rates[peak] == pytest.approx(0.01, rel=0.02)
    assert np.all(np.diff(rates[: peak + 1]) > 0)
    falls = np.diff(rates[peak + 1 :])
    assert np.all(falls < 0)
    assert 0 <= rates[-1] < 2 * falls.max() * -1 + 1e-4


def test_a_constant_learning_rate_is_constant(make_run: MakeRun) -> None:
    rates = {s.learning_rate for s in steps_of(drain(make_run(schedule="constant", learning_rate=0.003)))}
    assert rates == {0.003}


def test_no_warm_up_starts_at_the_peak(make_run: MakeRun) -> None:
    assert steps_of(drain(make_run(warmup=0.0)))[0].learning_rate == pytest.approx(8e-3)


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0, 4.0])
def test_the_kls_weight_goes_from_its_start_to_beta_over_its_warm_up(make_run: MakeRun, start: float) -> None:
    steps = steps_of(drain(make_run(epochs=4.0, beta=3.0, kl_warmup=0.5, kl_start=start)))
    used = np.array([(s.terms["loss"] - s.terms["reconstruction"]) / s.terms["kl"] for s in steps])
    before = np.array([0.0, *(s.fraction for s in steps[:-1])])
    expected = 3 * (start + (1 - start) * np.minimum(1, before / 0.5))
    np.testing.assert_allclose(used, expected, atol=0.05, rtol=1e-3)


def test_the_batch_grows_after_the_first_third(make_run: MakeRun) -> None:
    run = make_run(epochs=3.0, batch_size=20, late_batch_size=50)
    seen = [0]
    for event in run.events():
        if isinstance(event, Step):
            seen.append(run.images_seen)
    sizes = np.diff(seen)
    assert set(sizes) == {20, 50}
    third = len(run.dataset.train) / 20
    assert int(np.argmax(sizes == 50)) == pytest.approx(third, abs=2)


def test_a_run_shows_every_image_once_in_each_epoch(make_run: MakeRun, make_images: MakeImages) -> None:
    dataset = make_images(count=90)
    numbered = np.arange(30, dtype=np.uint8)[:, None, None, None] + np.zeros((1, 1, 8, 8), np.uint8)
    run = make_run(
        dataclasses.replace(dataset, train=Split(numbered)), epochs=2.0, batch_size=10, late_batch_size=10
    )
    shown: list[list[int]] = [[], []]
    upcoming = run.peek()
    for event in run.events():
        if isinstance(event, Step):
            shown[(event.step - 1) // 3] += (255 * upcoming.x[:, 0, 0, 0]).round().int().tolist()
            upcoming = run.peek()
    assert sorted(shown[0]) == sorted(shown[1]) == list(range(30))
    assert shown[0] != shown[1]


def test_clipping_bounds_the_gradient_that_the_optimiser_sees(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms: dict[float | None, float] = {}
    for limit in (None, 0.5):
        run = make_run(gradient_clip=limit)
        step = run.optimiser.step

        def watched(
            run: TrainingRun = run, limit: float | None = limit, step: Callable[..., Any] = step
        ) -> None:
            grads = [p.grad for p in run.model.parameters() if p.grad is not None]
            norms[limit] = float(torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads])))
            step()

        monkeypatch.setattr(run.optimiser, "step", watched)
        next(run.events())
    assert norms[None] > 0.6
    assert norms[0.5] == pytest.approx(0.5, rel=1e-3)


def test_the_encoder_sees_pixels_drawn_anew_at_each_step_and_the_decoder_is_judged_by_grey_ones(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(encoder_sees="drawn", epochs=40.0, batch_size=2000)
    batches: list[Tensor] = []
    judged: list[Tensor] = []
    loss = run.model.loss

    def watched(x: Tensor, generator: Any, scale: float, seen: Tensor, labels: Tensor) -> Any:
        batches.append(seen.float())
        judged.append(x)
        return loss(x, generator, scale, seen, labels)

    monkeypatch.setattr(run.model, "loss", watched)
    for _ in itertools.islice(run.events(), 20):
        pass
    assert set(torch.cat(batches).unique().tolist()) == {0.0, 1.0}
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(batches, 2))
    means = [batch.mean().item() for batch in batches]
    grey = run.dataset.train.images.mean() / 256
    assert np.mean(means) == pytest.approx(grey, abs=0.002)
    assert len(torch.cat(judged).unique()) > 10


@pytest.mark.parametrize(
    ("family", "contrast", "draws"), [("vae", 3, True), ("vae", 1, False), ("ae", 3, False)]
)
def test_left_to_itself_a_vae_sees_drawn_pixels_where_images_are_nearly_black_and_white(
    make_run: MakeRun, digits: ImageDataset, family: str, contrast: int, draws: bool
) -> None:
    stretched = (digits.train.images.astype(np.int64) - 128) * contrast + 128
    train = dataclasses.replace(digits.train, images=np.clip(stretched, 0, 255).astype(np.uint8))
    run = make_run(dataclasses.replace(digits, train=train), family=family, encoder_sees="auto")
    assert run.draws == draws


@pytest.mark.parametrize(
    "change",
    [{"learning_rate": 1e-3}, {"warmup": 0.5}, {"beta2": 0.9}, {"batch_size": 32}, {"late_batch_size": 32},
     {"kl_warmup": 0.9}, {"gradient_clip": 0.1}, {"encoder_sees": "drawn"}, {"schedule": "constant"}, {"beta": 2.0},
     {"precision": "bf16"}, {"likelihood": "continuous_bernoulli"}, {"pixel_reduction": "mean"}],
    ids=str,
)  # fmt: skip
def test_each_setting_changes_the_result(make_run: MakeRun, change: dict[str, Any]) -> None:
    plain, changed = make_run(), make_run(**change)
    drain(plain)
    drain(changed)
    assert not torch.equal(weights(plain), weights(changed))


# ------------------------------------------------------------------------------------------- changes on the way


def test_a_change_on_the_way_counts_from_the_next_step_and_is_in_the_history(make_run: MakeRun) -> None:
    plain, changed = make_run(schedule="constant"), make_run(schedule="constant")
    for run in (plain, changed):
        for _ in itertools.islice(run.events(), 4):
            pass
    assert torch.equal(weights(plain), weights(changed))
    changed.adjust(beta=3.0, learning_rate=1e-3)
    step = changed.step
    told = steps_of(list(itertools.islice(changed.events(), 3)))[0]
    assert told.learning_rate == 1e-3
    assert told.terms["loss"] == pytest.approx(told.terms["reconstruction"] + 3 * told.terms["kl"], rel=1e-5)
    record = next(record for record in changed.history if record["kind"] == "change")
    assert (record["step"], record["beta"], record["learning_rate"]) == (step, 3.0, 1e-3)
    assert changed.config.model.beta == 3.0


def test_the_weight_of_a_total_correlation_changes_on_the_way(make_run: MakeRun) -> None:
    run = make_run(family="tcvae", beta=1.0)
    next(run.events())
    run.adjust(beta=9.0)
    terms = next(event for event in run.events() if isinstance(event, Step)).terms
    expected = terms["reconstruction"] + terms["kl"] + (9 - 1) * terms["total_correlation"]
    assert terms["loss"] == pytest.approx(expected, rel=1e-5)


def test_a_model_without_beta_says_which_have_one(make_run: MakeRun) -> None:
    with pytest.raises(ConfigError, match=r"InfoVAEs have no beta.*vae, tcvae"):
        make_run(family="infovae").adjust(beta=2.0)


@pytest.mark.parametrize(
    ("family", "change"),
    [
        ("vae", {"beta": -1.0}),
        ("vae", {"learning_rate": 1e9}),
        ("ae", {"beta": 2.0}),
        ("capacity", {"beta": 2.0}),
        ("infovae", {"beta": 2.0}),
        ("iwae", {"beta": 2.0}),
        ("vae", {"beta": float("nan")}),
    ],
)
def test_a_change_that_cannot_be_leaves_the_run_as_it_was(
    make_run: MakeRun, family: str, change: dict[str, float]
) -> None:
    run = make_run(family=family)
    next(run.events())
    before = run.config
    with pytest.raises(ConfigError):
        run.adjust(**change)
    assert run.config is before
    assert not any(record["kind"] == "change" for record in run.history)


# ------------------------------------------------------------------------------------------------------- events


def test_every_step_is_told_and_the_terms_add_up(make_run: MakeRun) -> None:
    events = drain(make_run(epochs=3.0))
    steps = steps_of(events)
    assert [s.step for s in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        assert step.terms["loss"] == pytest.approx(step.terms["reconstruction"] + step.terms["kl"], rel=1e-5)
        assert 0 <= step.fraction <= 1
        assert step.images_per_second > 0
    assert np.all(np.diff([s.seconds for s in steps]) > 0)
    assert np.all(np.diff([s.fraction for s in steps]) > 0)
    assert isinstance(events[-1], Finished)


def test_validation_runs_at_the_ends_of_epochs_and_at_the_end(make_run: MakeRun) -> None:
    run = make_run(epochs=4.0)
    evaluated = [event for event in drain(run) if isinstance(event, Evaluated)]
    assert evaluated[-1].step == run.step
    assert len(evaluated) >= 2
    for event in evaluated:
        assert event.terms["elbo"] == pytest.approx(-event.terms["reconstruction"] - event.terms["kl"])


def test_validation_splits_the_kl_of_the_aggregate_posterior(make_run: MakeRun) -> None:
    evaluated = [event for event in drain(make_run(epochs=30.0)) if isinstance(event, Evaluated)]
    terms = evaluated[-1].terms
    parts = [terms[name] for name in ("mutual_information", "total_correlation", "dimension_wise_kl")]
    assert sum(parts) == pytest.approx(terms["kl"], abs=0.5)
    assert parts[0] > 0.1
    point = [event for event in drain(make_run(family="ae")) if isinstance(event, Evaluated)][-1]
    assert point.terms.keys() == {"loss", "reconstruction"}


def test_validation_in_parts_is_the_mean_over_all_images(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    whole = run._validation_terms()
    monkeypatch.setattr(training, "AT_ONCE", 70)
    parts = run._validation_terms()
    assert parts["kl"] == pytest.approx(whole["kl"], rel=1e-5)
    assert parts["reconstruction"] == pytest.approx(whole["reconstruction"], rel=0.01)


def test_the_validation_loss_improves(make_run: MakeRun) -> None:
    evaluated = [e for e in drain(make_run(epochs=20.0, hidden=(64,))) if isinstance(e, Evaluated)]
    assert evaluated[-1].terms["elbo"] > evaluated[0].terms["elbo"] + 2


def test_snapshots_show_the_held_out_images_with_their_labels(
    make_run: MakeRun, digits: ImageDataset
) -> None:
    run = make_run(latent_dim=3)
    snapshots = [event for event in drain(run, snapshot_every=0.0) if isinstance(event, Snapshot)]
    last = snapshots[-1]
    assert last.step == run.step
    assert last.mu.shape == (200, 3)
    assert last.labels is not None
    np.testing.assert_array_equal(last.labels, digits.validation.labels)
    images = torch.from_numpy(digits.validation.images).float() / 255
    with torch.no_grad():
        posterior = run.model.encode(images)
    np.testing.assert_allclose(last.mu, posterior.mu.numpy(), atol=1e-6)
    assert last.logvar is not None
    np.testing.assert_allclose(np.exp(0.5 * last.logvar), posterior.sigma.numpy(), atol=1e-6)
    assert not np.array_equal(snapshots[0].mu, last.mu)


def test_a_snapshot_does_not_change_when_training_goes_on(make_run: MakeRun) -> None:
    run = make_run()
    events = run.events(snapshot_every=0.0)
    snapshot = next(event for event in events if isinstance(event, Snapshot))
    before = snapshot.mu.copy()
    drain(run)
    np.testing.assert_array_equal(snapshot.mu, before)


def test_the_history_holds_the_first_steps_then_every_few(make_run: MakeRun) -> None:
    run = make_run(epochs=10.0)
    drain(run)
    logged = [record["step"] for record in run.history if record["kind"] == "train"]
    assert logged[0] == 1
    gaps = np.diff(logged)
    assert np.all(gaps <= 2 + (LOG_RATIO - 1) * np.array(logged[:-1]))
    assert len(logged) < run.step


def test_moments_are_spaced_by_a_ratio_and_end_with_the_last_step(make_run: MakeRun) -> None:
    run = make_run(epochs=8.0)
    drain(run)
    steps = [moment.step for moment in run.replay.moments]
    assert steps[0] == 0
    assert steps[-1] == run.step
    assert len(steps) < 30
    assert steps == sorted(set(steps))


# --------------------------------------------------------------------------------------------- when it goes wrong


def test_a_rate_that_is_far_too_large_ends_as_diverged_with_a_usable_model(make_run: MakeRun) -> None:
    run = make_run(
        epochs=30.0, learning_rate=10.0, schedule="constant", layer_norm=False, sine_features=0, likelihood="gaussian",
        gaussian_scale=0.001, hidden=(64, 64),
    )  # fmt: skip
    finished = drain(run)[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == "diverged"
    assert "smaller learning rate" in finished.message
    assert weights(run).isfinite().all()
    assert run.finished


def _poison(run: TrainingRun) -> None:
    with torch.no_grad():
        next(run.model.parameters()).fill_(torch.nan)


def test_a_nan_ends_the_run_at_the_last_good_state(make_run: MakeRun) -> None:
    run, reference = make_run(epochs=10.0), make_run(epochs=10.0)
    kept: int | None = None
    for event in run.events():
        if isinstance(event, Evaluated) and kept is None:
            kept = event.step
        if isinstance(event, Step) and kept is not None and event.step == kept + 3:
            _poison(run)
    assert isinstance(event, Finished)
    assert event.reason == "diverged"
    assert event.step == run.step == kept
    for _ in itertools.takewhile(lambda e: not isinstance(e, Evaluated), reference.events()):
        pass
    assert torch.equal(weights(run), weights(reference))
    assert max(record["step"] for record in run.history) <= run.step


def test_a_nan_after_an_interruption_goes_back_to_where_the_run_went_on(make_run: MakeRun) -> None:
    first = make_run(epochs=10.0)
    for _ in itertools.islice(first.events(), 5):
        pass
    run = make_run(epochs=10.0)
    run.restore(first.state())
    events = run.events()
    next(events)
    _poison(run)
    finished = list(events)[-1]
    assert isinstance(finished, Finished)
    assert finished.reason == "diverged"
    assert torch.equal(weights(run), weights(first))
    assert run.step == 5


def test_a_nan_in_the_very_last_step_is_caught_too(make_run: MakeRun) -> None:
    run = make_run(epochs=4.0)
    length = len(steps_of(drain(make_run(epochs=4.0))))
    for event in run.events():
        if isinstance(event, Step) and event.step == length:
            _poison(run)
    assert isinstance(event, Finished)
    assert event.reason == "diverged"
    assert weights(run).isfinite().all()


def test_a_nan_at_the_first_step_leaves_the_model_as_it_began(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    before = weights(run)
    nan = {
        "loss": torch.tensor(torch.nan),
        "reconstruction": torch.tensor(torch.nan),
        "kl": torch.tensor(0.0),
    }
    monkeypatch.setattr(run.model, "loss", lambda *_: nan)
    (finished,) = drain(run)
    assert isinstance(finished, Finished)
    assert (finished.reason, finished.step) == ("diverged", 0)
    assert torch.equal(before, weights(run))


def test_an_interruption_in_the_middle_of_a_step_stops_the_clock(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    next(run.events())

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run.model, "loss", interrupt)
        with pytest.raises(KeyboardInterrupt):
            next(run.events())
    before = run.seconds
    time.sleep(0.02)
    assert run.seconds == before


def _warnings_of(
    preset: str, dataset: ImageDataset, configure: Callable[..., Any]
) -> tuple[list[str], float]:
    chosen = PRESETS[preset]
    base = configure()
    run = TrainingRun(dataclasses.replace(base, model=chosen.model, training=chosen.training), dataset)
    codes, kl = [], float("nan")
    for event in run.events():
        if isinstance(event, Warned):
            codes.append(event.code)
        if isinstance(event, Step):
            kl = event.terms["kl"]
            if event.step > COLLAPSE_STEPS + 100:
                break
    return codes, kl


@pytest.mark.parametrize("preset", ["article", "article-fixed"])
def test_the_articles_program_collapses_and_says_so_and_its_correction_does_not(
    preset: str, data_dir: Any, configure: Callable[..., Any]
) -> None:
    codes, kl = _warnings_of(preset, load_dataset("fashion_mnist", data_dir=data_dir), configure)
    if preset == "article":
        assert codes == ["collapse"]
        assert kl < 0.05
    else:
        assert codes == []
        assert kl > 1


def test_the_collapse_of_a_run_too_short_for_the_count_is_told_at_its_end(make_run: MakeRun) -> None:
    run = make_run(beta=500.0, epochs=6.0)
    codes = [event.code for event in drain(run) if isinstance(event, Warned)]
    assert run.step < COLLAPSE_STEPS
    assert codes == ["collapse"]


def test_the_warning_of_collapse_is_not_lost_by_stopping_just_before_it(make_run: MakeRun) -> None:
    run = make_run(beta=500.0, epochs=30.0)
    codes: list[str] = []
    while not run.finished:
        for event in run.events():
            if isinstance(event, Warned):
                codes.append(event.code)
            break
    assert codes == ["collapse"]


def test_a_model_that_ignores_the_kl_is_not_reported_as_collapsed(make_run: MakeRun) -> None:
    assert not any(isinstance(event, Warned) for event in drain(make_run(beta=0.0, epochs=12.0)))


# -------------------------------------------------------------------------------------------------- odd data


@pytest.mark.parametrize("kind", ["mlp", "conv", "broadcast"])
@pytest.mark.parametrize("shape", [(3, 9, 14), (1, 64, 64), (3, 8, 8)])
@pytest.mark.parametrize("latent_dim", [1, 64])
def test_any_shape_trains_with_any_latent_dimension(
    make_run: MakeRun,
    make_images: MakeImages,
    kind: str,
    shape: tuple[int, int, int],
    latent_dim: int,
) -> None:
    run = make_run(make_images(shape), kind=kind, channels=2, latent_dim=latent_dim, epochs=25.0)
    events = drain(run, snapshot_every=0.0)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "complete"
    losses = [step.terms["loss"] for step in steps_of(events)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("count", [3, 6, 30])
def test_a_data_set_smaller_than_the_batch_is_trained_whole(
    make_run: MakeRun, make_images: MakeImages, count: int
) -> None:
    run = make_run(make_images(count=count), batch_size=512, late_batch_size=512, epochs=5.0)
    assert len(steps_of(drain(run))) == 5
    assert run.images_seen == 5 * count // 3


def test_images_in_memory_that_may_not_be_written_are_trained_on(
    make_run: MakeRun, digits: ImageDataset
) -> None:
    locked = digits.train.images.copy()
    locked.setflags(write=False)
    run = make_run(dataclasses.replace(digits, train=Split(locked, digits.train.labels)))
    drain(run)
    assert run.finished
