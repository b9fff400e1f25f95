from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.shelf import Shelf
from explorer.training.desk import TrainingJob
from vae_core.trained import load

Open = Callable[..., AppTest]
JobOf = Callable[[AppTest], TrainingJob]
ShelfOf = Callable[[AppTest], Shelf]


def until(page: AppTest, holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
        page.run()


def button(page: AppTest, key: str) -> bool:
    return any(one.key == key for one in page.button)


@pytest.fixture
def page(open_page: Open) -> AppTest:
    page = open_page("train")
    page.number_input(key="train.quick.vae.seconds").set_value(0.5).run()
    return page


def test_the_default_is_data_that_comes_with_the_app(page: AppTest) -> None:
    assert page.selectbox(key="train.data").value == "digits"
    assert page.selectbox(key="train.preset").value == "quick"


def test_a_processor_without_bfloat16_is_mentioned_and_not_warned_of(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.training.has_fast_bf16", lambda: False)
    page.button(key="start").click().run()
    until(page, lambda: button(page, "keep"))
    assert any("no bfloat16 units" in one.value for one in page.caption)
    assert not page.warning


def test_a_model_is_trained_kept_and_opened_on_the_other_pages(page: AppTest, shelf_of: ShelfOf) -> None:
    page.button(key="start").click().run()
    assert button(page, "stop")
    until(page, lambda: button(page, "keep"))
    page.text_input(key="train.name").set_value("my-digits").run()
    page.button(key="keep").click().run()
    assert not page.exception
    assert not page.error
    assert "my-digits" in page.success[0].value
    assert page.session_state["model"] == "my-digits"
    assert [path.name for path in shelf_of(page).own.iterdir()] == ["my-digits"]
    kept = load(shelf_of(page).own / "my-digits")
    assert kept.metrics["elbo"]["unit"] == "nats per image"


@pytest.mark.parametrize("name", ["", "../out", "a b", "é"])
def test_a_name_that_cannot_be_a_folder_is_refused(page: AppTest, shelf_of: ShelfOf, name: str) -> None:
    page.button(key="start").click().run()
    until(page, lambda: button(page, "keep"))
    page.text_input(key="train.name").set_value(name).run()
    page.button(key="keep").click().run()
    assert "letters, digits" in page.error[0].value
    assert [path.name for path in shelf_of(page).own.iterdir()] == ["digits-8x8-1"]  # as it saved itself


def test_a_name_in_use_is_refused_and_a_free_one_offered(page: AppTest) -> None:
    page.button(key="start").click().run()
    until(page, lambda: button(page, "keep"))
    page.text_input(key="train.name").set_value("digits-vae-2d").run()
    page.button(key="keep").click().run()
    assert "digits-vae-1 is free" in page.error[0].value or "digits-vae-2d-1 is free" in page.error[0].value


def test_stop_ends_a_long_run_and_what_it_learnt_can_be_kept(page: AppTest, job_of: JobOf) -> None:
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    until(
        page,
        lambda: job_of(page).progress.step > 0,
    )
    page.button(key="stop").click().run()
    until(page, lambda: button(page, "keep"))
    page.button(key="again").click().run()
    assert button(page, "start")


def test_two_people_train_without_touching_each_others_runs(open_page: Open) -> None:
    ada, bob = open_page("train"), open_page("train")
    for page, seconds in ((ada, 600.0), (bob, 0.3)):
        page.number_input(key="train.quick.vae.seconds").set_value(seconds).run()
        page.button(key="start").click().run()
    until(bob, lambda: button(bob, "keep"))
    ada.run()
    assert button(ada, "stop")
    assert not button(ada, "keep")
    ada.button(key="stop").click().run()
    until(ada, lambda: button(ada, "keep"))


def test_an_error_in_the_settings_is_one_clear_line(page: AppTest) -> None:
    page.text_input(key="train.quick.vae.hidden").set_value("many").run()
    assert not page.exception
    assert "hidden" in page.error[0].value
    assert not button(page, "start")


@pytest.mark.usefixtures("no_images")
def test_data_that_must_be_fetched_is_offered_with_a_note(open_page: Open) -> None:
    page = open_page("train")
    page.selectbox(key="train.data").set_value("mnist").run()
    assert any("needs the network" in caption.value for caption in page.caption)
    assert any("not on this machine" in text.value for text in page.markdown)


@pytest.mark.parametrize(
    ("family", "own"),
    [
        ("vae", {"beta": 1.0}),
        ("capacity", {"capacity": 5.0, "gamma": 10.0}),
        ("tcvae", {"beta": 4.0}),
        ("infovae", {"alpha": 0.5, "lambda_mmd": 10.0}),
        ("iwae", {"samples": 5}),
    ],
)
def test_each_family_shows_its_own_settings_and_what_it_minimises(
    open_page: Open, family: str, own: dict[str, float]
) -> None:
    page = open_page("train")
    page.selectbox(key="train.family").set_value(family).run()
    assert not page.exception
    assert {name: page.number_input(key=f"train.quick.{family}.{name}").value for name in own} == own
    assert any(caption.value.startswith("Minimises ") for caption in page.caption)


def test_an_autoencoder_keeps_the_settings_that_both_have(open_page: Open) -> None:
    page = open_page("train")
    page.selectbox(key="train.family").set_value("ae").run()
    assert not page.exception
    assert not any(one.key.endswith(".beta") for one in page.number_input)
    assert page.number_input(key="train.quick.ae.latent_dim").value == 2


def test_a_run_can_be_paused_taken_on_by_a_step_and_resumed(page: AppTest, job_of: JobOf) -> None:
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    job = job_of(page)
    until(page, lambda: job.progress.step > 0)
    page.button(key="pause").click().run()
    until(page, lambda: job.progress.status == "paused")
    page.run()
    before = job.progress.step
    told = " ".join(text.value for text in page.markdown)
    assert f"Step {before + 1:,}, taken apart" in told
    assert "varepsilon_1" in told
    page.button(key="step").click().run()
    until(page, lambda: job.progress.status == "paused" and job.progress.step == before + 1)
    page.run()
    page.button(key="resume").click().run()
    until(page, lambda: job.progress.step > before + 5)
    page.button(key="stop").click().run()
    until(page, lambda: button(page, "keep"))


def test_beta_changes_while_the_run_goes_on_and_is_marked(page: AppTest, job_of: JobOf) -> None:
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    job = job_of(page)
    until(page, lambda: any(one.key == "live.beta" for one in page.slider))
    page.slider(key="live.beta").set_value(4.0).run()
    until(page, lambda: bool(job.progress.changes))
    assert job.progress.changes[0][1] == "β = 4"
    page.button(key="stop").click().run()
    until(page, lambda: button(page, "keep"))
    assert job.take().config.model.beta == 4.0


def test_the_same_plan_starts_again_with_the_next_seed(page: AppTest, job_of: JobOf) -> None:
    page.button(key="start").click().run()
    until(page, lambda: button(page, "keep"))
    first = job_of(page)
    page.button(key="reseed").click().run()
    second = job_of(page)
    assert second is not first
    until(page, lambda: button(page, "keep"))
    assert second.take().config.seed == first.take().config.seed + 1
    assert second.take().dataset is first.take().dataset


def test_a_tab_opened_anew_shows_the_run_with_its_controls(
    page: AppTest, open_page: Open, job_of: JobOf
) -> None:
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    job = job_of(page)
    until(page, lambda: job.progress.model is not None)
    other = open_page("train", token=page.session_state["_token"])
    assert not other.exception
    assert job_of(other) is job
    assert button(other, "pause")
    other.slider(key="live.beta").set_value(4.0).run()
    until(other, lambda: bool(job.progress.changes))
    other.button(key="stop").click().run()
    until(other, lambda: button(other, "keep"))
    other.button(key="reseed").click().run()
    assert job_of(other).plan.seed == 1
    page.run()
    assert button(page, "stop")
    page.button(key="stop").click().run()


def test_a_run_begun_in_another_tab_is_shown_where_a_new_one_was_being_chosen(
    page: AppTest, open_page: Open, job_of: JobOf
) -> None:
    page.button(key="start").click().run()
    until(page, lambda: button(page, "again"))
    page.button(key="again").click().run()
    assert button(page, "start")
    other = open_page("train", token=page.session_state["_token"])
    other.button(key="reseed").click().run()
    page.run()
    assert not page.exception
    assert not button(page, "start")
    job_of(page).stop()


def test_a_second_run_of_one_owner_is_refused_while_the_first_is_under_way(
    page: AppTest, open_page: Open, job_of: JobOf
) -> None:
    other = open_page("train", token=page.session_state["_token"])
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    job = job_of(page)
    other.button(key="start").click().run()
    assert "still under way" in other.error[0].value
    assert job_of(other) is job
    job.stop()


def test_a_run_outlives_the_clearing_of_all_caches(page: AppTest, job_of: JobOf) -> None:
    page.number_input(key="train.quick.vae.seconds").set_value(600.0).run()
    page.button(key="start").click().run()
    job = job_of(page)
    st.cache_resource.clear()
    page.run()
    assert job_of(page) is job
    assert button(page, "stop")
    assert job.left is None
    job.stop()


def test_a_kept_run_is_kept_in_all_tabs(page: AppTest, open_page: Open) -> None:
    page.button(key="start").click().run()
    until(page, lambda: button(page, "keep"))
    page.text_input(key="train.name").set_value("my-digits").run()
    page.button(key="keep").click().run()
    other = open_page("train", token=page.session_state["_token"])
    assert "my-digits" in other.success[0].value
    assert not button(other, "keep")
