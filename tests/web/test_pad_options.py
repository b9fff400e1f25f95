"""What a host can ask of the latent pad: sliders, places, layout, thumbnails, and where it is put."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.web.pad_bench import PadBench

CENTRE = [0.5, -0.5, 0.25, 0.0, 1.0]


def test_centre_goes_where_the_host_says(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open({"centre": CENTRE}, z=[0.0] * 5)
    bench.page.get_by_role("button", name="Back to the centre").click()
    assert bench.released()[-1]["z"] == CENTRE
    bench.page.get_by_role("application").press("ArrowRight")
    bench.page.get_by_role("application").press("Home")
    assert bench.state()["z"] == CENTRE


def test_random_draws_from_the_law_that_the_host_gives(bench: PadBench) -> None:
    factor = [0.5, 0.0, 0.3, 0.1]
    bench.open({"draw": {"mean": [3.0, -2.0], "factor": factor}})
    script = "() => { for (let k = 0; k < 400; k++) host.querySelector('[title^=A]').click(); }"
    bench.page.evaluate(script)
    drawn = np.array([state["z"] for state in bench.released()])
    assert len(drawn) == 400
    matrix = np.reshape(factor, (2, 2))
    np.testing.assert_allclose(drawn.mean(axis=0), [3, -2], atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), matrix @ matrix.T, atol=0.06)


def test_play_stays_where_the_host_draws_from(bench: PadBench) -> None:
    bench.open({"draw": {"mean": [10.0, 10.0], "factor": [0.1, 0, 0, 0.1]}, "state": {"z": [10.0, 10.0]}})
    bench.page.get_by_role("button", name="Play").click()
    bench.page.wait_for_timeout(500)
    z = np.array(bench.state()["z"])
    assert np.abs(z - 10).max() < 0.2
    assert (z != 10).all()


def test_who_asks_for_less_motion_sees_play_as_stills(bench: PadBench) -> None:
    bench.page.emulate_media(reduced_motion="reduce")
    try:
        bench.open(z=[0.0, 0.0])
        bench.page.get_by_role("button", name="Play").click()
        bench.page.wait_for_timeout(300)
        assert bench.state()["z"] == [0, 0]
        bench.page.wait_for_timeout(1600)
        first = bench.state()["z"]
        assert first != [0, 0]
        bench.page.wait_for_timeout(100)
        assert bench.state()["z"] == first
    finally:
        bench.page.emulate_media(reduced_motion="no-preference")


def test_sliders_come_in_the_order_and_reach_that_the_host_says(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    told = [f"Carries {k} nats" for k in range(5)]
    bench.open({"order": [3, 0, 4, 1, 2], "limit": 2.5, "told": told})
    sliders = bench.page.get_by_role("slider").all()
    assert [slider.get_attribute("aria-label") for slider in sliders] == ["z4", "z1", "z5", "z2", "z3"]
    assert {slider.get_attribute("max") for slider in sliders} == {"2.5"}
    assert sliders[0].get_attribute("aria-description") == "Carries 3 nats"
    sliders[0].press("ArrowRight")
    np.testing.assert_allclose(bench.state()["z"], [0, 0, 0, 0.1, 0], atol=1e-6)


def test_many_dimensions_are_folded_away(
    web_page: Page, tmp_path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 20)
    bench.open()
    assert bench.page.get_by_role("slider").count() == 12
    bench.page.get_by_text("8 more dimensions").click()
    assert bench.page.get_by_role("slider").count() == 20


def test_filmstrips_are_decoded_when_they_come_into_view(
    web_page: Page, tmp_path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 20)
    bench.open()
    drawn = """() => [...host.querySelectorAll(".pad-slider canvas")].map((canvas) =>
        canvas.getContext("2d").getImageData(5, 5, 1, 1).data[3] === 255)"""
    bench.until(lambda: bench.page.evaluate(drawn)[0])
    bench.settle()
    assert not any(bench.page.evaluate(drawn)[12:])
    bench.page.get_by_text("8 more dimensions").click()
    bench.page.get_by_role("slider").last.scroll_into_view_if_needed()
    bench.until(lambda: bench.page.evaluate(drawn)[19])


def test_a_model_without_a_prior_shows_none(bench: PadBench) -> None:
    bench.open({"hasPrior": False}, layers=["prior"])
    assert bench.page.get_by_label("prior 1–3σ").count() == 0
    without = bench.picture()
    bench.page.evaluate("pad.setState({ layers: [] })")
    bench.settle()
    assert bench.picture() == without


@pytest.mark.parametrize(
    "junk",
    [
        {"limit": -1}, {"limit": "wide"}, {"centre": [1]}, {"centre": "ab"}, {"draw": {"mean": [0, 0], "factor": [1]}},
        {"draw": {}}, {"order": [0, 0]}, {"order": [1, 2]}, {"told": ["<b>one</b>"]}, {"layout": "tall"},
        {"notice": "<img src=x>"}, {"colours": []}, {"classNames": None},
    ],
    ids=str,
)  # fmt: skip
def test_an_option_that_does_not_fit_falls_back(bench: PadBench, junk: dict[str, Any]) -> None:
    bench.open(junk)
    assert bench.state()["z"] == [0, 0]
    assert [slider.get_attribute("max") for slider in bench.page.get_by_role("slider").all()] == ["4", "4"]
    bench.page.get_by_role("button", name="A random z").click()
    assert np.isfinite(bench.released()[-1]["z"]).all()
    assert bench.page.locator(".latent-pad img, .latent-pad b b").count() == 0


@pytest.mark.parametrize("layout", ["map", "image"])
@pytest.mark.parametrize("width", [1010, 740, 560])
def test_the_layout_fits_its_width(bench_in_five: PadBench, layout: str, width: int) -> None:
    bench = bench_in_five
    bench.use_thumbnails(list(range(40)))
    bench.open({"layout": layout}, style=f"width: {width}px")
    bench.settle(300)
    parts = bench.page.evaluate(
        """() => Object.fromEntries([".latent-pad", ".pad-map", ".pad-image", ".pad-readout", ".pad-sliders"].map(
            (name) => [name, host.querySelector(name).getBoundingClientRect().toJSON()]))"""
    )
    assert bench.page.evaluate("host.querySelector('.latent-pad').scrollWidth") <= width
    for part in parts.values():
        assert part["left"] >= parts[".latent-pad"]["left"] - 0.5
        assert part["right"] <= parts[".latent-pad"]["right"] + 0.5
    if width > 620:
        assert parts[".latent-pad"]["height"] <= 640
        for name in (".pad-map", ".pad-image", ".pad-readout"):
            assert parts[name]["bottom"] <= parts[".latent-pad"]["bottom"]
        larger = ".pad-map" if layout == "map" else ".pad-image"
        sizes = {name: parts[name]["width"] * parts[name]["height"] for name in (".pad-map", ".pad-image")}
        assert max(sizes, key=lambda name: sizes[name]) == larger
    if layout == "map" and width > 620:
        assert 0.5 < parts[".pad-map"]["width"] / width < 0.65


def test_the_nearest_images_follow_the_cursor(bench: PadBench) -> None:
    rows = list(range(0, 200, 2))
    bench.use_thumbnails(rows)
    bench.open(z=[0.7, -0.4])
    for z in ([0.7, -0.4], [-1.0, 1.0]):
        bench.page.evaluate("(z) => pad.setState({ z })", z)
        distance = np.square(bench.mu[rows] - z).sum(axis=1)
        nearest = [rows[k] for k in np.argsort(distance)[:5]]
        strip = bench.page.get_by_role("group", name="Nearest held-out images").get_by_role("button")
        names = ["circle", "square", "star"]
        for place, row in enumerate(nearest):
            words = f"{names[row % 3]}, {np.hypot(*(bench.mu[row] - z)):.2f} away"
            expect(strip.nth(place)).to_have_attribute("title", re.compile(re.escape(words)))
        # Each image's colour is its row.
        assert (bench.image(".pad-near-image canvas")[..., 0] == nearest[0]).all()
    strip.nth(1).click()
    np.testing.assert_allclose(bench.released()[-1]["z"], bench.mu[nearest[1]], atol=1e-6)


def test_a_class_that_is_filtered_out_is_not_among_the_nearest(bench: PadBench) -> None:
    bench.use_thumbnails(list(range(100)))
    bench.open(hidden=[0, 1])
    strip = bench.page.get_by_role("group", name="Nearest held-out images").get_by_role("button")
    expect(strip).to_have_count(5)
    assert {strip.nth(k).text_content() for k in range(5)} == {"star"}


@pytest.mark.parametrize("broken", ["none", "address", "rows"])
def test_without_images_there_is_no_strip(bench: PadBench, broken: str) -> None:
    if broken != "none":
        bench.use_thumbnails([0, 1, 2])
    if broken == "address":
        bench.given["thumbnails"]["sprite"] = "data:image/png;base64,AAAA"
    if broken == "rows":
        bench.given["thumbnails"]["rows"] = [0, 1, 300]
    bench.open(z=[0.5, 0.5])
    bench.settle(300)
    assert not bench.page.locator(".pad-near").is_visible()
    expect(bench.page.locator(".pad-readout")).to_contain_text("Nearest held-out: circle, 0.00 away.")


def test_undo_goes_back_move_by_move_and_redo_forward(bench: PadBench) -> None:
    bench.open(z=[0.0, 0.0])
    places = [[0.0, 0.0]]
    for place in ((0.2, 0.3), (0.7, 0.6), (0.4, 0.8)):
        bench.page.mouse.click(*bench.place(*place))
        places.append(bench.state()["z"])
    slider = bench.page.get_by_role("slider", name="z1")
    slider.press("ArrowRight")
    places.append(bench.state()["z"])
    for place in places[-2::-1]:
        bench.page.keyboard.press("Control+z")
        assert bench.state()["z"] == bench.released()[-1]["z"] == place
    bench.page.keyboard.press("Control+z")
    assert bench.state()["z"] == places[0]
    assert bench.page.get_by_role("button", name="Undo").is_disabled()
    for place in places[1:3]:
        bench.page.keyboard.press("Control+Shift+Z")
        assert bench.state()["z"] == place
    bench.page.mouse.click(*bench.place(0.9, 0.9))
    assert bench.page.get_by_role("button", name="Redo").is_disabled()
    bench.page.get_by_role("button", name="Undo").click()
    assert bench.state()["z"] == places[2]


def test_the_keys_are_listed_on_a_sheet(bench: PadBench) -> None:
    bench.open()
    bench.page.get_by_role("application").press("?")
    sheet = bench.page.get_by_role("dialog")
    assert "Ctrl+Z" in sheet.inner_text()
    bench.page.keyboard.press("Escape")
    assert not sheet.is_visible()
    bench.page.get_by_role("button", name="Keys and gestures").click()
    sheet.get_by_role("button", name="Close").click()
    assert not sheet.is_visible()


def test_a_pad_works_in_a_shadow_root(bench: PadBench) -> None:
    bench.open(shadow=True, z=[0.0, 0.0])
    bench.drag(bench.place(0.3, 0.5), bench.place(0.6, 0.2), (2, 2))
    z = bench.released()[-1]["z"]
    assert z[0] < -2 < 2 < z[1]
    bench.page.keyboard.press("Home")
    assert bench.state()["z"] == [0, 0]


def test_a_pad_made_before_it_is_laid_out_draws_once_it_is(bench: PadBench) -> None:
    bench.open(style="display: none", layers=["grid", "density", "points"])
    bench.settle(300)
    bench.page.evaluate("() => { host.style.display = ''; }")
    bench.settle(900)
    late = bench.picture()
    bench.page.evaluate("pad.destroy()")
    bench.open(layers=["grid", "density", "points"])
    bench.until(lambda: bench.picture() == late)


def test_the_map_follows_the_colours_of_its_host(bench: PadBench) -> None:
    colours = "--st-text-color: rgb(20, 20, 20); --st-background-color: rgb(250, 250, 250)"
    bench.open(style=colours, layers=["density", "points"])
    bench.settle(500)

    def corner() -> tuple[int, ...]:
        picture = Image.open(io.BytesIO(bench.picture())).convert("RGB")
        return picture.getpixel((20, picture.height - 40))

    assert min(corner()) > 240
    light = bench.picture()
    bench.page.evaluate(
        """() => {
            host.style.setProperty("--st-text-color", "rgb(250, 250, 250)");
            host.style.setProperty("--st-background-color", "rgb(14, 17, 23)");
        }"""
    )
    bench.until(lambda: max(corner()) < 40)
    assert bench.picture() != light
    assert bench.page.evaluate("getComputedStyle(host.querySelector('.pad-frame')).colorScheme") == "dark"


def test_points_without_classes_are_all_shown_and_named_by_number(bench: PadBench) -> None:
    bench.given["labels"] = False
    bench.open({"classNames": None}, z=[0.5, 0.5])
    assert bench.page.locator(".pad-legend button").count() == 0
    expect(bench.page.locator(".pad-readout")).to_contain_text("image 1, 0.00 away")


def test_a_model_of_one_dimension_has_a_line_to_move_on(
    web_page: Page, tmp_path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 1)
    bench.open(z=[0.0], layers=["grid", "density", "points", "prior"])
    bench.drag(bench.place(0.5, 0.5), bench.place(0.8, 0.2))
    (z,) = bench.released()[-1]["z"]
    assert z > 1
    assert np.abs(bench.image() - bench.expected([z])).max() <= 2
    assert bench.page.get_by_label("Colour").count() == 0


def test_an_empty_map_still_decodes(
    web_page: Page, tmp_path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 5)
    for name in ("mu.f32", "logvar.f32", "labels.i32"):
        (tmp_path / name).write_bytes(b"")
    bench.open(plane="pca", layers=["density", "points", "names", "prior"])
    bench.drag(bench.place(0.5, 0.5), bench.place(0.8, 0.2))
    z = bench.released()[-1]["z"]
    assert np.abs(bench.image() - bench.expected(z)).max() <= 2
    bench.page.get_by_role("application").press("Enter")
    assert bench.state()["selected"] == 0


def test_the_density_is_finished_while_play_goes_on(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.open(layers=[], plane="pca")
    bench.page.get_by_role("button", name="Play").click()
    script = """() => { window.drawn = 0; const put = OffscreenCanvasRenderingContext2D.prototype.putImageData;
        OffscreenCanvasRenderingContext2D.prototype.putImageData = function (image, ...rest) {
            window.drawn += image.width === 224 ? 1 : 0; return put.call(this, image, ...rest); }; }"""
    bench.page.evaluate(script)
    bench.page.get_by_label("Colour").select_option("density")
    bench.until(lambda: bench.page.evaluate("drawn") == 1)


@pytest.mark.parametrize("width", [960, 620, 300])
def test_a_slide_fills_its_height_and_has_larger_type(bench_in_five: PadBench, width: int) -> None:
    bench = bench_in_five
    style = f"width: {width}px; --pad-slide-height: 560px; --pad-type: 1.5"
    bench.open({"layout": "slide"}, style=style)
    bench.settle(300)
    boxes = bench.page.evaluate(
        """() => [".latent-pad", ".pad-map", ".pad-image", ".pad-readout"].map(
            (name) => host.querySelector(name).getBoundingClientRect().toJSON())"""
    )
    pad, *parts = boxes
    assert pad["height"] == 560
    for part in parts:
        assert pad["left"] <= part["left"] < part["right"] <= pad["right"]
        assert pad["top"] <= part["top"] < part["bottom"] <= pad["bottom"]
    size = bench.page.evaluate("getComputedStyle(host.querySelector('.pad-readout')).fontSize")
    assert size == "25.5px"
    assert bench.page.get_by_role("slider").count() == 0


def test_escape_is_the_pads_own_only_where_there_is_something_to_clear(bench: PadBench) -> None:
    bench.open()
    bench.page.evaluate("addEventListener('keydown', (event) => (window.left = event.defaultPrevented))")
    surface = bench.page.get_by_role("application")
    surface.press("Enter")
    surface.press("Escape")
    assert bench.page.evaluate("window.left") is True
    surface.press("Escape")
    assert bench.page.evaluate("window.left") is False
