from __future__ import annotations

import pytest

from explorer.figures import curves

TRAIN, HELD_OUT = ((1.0, 5.0), (2.0, 4.0)), ((2.0, 4.5),)


def test_each_term_has_a_panel_of_its_own_with_its_unit() -> None:
    figure = curves.training({"reconstruction": (TRAIN, HELD_OUT), "kl": (TRAIN, ())})
    assert [note.text.rsplit(", ")[-1] for note in figure.layout.annotations] == ["nats per image"] * 2
    upper, lower = figure.layout.yaxis.domain, figure.layout.yaxis2.domain
    assert upper[0] > lower[1]
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}
    assert figure.layout.xaxis.anchor == "y2"


def test_training_is_a_line_and_validation_are_marks() -> None:
    figure = curves.training({"reconstruction": (TRAIN, HELD_OUT)})
    line, marks = figure.data
    assert (line.mode, line.x, line.y) == ("lines", (1.0, 2.0), (5.0, 4.0))
    assert (marks.mode, marks.x, marks.y) == ("markers", (2.0,), (4.5,))
    assert figure.layout.yaxis.domain == pytest.approx((0, 1))


def test_the_legend_names_each_kind_once() -> None:
    figure = curves.training({"reconstruction": (TRAIN, HELD_OUT), "kl": (TRAIN, HELD_OUT)})
    assert [trace.name for trace in figure.data if trace.showlegend] == ["training", "validation"]


def test_nothing_yet_is_an_empty_figure() -> None:
    assert not curves.training({}).data
