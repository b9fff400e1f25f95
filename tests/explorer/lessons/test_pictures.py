"""What a report shows of each step, from the shipped models and the numbers that were kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.lessons import LESSONS
from explorer.lessons.pictures import PICTURES, Shown, shown
from explorer.lessons.records import Step
from explorer.lessons.views import VIEWS
from vae_core.trained import TrainedModel, load

SHIPPED = Path(__file__).parents[3] / "checkpoints"
ADDRESS = "data:image/svg+xml;base64,"
STEPS = {(step.view, step.models): step for lesson in LESSONS for step in lesson.steps}.values()


def _models(step: Step) -> list[TrainedModel]:
    found = [load(SHIPPED / name) for name in step.models]
    return [trained.given(0) if trained.is_conditional else trained for trained in found]


def test_every_view_is_there_on_paper() -> None:
    assert PICTURES.keys() == VIEWS.keys()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.view}-{len(step.models)}")
def test_a_step_is_a_picture_or_numbers_and_the_same_each_time(step: Step) -> None:
    models = _models(step)
    now = shown(step.view, models, ())
    assert now.maps or now.strips or now.told
    assert all(picture.startswith(ADDRESS) for picture in now.maps + now.strips)
    assert now == shown(step.view, models, ())


@pytest.mark.parametrize(
    ("view", "name", "kept"),
    [
        ("pad", "mnist-vae-2d", [(0.0, 0.0), (1.0, -1.0)]),
        ("draws", "mnist-vae-2d", [(0.0,), (3.0,)]),
        ("temperature", "mnist-vae-2d", [(1.0,), (0.0,)]),
        ("region", "digits-vae-2d", [(0.0,), (2.0,)]),
        ("turn", "shapes-beta4-seed0-6d", [(0.0,), (45.0,)]),
        ("denoised", "digits-vae-8d", [(0.1,), (0.5,)]),
        ("imputed", "digits-vae-8d", [(0.0,), (1.0,)]),
    ],
)
def test_what_was_kept_brings_back_what_was_seen(view: str, name: str, kept: list[tuple[float, ...]]) -> None:
    first, second = (_strips(shown(view, [load(SHIPPED / name)], numbers)) for numbers in kept)
    assert first != second


def _strips(now: Shown) -> tuple[str, ...]:
    assert now.strips
    return now.strips


def test_a_place_is_marked_on_the_map_and_told() -> None:
    trained = load(SHIPPED / "mnist-vae-2d")
    there, nowhere = shown("pad", [trained], (0.5, -1.25)), shown("pad", [trained], ())
    assert there.told == "At z = (+0.50, −1.25)"
    assert there.maps != nowhere.maps
    assert not nowhere.strips
