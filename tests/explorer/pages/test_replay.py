from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import cache
from explorer.components.replay import _packed
from vae_core.checkpoint import read, write
from vae_core.datasets import ImageDataset
from vae_core.moments import LEVELS, SIDE
from vae_core.trained import TrainedModel

Open = Callable[..., AppTest]


def components(page: AppTest) -> list[str]:
    return [element.proto.component_name for element in page.main.get("bidi_component")]


@pytest.mark.parametrize("name", ["digits-vae-2d", "digits-ae-2d", "digits-vae-16d", "digits-vae-1d"])
def test_every_kind_of_model_is_replayed(open_page: Open, name: str) -> None:
    page = open_page("replay", model=name)
    assert not page.exception
    assert not page.error
    assert [value.value for value in page.info] == []
    assert components(page) == ["latent_explorer.replay", "latent_explorer.curves"]


def test_a_model_without_moments_says_so(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    folder = read(models / "digits-vae-2d")
    folder.replay = None
    folder.history = []
    write(folder, tmp_path / "old" / "digits-vae-2d")
    monkeypatch.setenv("VAE_MODELS_DIR", str(tmp_path / "old"))
    page = open_page("replay")
    assert not page.exception
    assert "No moments" in page.info[0].value
    assert components(page) == []


def test_the_page_gets_every_moment_on_one_plane(vae: TrainedModel) -> None:
    replay = vae.replay
    assert replay is not None
    about, packed = _packed(vae, True)
    assert about["steps"] == [moment.step for moment in replay.moments]
    assert about["steps"][0] == 0
    assert len(about["told"]) == len(about["steps"]) == len(about["ends"])
    assert about["ends"][-1] == len(packed["tiles"])
    points = packed["points"].reshape(len(replay.moments), -1, 2)
    for moment, shown in zip(replay.moments, points, strict=True):
        np.testing.assert_allclose(shown, moment.mu, atol=1e-3)


def test_the_reconstructed_images_are_those_beside_them(vae: TrainedModel, digits: ImageDataset) -> None:
    replay = vae.replay
    assert replay is not None
    held_out = digits.validation.images[replay.copied]
    np.testing.assert_allclose(
        _packed(vae, True)[1]["originals"].reshape(held_out.shape) / LEVELS, held_out / 255, atol=0.5 / LEVELS
    )
    labels = digits.validation.labels
    assert labels is not None
    assert labels[replay.copied].tolist() == list(range(10))
    copies = vae.reconstruct(held_out)
    np.testing.assert_allclose(replay.tiles(replay.moments[-1])[SIDE**2 :] / LEVELS, copies, atol=0.02)


@pytest.mark.usefixtures("no_images")
def test_without_the_data_set_only_the_copies_are_shown(vae: TrainedModel) -> None:
    assert not cache.originals_here(vae)
    assert "originals" not in _packed(vae, False)[1]
