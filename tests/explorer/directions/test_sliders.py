from __future__ import annotations

import numpy as np
import pytest

from explorer.directions import groups, sliders
from explorer.directions.sliders import Recipe, Slider
from vae_core.errors import InputError
from vae_core.trained import TrainedModel

RNG = np.random.default_rng(0)
A = (RNG.normal(size=(40, 4)) + np.array([2.0, 1, 0, 0])).astype(np.float32)
B = RNG.normal(size=(30, 4)).astype(np.float32)


def value(slider: Slider, z: np.ndarray) -> float:
    """Return what the slider shows at z."""
    vector = np.asarray(slider.vector)
    return float((z - np.asarray(slider.origin)) @ vector / (vector @ vector))


def test_minus_one_is_at_the_mean_of_b_and_one_at_the_mean_of_a() -> None:
    slider = sliders.between(A, B, "wide")
    np.testing.assert_allclose(np.asarray(slider.origin) + slider.vector, A.mean(0), atol=1e-5)
    assert value(slider, B.mean(0)) == pytest.approx(-1, abs=1e-5)
    assert (slider.low, slider.high) == (-3, 3)


def test_what_is_left_without_others_still_has_the_means_at_minus_one_and_one() -> None:
    other = sliders.between(A[:5], B[:5], "other")
    slider = sliders.between(A, B, "wide", [other])
    assert np.dot(slider.vector, other.vector) == pytest.approx(0, abs=1e-5)
    assert value(slider, A.mean(0)) == pytest.approx(1, abs=1e-4)
    assert value(slider, B.mean(0)) == pytest.approx(-1, abs=1e-4)


def test_in_latent_units_a_step_of_one_has_length_one() -> None:
    slider = sliders.between(A, B, "wide", limit=4.0)
    assert np.linalg.norm(slider.vector) == pytest.approx(1)
    assert (slider.low, slider.high) == (-4, 4)


def test_equal_groups_give_no_slider() -> None:
    with pytest.raises(InputError):
        sliders.between(A, A, "none")


@pytest.mark.parametrize(("name", "kept"), [("  a \n b ", "a b"), ("", "direction"), ("x" * 99, "x" * 40)])
def test_a_name_is_one_short_line(name: str, kept: str) -> None:
    assert sliders.between(A, B, name).name == kept
    assert sliders.renamed(sliders.between(A, B, "old"), name).name == kept


def test_a_slider_of_the_same_name_is_replaced_and_the_oldest_goes() -> None:
    made: tuple[Slider, ...] = ()
    for number in range(sliders.MOST + 2):
        made = sliders.added(made, sliders.between(A, B, str(number)))
    assert [slider.name for slider in made] == [str(n) for n in range(2, sliders.MOST + 2)]
    assert len(sliders.added(made, sliders.between(A[:3], B, "5"))) == sliders.MOST


class TestAddress:
    """What an address tells of sliders, on the digits' model of two dimensions."""

    def made(self, vae: TrainedModel) -> tuple[Slider, ...]:
        first = sliders.made(vae, Recipe(groups.OfClass(1), groups.OfClass(3)), "a, 100 % ~ own")
        inside = groups.Lasso("1,2", ((-1.0, -1.0), (2.0, -1.5), (0.5, 2.0)), (4,))
        second = sliders.made(vae, Recipe(inside, groups.Rows((1, 2)), True, ()), "lassoed")
        third = sliders.made(vae, Recipe(groups.OfClass(0), inside, False, (first,)), "across")
        return first, second, third

    def test_it_makes_the_same_sliders_again(self, vae: TrainedModel) -> None:
        made = self.made(vae)
        texts = sliders.write(made)
        again = sliders.read(texts, vae)
        assert [one.about for one in again] == [one.about for one in made]
        assert sliders.write(again) == texts
        assert not any("," in text for text in texts)

    def test_a_class_takes_a_few_letters(self, vae: TrainedModel) -> None:
        made = sliders.made(vae, Recipe(groups.OfClass(1), groups.OfClass(3)), "slant")
        assert sliders.write([made]) == ("m~1~3~~slant",)

    def test_a_removed_slider_still_leaves_its_mark_and_is_not_shown(self, vae: TrainedModel) -> None:
        _, second, third = self.made(vae)
        texts = sliders.write([second, third])
        assert [text[0] for text in texts] == ["z", "-", "m"]
        assert [one.about for one in sliders.read(texts, vae)] == [second.about, third.about]

    def test_what_has_no_room_is_left_out_with_what_depends_on_it(self, vae: TrainedModel) -> None:
        many = sliders.made(vae, Recipe(groups.Rows(tuple(range(90))), groups.OfClass(1)), "many")
        dependent = sliders.made(vae, Recipe(groups.OfClass(0), groups.OfClass(1), False, (many,)), "after")
        plain = sliders.made(vae, Recipe(groups.OfClass(0), groups.OfClass(1)), "plain")
        assert sliders.write([many, dependent, plain]) == ("m~0~1~~plain",)

    @pytest.mark.parametrize(
        "text",
        ["", "~~~~", "m~1~3~~", "m~1~3~0~me", "m~1~3~7~me", "x~1~3~~me", "m~1~1~~me", "m~77~3~~me",
         "m~rows_999999~3~~me",
         "m~1~pca__0_0_1_1_0_1~~me", "m~1~1.2__0_0_nan_1_0_1~~me", "m~1~1.2__900_900_901_900_901_901~~me", "\x00" * 50],
    )  # fmt: skip
    def test_what_no_slider_can_be_made_of_is_left_out(self, vae: TrainedModel, text: str) -> None:
        good = "m~1~3~~good"
        assert [one.name for one in sliders.read([text, good], vae)] == ["good"]

    def test_a_long_chain_costs_nothing(self, vae: TrainedModel) -> None:
        texts = ["m~1~3~~0", *(f"m~1~{k % 10}~{k - 1}.{k - 1}~{k}" for k in range(1, 36))]
        assert len(sliders.read(texts, vae)) <= sliders.MOST
