from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.directions import groups
from explorer.directions.groups import Lasso, OfClass, Rows
from vae_core.trained import TrainedModel

BOX = ((-1.0, -2.0), (1.5, -2.0), (1.5, 1.0), (-1.0, 1.0))
short = st.floats(-1000, 1000).map(lambda value: float(f"{value:.6g}") + 0.0)
lassoes = st.builds(
    Lasso,
    st.sampled_from(["1,2", "3,1", "12,64", "pca"]),
    st.lists(st.tuples(short, short), min_size=3, max_size=groups.MOST_CORNERS).map(tuple),
    st.sets(st.integers(0, 999), max_size=9).map(lambda found: tuple(sorted(found))),
)
known = (
    st.builds(OfClass, st.integers(0, 999))
    | st.builds(Rows, st.lists(st.integers(0, 10**6), min_size=1, max_size=groups.MOST_ROWS).map(tuple))
    | lassoes
)


@given(known)
def test_what_is_written_reads_back_as_it_was(chosen: groups.Chosen) -> None:
    text = groups.write(chosen)
    assert text is not None
    assert groups.read(text) == chosen
    assert not set(text) - set("0123456789_.-+eporwsca")


@given(st.text() | st.text("0123456789_.-eprowsa", max_size=60))
def test_no_text_raises(text: str) -> None:
    found = groups.read(text)
    assert found is None or groups.read(groups.write(found) or "") == found


@pytest.mark.parametrize(
    "text",
    ["", "-1", "1000", "rows", "rows_", "rows_-1", "rows_1.5", "1.2", "1.2_", "1.2__0_0_1_1", "1.2__0_0_1_1_0",
     "0.2__0_0_1_0_0_1",
     "1.2__0_0_1_0_0_inf", "1.2__0_0_1_0_0_nan", "1.2__0_0_1_0_0_1001", "1.2_x_0_0_1_0_0_1", "PCA__0_0_1_0_0_1",
     "1.2__" + "_".join(["1"] * 66), "rows_" + "_".join(["1"] * 65)],
)  # fmt: skip
def test_what_is_no_group_reads_as_none(text: str) -> None:
    assert groups.read(text) is None


def test_a_box_holds_what_lies_between_its_sides(vae: TrainedModel) -> None:
    x, y = vae.latent_map.mu.T
    wanted = np.flatnonzero((x > -1) & (x < 1.5) & (y > -2) & (y < 1))
    assert groups.rows(Lasso("1,2", BOX), vae).tolist() == wanted.tolist()
    flipped = tuple((b, a) for a, b in BOX)
    assert groups.rows(Lasso("2,1", flipped), vae).tolist() == wanted.tolist()
    assert len(wanted) > 20


def test_classes_that_were_hidden_are_not_in_a_lasso(vae: TrainedModel) -> None:
    labels = vae.latent_map.labels
    assert labels is not None
    found = groups.rows(Lasso("1,2", BOX, (0, 3)), vae)
    all_of_them = groups.rows(Lasso("1,2", BOX), vae)
    assert found.tolist() == all_of_them[~np.isin(labels[all_of_them], [0, 3])].tolist()
    assert len(found) < len(all_of_them)


def test_a_class_is_all_of_its_rows(vae: TrainedModel) -> None:
    assert vae.latent_map.labels is not None
    assert groups.rows(OfClass(7), vae).tolist() == np.flatnonzero(vae.latent_map.labels == 7).tolist()


@pytest.mark.parametrize(
    "chosen", [OfClass(44), Rows((10**6,)), Lasso("pca", BOX), Lasso("1,9", BOX), Lasso("2,2", BOX)]
)
def test_what_does_not_fit_the_model_has_no_rows(vae: TrainedModel, chosen: groups.Chosen) -> None:
    assert not len(groups.rows(chosen, vae))


def test_inside_agrees_with_the_angles_at_which_the_corners_are_seen() -> None:
    rng = np.random.default_rng(0)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 20))
    corners = np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.4, 1.5, (20, 1))
    points = rng.uniform(-1.5, 1.5, (2000, 2))
    seen = corners[None] - points[:, None]
    angles = np.arctan2(seen[..., 1], seen[..., 0])
    turns = np.diff(np.concatenate([angles, angles[:, :1]], axis=1), axis=1)
    wound = np.abs(((turns + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)) > np.pi
    np.testing.assert_array_equal(groups.inside(points, corners), wound)
