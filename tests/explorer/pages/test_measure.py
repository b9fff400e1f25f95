from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import measures
from vae_core.datasets import ImageDataset
from vae_core.measures import GROUPS
from vae_core.run_config import TrainingConfig
from vae_core.runs import save_measured
from vae_core.trained import TrainedModel, load
from vae_core.training import TrainingRun

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
    assert not page.main.button
    assert "| ELBO |" in tables(page)


def test_every_measure_has_its_words(vae: TrainedModel) -> None:
    assert vae.metrics.keys() <= measures.WORDS.keys()
    assert len(measures.WORDS) == sum(len(section) for section in measures.SECTIONS.values())
    assert GROUPS


def test_the_weight_of_the_kl_is_shown_as_it_works_out(open_page: Open) -> None:
    shown = tables(open_page("measure", model="digits-vae-2d"))
    assert "| β in effect | **1** |" in shown
    assert "from the settings" in shown
    assert "β in effect" not in tables(open_page("measure", model="digits-ae-2d"))


def test_models_that_differ_in_the_seed_alone_tell_the_spread(
    open_page: Open, digits: ImageDataset, models: Path, tmp_path: Path
) -> None:
    assert "seeds" not in tables(open_page("measure", model="digits-vae-2d"))
    config = load(models / "digits-vae-2d").config
    for name, change in {
        "other-seed": {"seed": 7},
        "other-training": {"training": TrainingConfig(epochs=2.0)},
    }.items():
        run = TrainingRun(dataclasses.replace(config, **change), digits)
        for _ in run.events():
            pass
        save_measured(run, tmp_path / "runs" / name)
    shown = tables(open_page("measure", model="digits-vae-2d"))
    values = sorted(
        load(path).metrics["kl"]["value"] for path in (models / "digits-vae-2d", tmp_path / "runs/other-seed")
    )
    assert f"{values[0]:.3f} to {values[1]:.3f}, 2 seeds" in shown


def test_a_number_opens_its_formula_and_its_code(open_page: Callable[..., AppTest]) -> None:
    page = open_page("measure", model="digits-vae-2d")
    page.selectbox(key="measure.line").set_value("kl").run()
    assert not page.exception
    assert any("def kl_per_dimension" in code.value for code in page.code)
    assert any("sigma_j^2" in formula.value for formula in page.latex)
