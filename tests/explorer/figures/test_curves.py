from __future__ import annotations

from explorer.figures import curves

TRAIN, HELD_OUT = ((1.0, 5.0), (2.0, 4.0)), ((2.0, 4.5),)


def test_each_term_has_a_panel_of_its_own_with_its_unit() -> None:
    panels = curves.training({"reconstruction": (TRAIN, ()), "kl": (TRAIN, ()), "loss": (TRAIN, ())})
    assert [panel.title.rsplit(", ")[-1] for panel in panels] == ["nats per image"] * 3
    assert len({panel.title for panel in panels}) == 3
    assert curves.training({"kl": (TRAIN, ())}, "bits per pixel")[0].title.endswith("bits per pixel")


def test_training_is_a_line_and_validation_are_marks() -> None:
    line, marks = curves.training({"reconstruction": (TRAIN, HELD_OUT)})[0].lines
    assert (line.name, line.points, line.marks) == ("training", TRAIN, False)
    assert (marks.name, marks.points, marks.marks) == ("validation", HELD_OUT, True)
    assert line.colour != marks.colour


def test_models_side_by_side_have_a_line_each_of_one_colour_in_every_panel() -> None:
    panels = curves.side_by_side({"reconstruction": {"ae": TRAIN, "vae": TRAIN}, "kl": {"vae": TRAIN}})
    assert [[line.name for line in panel.lines] for panel in panels] == [["ae", "vae"], ["vae"]]
    (first, second), (third,) = (panel.lines for panel in panels)
    assert first.colour != second.colour == third.colour


def test_nothing_yet_is_no_panel() -> None:
    assert curves.training({}) == []
