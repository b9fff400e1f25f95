from __future__ import annotations

import numpy as np

from explorer.figures import scatter, theme

POINTS = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
LABELS = np.arange(60) % 10


def test_the_map_has_equal_axes_with_the_second_one_up() -> None:
    layout = scatter.forming(POINTS, LABELS, ("z1", "z2")).layout
    assert (layout.yaxis.scaleanchor, layout.yaxis.scaleratio) == ("x", 1)
    assert layout.yaxis.autorange is None
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("z1", "z2")


def test_a_class_is_told_apart_by_name_and_not_by_colour_alone() -> None:
    notes = scatter.forming(POINTS, LABELS, ("z1", "z2")).layout.annotations
    assert {note.text for note in notes} == {f"<b>{label}</b>" for label in range(10)}


def test_points_without_labels_are_drawn_without_classes() -> None:
    figure = scatter.forming(POINTS, None, ("z1", "z2"))
    assert len(figure.data) == 1
    assert not figure.layout.annotations


def test_a_class_has_its_own_colour() -> None:
    marker = scatter.forming(POINTS, LABELS, ("", "")).data[0].marker
    spread = marker.cmax - marker.cmin
    scale = {round(place * spread): colour for place, colour in marker.colorscale}
    assert [scale[int(value)] for value in marker.color] == [theme.class_colour(int(i)) for i in LABELS]
    assert len({theme.class_colour(index) for index in range(10)}) == 10
