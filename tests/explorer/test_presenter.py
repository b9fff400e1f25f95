from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.lessons import LESSONS

Open = Callable[..., AppTest]
SHIPPED = Path(__file__).parents[2] / "checkpoints"
BAR = "presenter-bar"


@pytest.fixture
def present(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page in presenter mode, with the models that are shipped."""
    monkeypatch.setenv("VAE_MODELS_DIR", str(SHIPPED))
    return lambda path, **address: open_page(path, present="1", **address)


def texts(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_the_switch_in_the_sidebar_begins_presenter_mode_and_the_address_says_so(open_page: Open) -> None:
    page = open_page("map")
    assert "present" not in page.query_params
    page.button(key="present-now").click().run()
    assert page.query_params["present"] in ("1", ["1"])
    assert not page.exception


@pytest.mark.parametrize("value", ["", "2", "yes", "<b>"])
def test_an_address_that_says_something_else_is_the_usual_page(open_page: Open, value: str) -> None:
    page = open_page("map", present=value)
    assert page.button(key="present-now")


@pytest.mark.parametrize("path", ["map", "generate"])
def test_a_page_is_its_pad_alone(present: Open, path: str) -> None:
    page = present(path, model="digits-vae-2d")
    assert not page.exception
    assert not page.get("image")
    assert not page.get("slider")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_step_is_a_slide_with_its_text_in_a_sentence(present: Open, lesson: object) -> None:
    for number, step in enumerate(lesson.steps, 1):  # type: ignore[attr-defined]
        page = present("lessons", lesson=lesson.name, step=str(number))  # type: ignore[attr-defined]
        assert not page.exception
        assert not page.error
        assert step.slide in texts(page)
        assert step.text not in texts(page)
        assert step.slide_after not in texts(page)


def test_a_slide_opened_by_its_address_keeps_its_place(present: Open) -> None:
    page = present("lessons", lesson="tug", step="2")
    assert page.query_params["lesson"] in ("tug", ["tug"])
    assert page.query_params["step"] in ("2", ["2"])
    assert page.query_params["present"] in ("1", ["1"])
