from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from explorer import measures
from vae_core.measures import GROUPS
from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]


def tables(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown if element.value.startswith("|"))


@pytest.mark.parametrize("name", ["digits-vae-2d", "digits-ae-2d", "digits-vae-16d"])
def test_the_numbers_kept_with_a_model_are_shown_with_unit_and_estimator(open_page: Open, name: str) -> None:
    page = open_page("measure", model=name)
    assert not page.exception
    shown = tables(page)
    assert "| 15-NN accuracy |" in shown
    assert "test, 400 images" in shown
    assert ("| ELBO |" in shown) == (name != "digits-ae-2d")
    assert len(page.get("plotly_chart")) == (name != "digits-ae-2d")


def test_the_rest_is_measured_when_asked_for(open_page: Open) -> None:
    page = open_page("measure", model="digits-vae-2d")
    assert "Trustworthiness" not in tables(page)
    page.button(key="measure").click().run()
    assert not page.exception
    shown = tables(page)
    for title in ("Trustworthiness", "Total correlation", "SSIM", "Accepted draws", "Fréchet distance"):
        assert f"| {title} |" in shown
    assert "MIG" not in shown


@pytest.mark.usefixtures("no_images")
def test_without_the_data_set_only_what_was_kept_is_shown(open_page: Open) -> None:
    page = open_page("measure", model="digits-vae-2d")
    assert not page.exception
    assert not page.button
    assert "| ELBO |" in tables(page)


def test_every_measure_has_its_words(vae: TrainedModel) -> None:
    assert vae.metrics.keys() <= measures.WORDS.keys()
    assert len(measures.WORDS) == sum(len(section) for section in measures.SECTIONS.values())
    assert GROUPS
