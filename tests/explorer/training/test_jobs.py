from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from explorer.training import job as job_module
from explorer.training import jobs, progress
from explorer.training.job import Job
from explorer.training.jobs import Jobs
from explorer.training.progress import Progress
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset
from vae_core.errors import DatasetError, VaeCoreError
from vae_core.events import Finished, Step
from vae_core.models import VAEConfig
from vae_core.networks import NetworkConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.training import TrainingRun


class Endless:
    """A run that takes a step whenever it is allowed to, and never ends by itself."""

    def __init__(self) -> None:
        self.steps = 0
        self.closed = threading.Event()

    def events(self, snapshot_every: float | None = None) -> Iterator[Any]:
        try:
            while True:
                self.steps += 1
                time.sleep(0.001)
                terms = {"loss": 1.0, "reconstruction": 1.0, "kl": 0.5}
                yield Step(self.steps, 0, 0.5, self.steps / 1000, 1e-3, 1000.0, terms)
        finally:
            self.closed.set()


def wait_for(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def desk() -> Iterator[Jobs[Any]]:
    made: Jobs[Any] = Jobs(at_once=2, waiting=2)
    yield made
    wait_for(lambda: [job.stop() for job in made.under_way()] == [] and not made._running)


def small_run(digits: ImageDataset, seed: int, seconds: float = 0.5) -> TrainingRun:
    config = VAEConfig(network=NetworkConfig(hidden=(16,), sine_features=0))
    training = TrainingConfig(seconds=seconds)
    return TrainingRun(RunConfig(DataConfig("digits"), config, training, seed), digits)


def test_a_real_run_is_followed_to_its_end(desk: Jobs[Any], digits: ImageDataset) -> None:
    job = desk.submit("ada", Job("Digits", lambda say: small_run(digits, 0)))
    wait_for(lambda: job.progress.over)
    done = job.progress
    assert done.status == progress.COMPLETE
    assert done.step > 0
    assert done.fraction == pytest.approx(1, abs=0.5)
    assert set(done.curves) >= {"loss", "reconstruction", "kl"}
    assert done.held_out["elbo"]
    assert done.snapshot is not None
    assert done.snapshot.mu.shape[1] == 2
    assert job.can_keep


def test_two_owners_train_at_once_and_see_only_their_own(desk: Jobs[Any], digits: ImageDataset) -> None:
    ada = desk.submit("ada", Job("Ada's", lambda say: small_run(digits, 1)))
    bob = desk.submit("bob", Job("Bob's", lambda say: small_run(digits, 2)))
    assert desk.of("ada") is ada
    assert desk.of("bob") is bob
    wait_for(lambda: ada.progress.over and bob.progress.over)
    first, second = (job.take().model.state_dict() for job in (ada, bob))
    assert any(not np.array_equal(first[name], second[name]) for name in first)


def test_stopping_one_run_leaves_the_other_going(desk: Jobs[Any]) -> None:
    runs = {"ada": Endless(), "bob": Endless()}
    ada = desk.submit("ada", Job("", lambda say: runs["ada"]))
    bob = desk.submit("bob", Job("", lambda say: runs["bob"]))
    wait_for(lambda: ada.progress.step > 0 and bob.progress.step > 0)
    ada.stop()
    wait_for(lambda: ada.progress.over)
    assert ada.progress.status == progress.STOPPED
    assert runs["ada"].closed.is_set()
    assert not bob.progress.over
    steps = runs["ada"].steps
    before = bob.progress.step
    wait_for(lambda: bob.progress.step > before)
    assert runs["ada"].steps == steps


def test_a_stopped_run_can_still_be_kept(desk: Jobs[Any]) -> None:
    run = Endless()
    job = desk.submit("ada", Job("", lambda say: run))
    with pytest.raises(VaeCoreError, match="no finished run"):
        job.take()
    wait_for(lambda: job.progress.step > 0)
    job.stop()
    wait_for(lambda: job.progress.over)
    assert job.take() is run


def test_runs_beyond_the_number_at_once_wait_in_line(desk: Jobs[Any]) -> None:
    running = [desk.submit(owner, Job("", lambda say: Endless())) for owner in ("ada", "bob")]
    third = desk.submit("cyd", Job("", lambda say: Endless()))
    fourth = desk.submit("dan", Job("", lambda say: Endless()))
    assert third.progress.status == fourth.progress.status == progress.QUEUED
    assert (desk.place(third), desk.place(fourth)) == (0, 1)
    with pytest.raises(VaeCoreError, match="Too many people"):
        desk.submit("eve", Job("", lambda say: Endless()))
    running[0].stop()
    wait_for(lambda: third.progress.status == progress.RUNNING)
    assert fourth.progress.status == progress.QUEUED


def test_a_queued_run_can_be_stopped_and_never_begins(desk: Jobs[Any]) -> None:
    for owner in ("ada", "bob"):
        desk.submit(owner, Job("", lambda say: Endless()))
    begun = threading.Event()

    def begin(say: Callable[[str], None]) -> Endless:
        begun.set()
        return Endless()

    third = desk.submit("cyd", Job("", begin))
    third.stop()
    assert third.progress.status == progress.STOPPED
    for job in desk.under_way():
        job.stop()
    wait_for(lambda: not desk._running)
    assert not begun.is_set()
    assert not third.can_keep


def test_an_owner_has_one_run_at_a_time(desk: Jobs[Any]) -> None:
    first = desk.submit("ada", Job("", lambda say: Endless()))
    with pytest.raises(VaeCoreError, match="still under way"):
        desk.submit("ada", Job("", lambda say: Endless()))
    first.stop()
    wait_for(lambda: first.progress.over)
    assert desk.submit("ada", Job("", lambda say: Endless())) is desk.of("ada")


def test_an_error_meant_for_the_reader_is_published_as_it_is(desk: Jobs[Any]) -> None:
    def fail(say: Callable[[str], None]) -> Endless:
        raise DatasetError("The files are not there.", next_step="Connect to the network.")

    job = desk.submit("ada", Job("", fail))
    wait_for(lambda: job.progress.over)
    assert job.progress.status == progress.FAILED
    assert job.progress.message == "The files are not there. Connect to the network."
    assert not job.can_keep


def test_a_bug_in_a_run_ends_the_run_and_not_the_server(desk: Jobs[Any]) -> None:
    class Broken(Endless):
        def events(self, snapshot_every: float | None = None) -> Iterator[Any]:
            yield from ()
            raise ZeroDivisionError("oh")

    job = desk.submit("ada", Job("", lambda say: Broken()))
    wait_for(lambda: job.progress.over)
    assert job.progress.status == progress.FAILED
    assert "ZeroDivisionError" in job.progress.message
    again = desk.submit("ada", Job("", lambda say: Endless()))
    wait_for(lambda: again.progress.status == progress.RUNNING)


def test_a_diverged_run_is_reported_as_failed(desk: Jobs[Any]) -> None:
    class Diverging(Endless):
        def events(self, snapshot_every: float | None = None) -> Iterator[Any]:
            yield Finished(3, "diverged", 1.0, "The loss became NaN at step 3.")

    job = desk.submit("ada", Job("", lambda say: Diverging()))
    wait_for(lambda: job.progress.over)
    assert job.progress.status == progress.FAILED
    assert job.progress.message == "The loss became NaN at step 3."


class TestAnOwnerWhoLeaves:
    @pytest.fixture
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A fifth of a second stands for two minutes."""
        for module in (job_module, jobs):
            monkeypatch.setattr(module, "AWAY_SECONDS", 0.2)

    @pytest.fixture
    def job(self, desk: Jobs[Any]) -> Job[Any]:
        """Ada's job, under way; she sits at one tab."""
        desk.arrive("ada")
        job = desk.submit("ada", Job("", lambda say: Endless()))
        wait_for(lambda: job.progress.step > 0)
        return job

    @pytest.mark.usefixtures("short")
    def test_finds_the_run_going_on_when_coming_back(self, desk: Jobs[Any], job: Job[Any]) -> None:
        desk.depart("ada")
        time.sleep(0.5)
        before = job.progress.step
        desk.arrive("ada")
        assert desk.of("ada") is job
        wait_for(lambda: job.progress.step > before)
        assert job.progress.status == progress.RUNNING

    @pytest.mark.usefixtures("short")
    def test_has_left_only_with_the_last_tab(self, desk: Jobs[Any], job: Job[Any]) -> None:
        desk.arrive("ada")
        desk.depart("ada")
        assert job.left is None
        desk.depart("ada")
        assert job.left is not None
        desk.arrive("ada")
        assert job.left is None

    @pytest.mark.usefixtures("short")
    def test_leaves_no_finished_run_behind(self, desk: Jobs[Any], job: Job[Any]) -> None:
        job.stop()
        wait_for(lambda: job.progress.over)
        time.sleep(0.5)
        assert desk.of("ada") is job
        desk.depart("ada")
        assert desk.of("ada") is job
        wait_for(lambda: desk.of("ada") is None)

    @pytest.mark.usefixtures("short")
    def test_has_a_run_forgotten_once_it_ends(self, desk: Jobs[Any], job: Job[Any]) -> None:
        desk.depart("ada")
        time.sleep(0.5)
        assert desk.of("ada") is job
        job.stop()
        wait_for(lambda: desk.of("ada") is None)
        assert job.progress.over

    @pytest.mark.usefixtures("short")
    def test_does_not_keep_a_resting_run_for_ever(self, desk: Jobs[Any]) -> None:
        saved: list[int] = []
        desk.arrive("ada")
        job = desk.submit("ada", Job("", lambda say: Endless(), save=lambda run: saved.append(run.steps)))
        wait_for(lambda: job.progress.step > 0)
        job.pause()
        wait_for(lambda: job.progress.status == progress.PAUSED)
        count = len(saved)
        desk.depart("ada")
        wait_for(lambda: job.progress.over)
        assert job.progress.status == progress.STOPPED
        assert saved[count:] == [job.progress.step]
        wait_for(lambda: desk.of("ada") is None)

    @pytest.mark.usefixtures("short")
    def test_keeps_the_place_in_line(self, desk: Jobs[Any], job: Job[Any]) -> None:
        desk.submit("bob", Job("", lambda say: Endless()))
        desk.arrive("cyd")
        third = desk.submit("cyd", Job("", lambda say: Endless()))
        desk.depart("cyd")
        time.sleep(0.5)
        assert third.progress.status == progress.QUEUED
        job.stop()
        wait_for(lambda: third.progress.step > 0)

    def test_does_not_keep_the_server_busy_for_ever(
        self, desk: Jobs[Any], job: Job[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job_module, "UNWATCHED_SECONDS", 0.3)
        time.sleep(0.5)
        assert not job.progress.over
        desk.depart("ada")
        wait_for(lambda: job.progress.over)
        assert job.progress.status == progress.STOPPED
        assert job.can_keep

    @pytest.mark.usefixtures("short")
    def test_leaves_nothing_in_the_registry_however_many_come_and_go(self, desk: Jobs[Any]) -> None:
        for number in range(50):
            desk.arrive(f"owner {number}")
            if number % 10 == 0:
                desk.submit(f"owner {number}", Job("", lambda say: Endless())).stop()
            desk.depart(f"owner {number}")
        wait_for(lambda: not desk._jobs)
        assert not desk._here


def test_what_was_published_never_changes() -> None:
    job: Job[Endless] = Job("", lambda say: Endless())
    thread = threading.Thread(target=job.work)
    thread.start()
    wait_for(lambda: job.progress.step > 0)
    moment: Progress = job.progress
    step, length = moment.step, len(moment.curves["loss"])
    wait_for(lambda: job.progress.step > step)
    assert (moment.step, len(moment.curves["loss"])) == (step, length)
    assert isinstance(moment.curves["loss"], tuple)
    job.stop()
    thread.join(10)


class TestPause:
    @pytest.fixture
    def job(self, desk: Jobs[Any]) -> Job[Any]:
        """A job at rest."""
        job = desk.submit("ada", Job("", lambda say: Endless()))
        wait_for(lambda: job.progress.step > 0)
        job.pause()
        wait_for(lambda: job.progress.status == progress.PAUSED)
        return job

    def test_a_paused_run_takes_no_step(self, job: Job[Any]) -> None:
        run = job._run
        assert run is not None
        before = run.steps
        time.sleep(0.3)
        assert run.steps == before == job.progress.step

    def test_a_step_is_one_step(self, job: Job[Any]) -> None:
        before = job.progress.step
        for number in range(1, 4):
            job.step()
            wait_for(lambda number=number: job.progress.step == before + number)
            wait_for(lambda: job.progress.status == progress.PAUSED)
        assert job._run is not None
        assert job._run.steps == before + 3

    def test_an_epoch_ends_with_the_epoch(self, desk: Jobs[Any], digits: ImageDataset) -> None:
        job = desk.submit("bob", Job("", lambda say: small_run(digits, 0, seconds=60)))
        wait_for(lambda: job.progress.step > 0)
        job.pause()
        wait_for(lambda: job.progress.status == progress.PAUSED)
        epoch = job.progress.epoch
        job.one_epoch()
        wait_for(lambda: job.progress.epoch == epoch + 1 and job.progress.status == progress.PAUSED)
        job.stop()

    def test_a_resumed_run_goes_on(self, job: Job[Any]) -> None:
        before = job.progress.step
        job.resume()
        wait_for(lambda: job.progress.step > before + 20)
        assert job.progress.status == progress.RUNNING

    def test_a_paused_run_can_be_stopped_and_kept(self, job: Job[Any]) -> None:
        job.stop()
        wait_for(lambda: job.progress.over)
        assert job.can_keep

    def test_a_paused_run_lets_another_train_in_its_place(self, desk: Jobs[Any], job: Job[Any]) -> None:
        others = [desk.submit(owner, Job("", lambda say: Endless())) for owner in ("bob", "cyd")]
        wait_for(lambda: all(other.progress.status == progress.RUNNING for other in others))
        before = job.progress.step
        job.resume()
        assert job.progress.status == progress.QUEUED
        assert job.progress.step == before
        others[0].stop()
        wait_for(lambda: job.progress.status == progress.RUNNING)

    def test_a_change_is_made_between_two_steps_also_while_it_rests(self, job: Job[Any]) -> None:
        threads = []
        job.adjust(lambda run: threads.append(threading.current_thread().name))
        wait_for(lambda: bool(threads))
        assert threads[0].startswith("training-")
        assert job.progress.status == progress.PAUSED

    def test_a_change_that_cannot_be_is_told_and_the_run_goes_on(self, job: Job[Any]) -> None:
        def refuse(run: Any) -> None:
            raise VaeCoreError("That is no beta.")

        job.adjust(refuse)
        wait_for(lambda: job.progress.message == "That is no beta.")
        job.step()
        wait_for(lambda: job.progress.status == progress.PAUSED)


def test_pictures_of_the_model_are_published_and_never_change(desk: Jobs[Any], digits: ImageDataset) -> None:
    job = desk.submit("ada", Job("", lambda say: small_run(digits, 0, seconds=2.0), freeze))
    wait_for(lambda: job.progress.model is not None)
    first = job.progress.model
    z = np.zeros((1, 2), np.float32)
    before = first.decode(z)
    wait_for(lambda: job.progress.over)
    assert job.progress.model is not first
    np.testing.assert_array_equal(first.decode(z), before)
    assert not np.array_equal(job.progress.model.decode(z), before)


def test_a_run_is_saved_as_it_goes_at_rest_and_at_its_end(
    desk: Jobs[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "_SAVE_SECONDS", 0.0)
    saved: list[int] = []
    job = desk.submit(
        "ada", Job("", lambda say: Endless(), save=lambda run: saved.append(run.steps), name="mine")
    )
    wait_for(lambda: len(saved) > 2)
    assert desk.under_way() == [job]
    job.pause()
    wait_for(lambda: job.progress.status == progress.PAUSED and saved[-1] == job.progress.step)
    count = len(saved)
    job.stop()
    wait_for(lambda: job.progress.over)
    assert len(saved) > count
    assert desk.under_way() == []


def test_a_run_is_held_from_its_beginning_to_just_before_its_end_is_told(desk: Jobs[Any]) -> None:
    told: list[str] = []

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        told.append(f"taken, {job.progress.status}")
        yield
        told.append(f"let go, {job.progress.status}")

    job: Job[Any] = Job("", lambda say: Endless(), hold=hold)
    desk.submit("ada", job)
    wait_for(lambda: job.progress.step > 0)
    job.stop()
    wait_for(lambda: job.progress.over)
    assert told == ["taken, queued", "let go, running"]


def test_a_run_that_cannot_be_held_fails_with_one_line(desk: Jobs[Any]) -> None:
    def hold() -> contextlib.AbstractContextManager[None]:
        raise VaeCoreError("It trains somewhere else.")

    job: Job[Any] = desk.submit("ada", Job("", lambda say: Endless(), hold=hold))
    wait_for(lambda: job.progress.over)
    assert (job.progress.status, job.progress.message) == (progress.FAILED, "It trains somewhere else.")


def test_a_save_that_fails_costs_a_line_and_not_the_run(desk: Jobs[Any]) -> None:
    def fail(run: Endless) -> None:
        raise VaeCoreError("The disk is full.")

    job = desk.submit("ada", Job("", lambda say: Endless(), save=fail))
    wait_for(lambda: job.progress.message == "The disk is full.")
    before = job.progress.step
    wait_for(lambda: job.progress.step > before)


def test_ten_thousand_pairs_of_decodes_agree_while_the_run_trains(
    desk: Jobs[Any], digits: ImageDataset
) -> None:
    job = desk.submit("ada", Job("", lambda say: small_run(digits, 0, seconds=600), freeze))
    wait_for(lambda: job.progress.model is not None)
    z = np.random.default_rng(0).standard_normal((1, 2)).astype(np.float32)
    seen = set()
    for _ in range(10_000):
        model = job.progress.model
        first, second = model.decode(z), model.decode(z)
        assert np.array_equal(first, second)
        seen.add(first.tobytes())
    assert len(seen) > 1
    job.stop()
