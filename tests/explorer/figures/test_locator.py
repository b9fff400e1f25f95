from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from explorer.figures import theme
from explorer.figures.locator import backdrop, locator

POINTS = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
LABELS = np.arange(60) % 10
PATH = np.float32([[0, 0], [0.5, 0.5]])
SVG = "{http://www.w3.org/2000/svg}"


def parsed(uri: str) -> ET.Element:
    return ET.fromstring(base64.b64decode(uri.split(",", 1)[1]))


def cross(root: ET.Element) -> tuple[float, float]:
    drawn = [e.get("d") or "" for e in root.iter(f"{SVG}path") if e.get("stroke") == theme.ACCENT]
    x, y = re.findall(r"M([-\d.]+) ([-\d.]+)", drawn[-1])[0]
    return float(x) + 3.2, float(y)


def test_each_dot_has_its_classs_colour() -> None:
    circles = list(
        parsed(locator(backdrop(POINTS, LABELS, ("z1", "z2")), POINTS[0], PATH)).iter(f"{SVG}circle")
    )
    assert [circle.get("fill") for circle in circles] == [theme.class_colour(int(i)) for i in LABELS]


def test_points_without_labels_have_one_colour() -> None:
    circles = parsed(locator(backdrop(POINTS, None, ("z1", "z2")), POINTS[0], PATH)).iter(f"{SVG}circle")
    assert {circle.get("fill") for circle in circles} == {theme.UNLABELLED}


def test_the_second_axis_points_up_and_the_first_to_the_right() -> None:
    behind = backdrop(POINTS, LABELS, ("z1", "z2"))
    low, high = (
        cross(parsed(locator(behind, np.float32(place), PATH))) for place in ([-0.5, -0.5], [0.5, 0.5])
    )
    assert high[0] > low[0]
    assert high[1] < low[1]


def test_both_axes_have_the_same_scale() -> None:
    behind = backdrop(POINTS * np.float32([1, 4]), LABELS, ("z1", "z2"))
    places = behind.place(np.float32([[0, 0], [1, 0], [0, 1]]))
    assert places[1, 0] - places[0, 0] == pytest.approx(places[0, 1] - places[2, 1], abs=1e-3)


def test_a_place_far_away_stays_in_the_picture() -> None:
    x, y = cross(parsed(locator(backdrop(POINTS, LABELS, ("z1", "z2")), np.float32([1e6, -1e6]), PATH)))
    assert 0 <= x <= 100
    assert 0 <= y <= 100


def test_a_path_runs_from_a_to_b() -> None:
    behind = backdrop(POINTS, LABELS, ("z1", "z2"))
    path = np.float32([[0, 0], [0.5, 0.5], [1, 0.2]])
    root = parsed(locator(behind, path[1], path))
    (line,) = root.iter(f"{SVG}polyline")
    drawn = [tuple(map(float, pair.split(","))) for pair in (line.get("points") or "").split()]
    np.testing.assert_allclose(drawn, behind.place(path), atol=0.06)
    named = {e.text: float(e.get("x") or 0) for e in root.iter(f"{SVG}text") if e.text in ("A", "B")}
    assert named["A"] == pytest.approx(drawn[0][0], abs=0.1)
    assert named["B"] == pytest.approx(drawn[-1][0], abs=0.1)


def test_axes_are_named_and_ticked() -> None:
    texts = [
        e.text
        for e in parsed(locator(backdrop(POINTS, LABELS, ("PCA 1", "PCA 2")), POINTS[0], PATH)).iter(
            f"{SVG}text"
        )
    ]
    assert {"PCA 1", "PCA 2", "0", "1", "−1"} <= set(texts)


def test_no_points_at_all_still_make_a_map() -> None:
    assert (
        parsed(locator(backdrop(np.zeros((0, 2), np.float32), None, ("z1", "z2")), np.float32([0, 0]), PATH))
        is not None
    )
