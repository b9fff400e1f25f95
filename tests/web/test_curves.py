"""Training curves in a real Chromium page, without Streamlit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Show = Callable[..., Locator]

OPEN = """async ({ content, width }) => {
    const { createCurves } = await import("/repo/vae_core/web/curves.js");
    const host = document.createElement("div");
    host.style.cssText = `width: ${width}px; background: white`;
    document.body.replaceChildren(host);
    window.curves = createCurves(host, { mark: "#e8308a" });
    curves.show(content);
}"""
TRAINING = {"name": "training", "colour": "#3f90da", "marks": False, "points": [1, 500, 2, 300, 4, 200]}
VALIDATION = {"name": "validation", "colour": "#e76300", "marks": True, "points": [2, 310, 4, 205]}


def panel(title: str = "Reconstruction", *lines: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "lines": list(lines or (TRAINING, VALIDATION))}


@pytest.fixture
def show(web_page: Page) -> Show:
    """Show panels, and return what they are drawn in: ``show(panel(), width=900)``."""

    def shown(*panels: dict[str, Any], width: int = 1000, changes: tuple[Any, ...] = ()) -> Locator:
        content = {"panels": list(panels), "changes": list(changes)}
        web_page.evaluate(OPEN, {"content": content, "width": width})
        web_page.wait_for_function("document.querySelector('.curves-lines path')")
        return web_page.locator(".curves svg")

    return shown


def corners(path: str | None) -> list[tuple[float, float]]:
    assert path is not None
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+),([-\d.]+)", path)]


def test_a_line_goes_through_its_points_in_order_and_falls_where_the_values_fall(show: Show) -> None:
    places = corners(show(panel()).locator(".curves-lines path").first.get_attribute("d"))
    assert len(places) == 3
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted(y for _, y in places)  # a smaller value is farther down
    (first, _), (second, _), (third, _) = places
    assert third - second == pytest.approx(2 * (second - first), abs=0.2)


def test_marks_are_a_closed_shape_for_each_value(show: Show) -> None:
    drawn = show(panel()).locator(".curves-lines path").nth(1)
    assert (drawn.get_attribute("d") or "").count("z") == 2
    assert "fill: #e76300" in (drawn.get_attribute("style") or "")


def test_each_panel_has_its_title_and_all_have_one_legend(show: Show) -> None:
    panels = show(panel("Reconstruction"), panel("KL"), panel("ELBO"))
    assert panels.locator(".curves-title").all_text_contents() == ["Reconstruction", "KL", "ELBO"]
    expect(panels.page.locator(".curves-legend > span")).to_have_text(["training", "validation"])


def test_panels_share_the_time_and_each_has_values_of_its_own(show: Show) -> None:
    late = TRAINING | {"points": [1, 5, 8, 6]}
    first, second = (svg.locator(".curves-axes text") for svg in show(panel(), panel("KL", late)).all())
    times = [words for words in first.all_text_contents() if words.endswith(" s")]
    assert times == [words for words in second.all_text_contents() if words.endswith(" s")]
    assert times[0] == "0 s"
    assert times[-1] == "8 s"
    assert "400" in first.all_text_contents()
    assert "400" not in second.all_text_contents()


def test_a_change_is_marked_and_named_in_every_panel(show: Show) -> None:
    panels = show(panel(), panel("KL"), changes=((2, "β = 4"), (3.9, "rate = 0.01")))
    assert panels.locator(".curves-change").count() == 4
    assert panels.locator(".curves-edge").all_text_contents() == ["β = 4", "rate = 0.01"] * 2
    for words in panels.first.locator(".curves-edge").all():
        box, frame = words.bounding_box(), panels.first.bounding_box()
        assert box is not None
        assert frame is not None
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_the_pointer_tells_the_values_of_its_time_in_every_panel(show: Show) -> None:
    panels = show(panel(), panel("KL"))
    place = corners(panels.first.locator(".curves-lines path").first.get_attribute("d"))[1]
    panels.first.hover(position={"x": place[0] + 1, "y": 100})
    for svg in panels.all():
        expect(svg).to_contain_text("training 300, validation 310 at 2.0 s")
    panels.page.mouse.move(1200, 700)
    for svg in panels.all():
        expect(svg).not_to_contain_text("training 300")


def test_a_screen_reader_is_told_the_last_values(show: Show) -> None:
    expect(show(panel()).first).to_have_attribute(
        "aria-label", "Reconstruction: training 200, validation 205 at 4.0 s."
    )


def test_later_content_replaces_what_was_shown(show: Show) -> None:
    panels = show(panel(), panel("KL"), changes=((2, "β = 4"),))
    longer = TRAINING | {"points": [*TRAINING["points"], 8, 100]}
    panels.page.evaluate("content => curves.show(content)", {"panels": [panel("Reconstruction", longer)]})
    expect(panels).to_have_count(1)
    assert len(corners(panels.locator(".curves-lines path").first.get_attribute("d"))) == 4
    assert panels.locator(".curves-change, .curves-edge").count() == 0


@pytest.mark.parametrize(("width", "columns"), [(1000, 2), (500, 1)])
def test_narrow_places_have_one_column(show: Show, width: int, columns: int) -> None:
    lefts = {svg.bounding_box()["x"] for svg in show(panel(), panel("KL"), width=width).all()}  # type: ignore[index]
    assert len(lefts) == columns


def test_panels_are_drawn_anew_for_another_width(show: Show) -> None:
    line = show(panel(), width=1000).locator(".curves-lines path").first
    before = line.get_attribute("d")
    line.page.evaluate("document.body.firstChild.style.width = '700px'")
    expect(line).not_to_have_attribute("d", before or "")
    assert corners(line.get_attribute("d"))[-1][0] == pytest.approx(corners(before)[-1][0] - 300, abs=1)


def test_a_curve_without_points_is_an_empty_panel(show: Show, web_page: Page) -> None:
    show(panel())
    empty = panel("KL", TRAINING | {"points": []})
    web_page.evaluate("content => curves.show(content)", {"panels": [empty]})
    expect(web_page.locator(".curves-title")).to_have_text("KL")
