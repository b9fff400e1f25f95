from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from explorer import applies
from explorer.components.pad_state import PadState
from explorer.links import HEATS
from explorer.serving import fields
from tests.explorer.asking import ask, unpacked
from vae_core.trained import TrainedModel, load

FLAT = PadState((0.0, 0.0))


@pytest.fixture(autouse=True)
def _no_scenes() -> Iterator[None]:
    fields._scenes.clear()
    fields._body.cache_clear()
    yield
    fields._scenes.clear()


def asked(trained: TrainedModel, name: str, shown: PadState = FLAT) -> dict:
    status, headers, body = ask(f"/{fields.offer(trained, trained.name, shown)['address']}/{name}")
    assert status == 200
    assert headers["cache-control"] == "private, max-age=86400, immutable"
    return unpacked(body)


def test_the_page_computes_the_density_and_the_server_all_other_colours_of_the_map() -> None:
    assert {"density", *fields.LAYERS} == set(HEATS)
    assert {f"field.{name}" for name in fields.LAYERS} <= set(applies.REASONS)


@pytest.mark.parametrize("name", fields.LAYERS)
def test_every_field_covers_the_map_and_says_how_to_read_it(vae: TrainedModel, name: str) -> None:
    found = asked(vae, name)
    region = found["region"]
    cells = fields.LAYERS[name].cells
    assert len(found["values"]) == region["columns"] * region["rows"] == cells**2
    assert region["x0"] == pytest.approx(-region["cell"] * cells / 2, abs=1e-4)
    assert np.isfinite(found["values"]).mean() > 0.005
    assert found["low"] < found["high"]
    assert len(found["ticks"]) == 3
    assert found["unit"]
    assert found["reading"].endswith(".")


@pytest.mark.parametrize("name", fields.LAYERS)
def test_a_plane_of_a_larger_space_has_its_own_fields(models, name: str) -> None:
    wide = load(models / "digits-vae-16d")
    middle = tuple([0.0] * 16)
    first = asked(wide, name, PadState(middle, "pca"))
    assert len(first["values"]) == fields.LAYERS[name].cells ** 2
    assert not np.array_equal(asked(wide, name, PadState(middle, "3,5"))["values"], first["values"], True)


def test_the_entropy_is_what_the_decoder_has_at_the_cells_place(vae: TrainedModel) -> None:
    found = asked(vae, "entropy")
    x0, y0, cell = (found["region"][key] for key in ("x0", "y0", "cell"))
    z = np.float32([[x0 + 10.5 * cell, y0 + (fields.CELLS - 3 - 0.5) * cell]])
    value = found["values"].reshape(fields.CELLS, fields.CELLS)[3, 10]
    np.testing.assert_allclose(value, vae.decoder_entropy(z)[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("model", "name", "words"),
    [("digits-ae-2d", "ratio", "no prior"), ("digits-vae-1d", "entropy", "one latent dimension")],
)
def test_what_does_not_apply_is_said_in_a_line(models, model: str, name: str, words: str) -> None:
    trained = load(models / model)
    found = asked(trained, name, PadState(tuple([0.0] * trained.latent_dim)))
    assert words in found["problem"]
    assert "\n" not in found["problem"]


@pytest.mark.parametrize(("model", "name"), [("mnist-gan-2d", "error"), ("mnist-vaegan-2d", "entropy")])
def test_shipped_models_without_an_encoder_or_a_likelihood_say_so(root, model: str, name: str) -> None:
    assert "problem" in asked(load(root / "checkpoints" / model), name)


def test_without_the_images_their_error_is_not_known(
    vae: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields.cache, "images_behind", lambda *_: None)
    assert "not on this machine" in asked(vae, "error")["problem"]


@pytest.mark.parametrize("path", ["x/error", "{}/density", "{}/nothing", "{}/", "{}"])
def test_who_was_not_told_gets_nothing(vae: TrainedModel, path: str) -> None:
    token = fields.offer(vae, vae.name, FLAT)["address"].split("/")[1]
    assert ask(f"/{fields.PATH}/{path.format(token)}")[0] in (204, 404)


def test_another_model_or_plane_is_at_another_address_and_the_same_at_the_same(vae: TrainedModel) -> None:
    told = [
        fields.offer(vae, *about)["address"]
        for about in (("a", FLAT), ("b", FLAT), ("a", PadState((0.0, 0.0), "2,1")), ("a", FLAT))
    ]
    assert len(set(told)) == 3
    assert told[0] == told[-1]


def test_a_field_is_the_same_each_time(vae: TrainedModel) -> None:
    first = asked(vae, "regions")
    fields._body.cache_clear()
    np.testing.assert_array_equal(asked(vae, "regions")["values"], first["values"])


def test_no_more_than_a_few_scenes_are_kept(vae: TrainedModel) -> None:
    for number in range(fields.MOST_KEPT + 5):
        fields.offer(vae, str(number), FLAT)
    assert len(fields._scenes) == fields.MOST_KEPT
