from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from explorer.figures import theme
from explorer.figures.locator import HEIGHT, WIDTH, backdrop

POINTS = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
LABELS = np.arange(60) % 10
SVG = "{http://www.w3.org/2000/svg}"


def parsed(uri: str) -> ET.Element:
    return ET.fromstring(base64.b64decode(uri.split(",", 1)[1]))


def test_each_dot_has_its_classs_colour() -> None:
    circles = parsed(backdrop(POINTS, LABELS, ("z1", "z2")).picture()).iter(f"{SVG}circle")
    assert [circle.get("fill") for circle in circles] == [theme.class_colour(int(i)) for i in LABELS]


def test_points_without_labels_have_one_colour() -> None:
    circles = parsed(backdrop(POINTS, None, ("z1", "z2")).picture()).iter(f"{SVG}circle")
    assert {circle.get("fill") for circle in circles} == {theme.UNLABELLED}


def test_the_second_axis_points_up_and_the_first_to_the_right() -> None:
    low, high = backdrop(POINTS, LABELS, ("z1", "z2")).place(np.float32([[-0.5, -0.5], [0.5, 0.5]]))
    assert high[0] > low[0]
    assert high[1] < low[1]


def test_both_axes_have_the_same_scale() -> None:
    behind = backdrop(POINTS * np.float32([1, 4]), LABELS, ("z1", "z2"))
    places = behind.place(np.float32([[0, 0], [1, 0], [0, 1]]))
    assert places[1, 0] - places[0, 0] == pytest.approx(places[0, 1] - places[2, 1], abs=1e-3)


def test_a_place_far_away_stays_in_the_picture() -> None:
    ((x, y),) = backdrop(POINTS, LABELS, ("z1", "z2")).place(np.float32([[1e6, -1e6]])).tolist()
    assert 0 <= x <= WIDTH
    assert 0 <= y <= HEIGHT


def test_a_picture_of_the_plane_lies_behind_the_dots_and_covers_the_map() -> None:
    behind = backdrop(POINTS, LABELS, ("z1", "z2"))
    root = parsed(behind.over("data:image/png;base64,AAAA").picture())
    names = [element.tag.removeprefix(SVG) for element in root.iter()]
    assert names.index("image") < names.index("circle")
    (image,) = root.iter(f"{SVG}image")
    x, y, wide = (float(image.get(name) or 0) for name in ("x", "y", "width"))
    corner = np.float32(behind.centre) + np.float32([-behind.half, behind.half])
    np.testing.assert_allclose(behind.place(corner[None])[0], [x, y], atol=1e-3)
    opposite = np.float32(behind.centre) + np.float32([behind.half, -behind.half])
    np.testing.assert_allclose(behind.place(opposite[None])[0], [x + wide, y + wide], atol=1e-3)


def test_axes_are_named_and_ticked() -> None:
    root = parsed(backdrop(POINTS, LABELS, ("PCA 1", "PCA 2")).picture())
    assert {"PCA 1", "PCA 2", "0", "1", "−1"} <= {element.text for element in root.iter(f"{SVG}text")}


def test_no_tick_is_written_over_the_second_axis_name() -> None:
    for top in np.linspace(2.5, 3.5, 11):
        points = np.float32([[-top, -top], [top, top]])
        texts = {
            text.text: text
            for text in parsed(backdrop(points, None, ("z1", "z2")).picture()).iter(f"{SVG}text")
        }
        ticks = [float(text.get("y") or 0) for words, text in texts.items() if words not in ("z1", "z2")]
        assert min(ticks) - float(texts["z2"].get("y") or 0) > 4.6


def test_no_points_at_all_still_make_a_map() -> None:
    assert parsed(backdrop(np.zeros((0, 2), np.float32), None, ("z1", "z2")).picture()) is not None
