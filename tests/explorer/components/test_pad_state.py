from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.components.pad_state import (
    FARTHEST,
    HEATS,
    LAYERS,
    MOST_SELECTED,
    PadSpace,
    PadState,
    read_state,
)
from explorer.directions.groups import Lasso

SPACE = PadSpace(dimensions=3, points=5000, classes=10)
BEFORE = PadState((0.5, -0.5, 0.0), "1,3", ("points",), (4,), (7, 8), 2)
DEEP: list[object] = []
for _ in range(500):
    DEEP = [DEEP]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner))
NAMES = [field.name for field in dataclasses.fields(PadState)]


def test_a_whole_state_is_taken_over() -> None:
    sent = {
        "z": [1, 2.5, -3], "plane": "2,3", "layers": ["names", "grid"], "hidden": [9, 0.0], "selection": [3, 1],
        "selected": 4000, "stamp": 2,
        "lasso": {"plane": "1,3", "corners": [[0, 0], [1, 0.5], [0.0, 1]], "hidden": [2.0]},
    }  # fmt: skip
    assert read_state(sent, BEFORE, SPACE) == PadState(
        (1.0, 2.5, -3.0),
        "2,3",
        ("grid", "names"),
        (0, 9),
        (1, 3),
        4000,
        Lasso("1,3", ((0.0, 0.0), (1.0, 0.5), (0.0, 1.0)), (2,)),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("z", [math.nan, 0, 0]), ("z", [1, 2]), ("z", "1,2,3"), ("z", [[1], 2, 3]), ("z", [True, 0, 0]), ("z", None),
        ("z", ["1", "2", "3"]), ("z", {"0": 1}), ("z", "x" * 1_000_000), ("z", DEEP),
        ("plane", "3,4"), ("plane", "1,1"), ("plane", "0,1"), ("plane", 12), ("plane", "1,2" + "0" * 1_000_000),
        ("plane", "١,٢"), ("plane", ["pca"]),
        ("layers", "points"), ("layers", ["points"] * 1000), ("layers", None),
        ("hidden", [0] * 11), ("hidden", "0"), ("hidden", {}),
        ("selection", list(range(MOST_SELECTED + 1))), ("selection", "7"), ("selection", None),
    ],
)  # fmt: skip
def test_a_part_that_does_not_fit_stays_as_it_was(name: str, value: object) -> None:
    assert getattr(read_state({name: value}, BEFORE, SPACE), name) == getattr(BEFORE, name)


@pytest.mark.parametrize(
    "junk", [None, 7, [], {}, {"plane": "1,2"}, {"plane": "1,2", "corners": DEEP, "hidden": []}]
)
def test_what_is_no_lasso_is_none_and_another_selection_ends_one(junk: object) -> None:
    before = dataclasses.replace(BEFORE, lasso=Lasso("1,2", ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))))
    assert read_state({"selection": [1], "lasso": junk}, before, SPACE).lasso is None
    assert read_state({"z": [0, 0, 0]}, before, SPACE).lasso == before.lasso


def test_numbers_beyond_any_map_are_brought_to_its_edge() -> None:
    sent = {"z": [1e308, -math.inf, 10**400]}
    assert read_state(sent, BEFORE, SPACE).z == (FARTHEST, -FARTHEST, FARTHEST)


@pytest.mark.parametrize("item", [-1, 5000, 1.5, math.nan, math.inf, True, "1", None, [0], {}])
def test_a_row_that_is_none_is_left_out_of_a_selection(item: object) -> None:
    found = read_state({"selection": [3, item], "selected": 2}, BEFORE, SPACE)
    assert found.selection == (3,)


@pytest.mark.parametrize("count", [-1, math.nan, 1e308, "9", None, True, [2]])
def test_a_count_that_cannot_be_is_the_number_of_rows(count: object) -> None:
    assert read_state({"selection": [1, 2], "selected": count}, BEFORE, SPACE).selected == 2


def test_the_map_is_coloured_by_one_thing_at_a_time() -> None:
    found = read_state({"layers": ["error", "points", "density"]}, BEFORE, SPACE)
    assert (found.layers, found.heat) == (("density", "points"), "density")
    assert read_state({"layers": ["points"]}, found, SPACE).heat is None


def test_layers_that_nobody_knows_are_left_out() -> None:
    assert read_state({"layers": ["constructor", "prior", 5, ["grid"]]}, BEFORE, SPACE).layers == ("prior",)


def test_the_principal_plane_needs_more_than_two_dimensions() -> None:
    flat = PadState((0.0, 0.0))
    assert read_state({"plane": "pca"}, flat, PadSpace(2, 10, 0)).plane == "1,2"
    assert read_state({"plane": "pca"}, BEFORE, SPACE).plane == "pca"


@pytest.mark.parametrize("sent", [None, [], "x" * 1_000_000, 7, math.nan, DEEP, {"z": {}}, {}])
def test_what_is_no_state_changes_nothing(sent: object) -> None:
    assert read_state(sent, BEFORE, SPACE) == BEFORE


@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_whatever_is_sent_the_state_fits(sent: dict[str, object]) -> None:
    found = read_state(sent, BEFORE, SPACE)
    assert len(found.z) == 3
    assert all(abs(value) <= FARTHEST for value in found.z)
    assert found.axes is None or (found.axes[0] != found.axes[1] and max(found.axes) < 3)
    assert set(found.layers) <= {*LAYERS, *HEATS}
    assert len(set(found.layers) & set(HEATS)) <= 1
    assert all(0 <= label < 10 for label in found.hidden)
    assert all(0 <= row < 5000 for row in found.selection)
    assert len(found.selection) <= found.selected <= 5000 or found.selection == BEFORE.selection
