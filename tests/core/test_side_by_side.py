from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from vae_core.datasets import ImageDataset
from vae_core.errors import ConfigError
from vae_core.events import Evaluated, Finished, Snapshot, Step
from vae_core.side_by_side import SideBySide
from vae_core.training import TrainingRun

MakeRun = Callable[..., TrainingRun]
KINDS: dict[str, dict[str, Any]] = {"ae": {"family": "ae"}, "vae": {}, "beta4": {"beta": 4.0}}


@pytest.fixture
def together(make_run: MakeRun) -> SideBySide:
    return SideBySide({name: make_run(epochs=3.0, **kind) for name, kind in KINDS.items()})


def test_every_model_trains_as_it_would_alone(together: SideBySide, make_run: MakeRun) -> None:
    for _ in together.events():
        pass
    for name, kind in KINDS.items():
        alone = make_run(epochs=3.0, **kind)
        for _ in alone.events():
            pass
        assert together.runs[name].step == alone.step
        for key, value in alone.state()["model"].items():
            assert torch.equal(value, together.runs[name].state()["model"][key]), (name, key)


def test_all_see_the_same_batch_in_every_round(together: SideBySide) -> None:
    rounds = 0
    for event in together.events():
        if isinstance(event, Step) and event.fraction < 1:
            rounds += 1
            batches = [run.peek() for run in together.runs.values()]
            assert len({run.step for run in together.runs.values()}) == 1
            assert all(torch.equal(batches[0].x, batch.x) for batch in batches)
    assert rounds > 10


def test_a_step_tells_the_terms_of_each_model_and_the_time_of_all(together: SideBySide) -> None:
    steps = [event for event in together.events() if isinstance(event, Step)]
    assert {"loss of ae", "kl of vae", "kl of beta4", "reconstruction of ae"} <= steps[0].terms.keys()
    assert "kl of ae" not in steps[0].terms
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].fraction == 1
    assert together.seconds == pytest.approx(sum(run.seconds for run in together.runs.values()))
    assert steps[-1].seconds <= together.seconds


def test_all_are_evaluated_in_the_same_round(together: SideBySide) -> None:
    results = [event for event in together.events() if isinstance(event, Evaluated)]
    assert results
    assert all({"loss of ae", "elbo of vae", "elbo of beta4"} <= event.terms.keys() for event in results)


def test_the_last_event_says_that_all_are_done(together: SideBySide) -> None:
    *_, last = together.events(snapshot_every=0.0)
    assert isinstance(last, Finished)
    assert last.reason == "complete"
    assert all(run.finished for run in together.runs.values())


def test_snapshots_come_as_often_as_asked(together: SideBySide) -> None:
    events = list(together.events(snapshot_every=0.0))
    shots = sum(isinstance(event, Snapshot) for event in events)
    assert shots >= sum(isinstance(event, Step) for event in events)


def test_it_can_be_left_and_gone_on_with(together: SideBySide, make_run: MakeRun) -> None:
    for event in together.events():
        if isinstance(event, Step) and event.step == 7:
            break
    again = SideBySide(together.runs)
    *_, last = again.events()
    alone = make_run(epochs=3.0)
    for _ in alone.events():
        pass
    assert isinstance(last, Finished)
    assert all(
        torch.equal(value, again.runs["vae"].state()["model"][key])
        for key, value in alone.state()["model"].items()
    )


def test_one_that_diverges_ends_alone_and_is_named(together: SideBySide) -> None:
    for event in together.events():
        if isinstance(event, Step) and event.step == 5:
            with torch.no_grad():
                next(together.runs["beta4"].model.parameters()).fill_(torch.nan)
    assert isinstance(event, Finished)
    assert event.reason == "complete"
    assert "beta4" in event.message
    assert together.runs["vae"].fraction == 1


def test_a_setting_that_is_named_may_differ_and_batches_stay_the_same(make_run: MakeRun) -> None:
    runs = {"one": make_run(epochs=3.0), "two": make_run(epochs=3.0, learning_rate=0.5)}
    together = SideBySide(runs, differing=["learning_rate"])
    for event in together.events():
        if isinstance(event, Step) and event.fraction < 1:
            first, second = (run.peek() for run in runs.values())
            assert torch.equal(first.x, second.x)
    for name, rate in (("one", None), ("two", 0.5)):
        alone = make_run(epochs=3.0, **({} if rate is None else {"learning_rate": rate}))
        for _ in alone.events():
            pass
        for key, value in alone.state()["model"].items():
            assert torch.equal(value, runs[name].state()["model"][key])


def test_a_setting_that_is_not_named_may_not_differ_beside_one_that_is(make_run: MakeRun) -> None:
    with pytest.raises(ConfigError, match="the same training settings"):
        SideBySide(
            {"one": make_run(), "two": make_run(learning_rate=0.5, kl_warmup=0.5)},
            differing=["learning_rate"],
        )


@pytest.mark.parametrize("name", ["batch_size", "epochs", "nonsense"])
def test_what_decides_the_batches_may_never_differ(make_run: MakeRun, name: str) -> None:
    with pytest.raises(ConfigError, match="can't differ in this"):
        SideBySide({"one": make_run(), "two": make_run()}, differing=[name])


@pytest.mark.parametrize("change", [{"seed": 1}, {"learning_rate": 0.5}, {"batch_size": 32}])
def test_runs_that_would_not_see_the_same_are_refused(make_run: MakeRun, change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must have the same"):
        SideBySide({"one": make_run(), "two": make_run(**change)})


def test_runs_at_different_steps_are_refused(make_run: MakeRun) -> None:
    begun = make_run()
    for event in begun.events():
        if isinstance(event, Step):
            break
    with pytest.raises(ConfigError, match="same step"):
        SideBySide({"one": make_run(), "two": begun})


def test_runs_on_different_data_are_refused(make_run: MakeRun, digits: ImageDataset) -> None:
    other = TrainingRun(make_run().config, ImageDataset(**vars(digits)))
    with pytest.raises(ConfigError, match="same data"):
        SideBySide({"one": make_run(), "two": other})


def test_an_end_by_the_clock_is_refused(make_run: MakeRun) -> None:
    with pytest.raises(ConfigError, match="the clock"):
        SideBySide({"one": make_run(seconds=5.0)})


def test_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="nothing"):
        SideBySide({})
