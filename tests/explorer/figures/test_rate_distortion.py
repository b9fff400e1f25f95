from __future__ import annotations

from explorer.figures import rate_distortion, theme

POINTS = [("one", 5.0, 130.0), ("two", 19.0, 79.0), ("three", 10.0, 125.0)]


def test_each_model_is_a_point_at_its_rate_and_distortion() -> None:
    traces = rate_distortion.plane(POINTS, "two").data
    marks = {trace.text[0]: (trace.x[0], trace.y[0]) for trace in traces if trace.mode == "markers+text"}
    assert marks == {name: (rate, distortion) for name, rate, distortion in POINTS}


def test_the_chosen_model_stands_out() -> None:
    traces = rate_distortion.plane(POINTS, "two").data
    colours = {trace.text[0]: trace.marker.color for trace in traces if trace.mode == "markers+text"}
    assert [name for name, colour in colours.items() if colour == theme.ACCENT] == ["two"]


def test_models_of_equal_elbo_lie_on_one_line() -> None:
    lines = [trace for trace in rate_distortion.plane(POINTS, "one").data if trace.mode == "lines"]
    assert [line.x[0] + line.y[0] for line in lines] == [98.0, 135.0]
    assert all(line.x[1] + line.y[1] == line.x[0] + line.y[0] for line in lines)


def test_a_single_model_is_enough() -> None:
    assert len(rate_distortion.plane(POINTS[:1], "one").data) == 2
