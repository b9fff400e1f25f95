from __future__ import annotations

import numpy as np
import pytest

from explorer.figures import scatter, theme

POINTS = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
LABELS = np.arange(60) % 12
NAMES = [f"class {i}" for i in range(12)]


def test_every_point_is_on_the_map_once_with_its_own_number() -> None:
    numbers = np.arange(60) * 7
    figure = scatter.latent_map(POINTS, LABELS, NAMES, ("z1", "z2"), names=numbers)
    shown = {}
    for trace in figure.data:
        for x, y, number in zip(trace.x, trace.y, trace.customdata, strict=True):
            shown[int(number)] = (x, y)
    assert shown == {7 * i: (POINTS[i, 0], POINTS[i, 1]) for i in range(60)}


def test_the_map_has_equal_axes_with_the_second_one_up() -> None:
    layout = scatter.latent_map(POINTS, LABELS, NAMES, ("z1", "z2")).layout
    assert (layout.yaxis.scaleanchor, layout.yaxis.scaleratio) == ("x", 1)
    assert layout.yaxis.autorange is None
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("z1", "z2")


def test_a_class_is_told_apart_by_name_and_not_by_colour_alone() -> None:
    figure = scatter.latent_map(POINTS, LABELS, NAMES, ("z1", "z2"))
    assert [trace.name for trace in figure.data] == NAMES
    assert {note.text for note in figure.layout.annotations} == {f"<b>{name}</b>" for name in NAMES}
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len(looks) == len(NAMES)


@pytest.mark.parametrize("draw", [scatter.latent_map, scatter.forming])
def test_points_without_labels_are_drawn_without_classes(draw: object) -> None:
    arguments = (POINTS, None, None) if draw is scatter.latent_map else (POINTS, None)
    figure = draw(*arguments, ("z1", "z2"))  # type: ignore[operator]
    assert len(figure.data) == 1
    assert not figure.layout.annotations
    assert not figure.layout.showlegend


def test_a_class_has_the_same_colour_on_every_figure() -> None:
    labels = np.arange(60) % 10
    traces = scatter.latent_map(POINTS, labels, NAMES[:10], ("", "")).data
    marker = scatter.forming(POINTS, labels, ("", "")).data[0].marker
    spread = marker.cmax - marker.cmin
    scale = {round(place * spread): colour for place, colour in marker.colorscale}
    assert [scale[int(value)] for value in marker.color[:10]] == [trace.marker.color for trace in traces]


def test_ten_classes_have_ten_colours_and_an_eleventh_another_symbol() -> None:
    assert len({theme.class_colour(index) for index in range(10)}) == 10
    assert theme.class_colour(10) == theme.class_colour(0)
    assert theme.class_symbol(10) != theme.class_symbol(0)
