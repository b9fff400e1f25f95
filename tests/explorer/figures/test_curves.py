from __future__ import annotations

import pytest

from explorer.figures import curves

TRAIN, HELD_OUT = ((1.0, 5.0), (2.0, 4.0)), ((2.0, 4.5),)


def test_each_term_has_a_panel_of_its_own_with_its_unit() -> None:
    terms = dict.fromkeys(("reconstruction", "kl", "loss"), (TRAIN, ()))
    layout = curves.training(terms).layout
    assert [note.text.rsplit(", ")[-1] for note in layout.annotations] == ["nats per image"] * 3
    assert layout.yaxis.domain == layout.yaxis2.domain
    assert layout.yaxis.domain[0] > layout.yaxis3.domain[1]
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    assert layout.xaxis.domain == layout.xaxis3.domain


def test_a_change_on_the_way_is_marked_in_every_panel() -> None:
    terms = dict.fromkeys(("reconstruction", "kl"), (TRAIN, ()))
    layout = curves.training(terms, [(1.5, "β = 4")]).layout
    assert [(shape.x0, shape.xref) for shape in layout.shapes] == [(1.5, "x"), (1.5, "x2")]
    assert [note.text for note in layout.annotations].count("β = 4") == 2


def test_training_is_a_line_and_validation_are_marks() -> None:
    figure = curves.training({"reconstruction": (TRAIN, HELD_OUT)})
    line, marks = figure.data
    assert (line.mode, line.x, line.y) == ("lines", (1.0, 2.0), (5.0, 4.0))
    assert (marks.mode, marks.x, marks.y) == ("markers", (2.0,), (4.5,))
    assert figure.layout.yaxis.domain == pytest.approx((0, 1))


def test_the_legend_names_each_kind_once() -> None:
    figure = curves.training({"reconstruction": (TRAIN, HELD_OUT), "kl": (TRAIN, HELD_OUT)})
    assert [trace.name for trace in figure.data if trace.showlegend] == ["training", "validation"]


def test_models_side_by_side_have_a_line_each_of_one_colour_in_every_panel() -> None:
    figure = curves.side_by_side({"reconstruction": {"ae": TRAIN, "vae": TRAIN}, "kl": {"vae": TRAIN}})
    assert [(trace.name, trace.xaxis) for trace in figure.data] == [("ae", "x"), ("vae", "x"), ("vae", "x2")]
    first, second, third = (trace.line.color for trace in figure.data)
    assert first != second == third
    assert [trace.name for trace in figure.data if trace.showlegend] == ["ae", "vae"]


def test_nothing_yet_is_an_empty_figure() -> None:
    assert not curves.training({}).data
