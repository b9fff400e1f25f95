"""Fields that the host computes: their colours, that one shows at a time, and what their legend says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.web.pad_bench import PadBench

OFFER = """(field) => {
    window.asked = [];
    pad.offerFields({ plane: "1,2", load: async (name) => {
        window.asked.push(name);
        if (field.problem) return field;
        return { ...field, values: Float32Array.from(field.values, (v) => v ?? NaN),
            ...(field.classes ? { classes: Float32Array.from(field.classes) } : {}) };
    } });
}"""
REGION = {"x0": -3.0, "y0": -3.0, "cell": 1.0, "columns": 6, "rows": 6}
FIELD: dict[str, Any] = {
    "kind": "sequential", "unit": "nats per image", "reading": "How unsure it is.", "low": 0, "high": 35,
    "ticks": ["0", "17.5", "≥ 35"], "region": REGION, "values": list(range(36)),
}  # fmt: skip
SCALE = """async ({ kind, dark }) => {
    const { colourAt } = await import("/repo/vae_core/web/pad_colours.js");
    return Array.from({ length: 33 }, (_, n) => colourAt(kind, dark, n / 32));
}"""
# How red-green blind eyes see linear sRGB: Machado, Oliveira & Fernandes (2009), protanopia and deuteranopia.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}  # fmt: skip


def oklab(rgb: np.ndarray, seen: Any) -> np.ndarray:
    """Return OKLab of sRGB colours [N, 3] of 0 to 255 as somebody sees them; Ottosson (2020)."""
    share = np.asarray(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.asarray(seen).T, 0, 1)
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
    ]
    return np.cbrt(linear @ np.transpose(to_cones)) @ np.transpose(to_lab)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", ["sequential", "diverging"])
def test_a_scale_is_even_to_every_eye(web_page: Page, kind: str, dark: bool) -> None:
    colours = np.asarray(web_page.evaluate(SCALE, {"kind": kind, "dark": dark}))
    for name, seen in BLINDNESS.items():
        lab = oklab(colours, seen)
        steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
        for arm in np.split(steps, 2) if kind == "diverging" else [steps]:
            assert arm.max() < 1.5 * arm.min() if name == "none" else arm.max() < 3 * arm.min(), (name, arm)
        assert np.linalg.norm(lab[0] - lab[-1]) > 0.2, name
    lightness = oklab(colours, np.eye(3))[:, 0]
    falls = np.diff(lightness) * (1 if dark else -1) > 0
    assert falls.all() if kind == "sequential" else falls[16:].all() and not falls[:16].any()


def test_nothing_is_asked_of_the_host_until_a_field_is_chosen(bench: PadBench) -> None:
    bench.open({"hasFields": True}, layers=["points"])
    bench.page.evaluate(OFFER, FIELD)
    bench.settle(200)
    assert bench.page.evaluate("asked") == []
    expect(bench.page.locator(".pad-heat")).to_be_hidden()
    before = bench.picture()
    bench.page.get_by_label("Colour").select_option("the decoder's entropy")
    expect(bench.page.locator(".pad-heat")).to_contain_text("nats per image. Here")
    expect(bench.page.locator(".pad-heat")).to_contain_text("How unsure it is.")
    expect(bench.page.locator(".pad-heat-ticks")).to_have_text("017.5≥ 35")
    assert bench.picture() != before
    assert bench.released()[-1]["layers"] == ["points", "entropy"]
    bench.page.get_by_label("Colour").select_option("nothing")
    bench.page.get_by_label("Colour").select_option("the decoder's entropy")
    assert bench.page.evaluate("asked") == ["entropy"]


def test_one_field_at_a_time_is_shown_and_h_goes_to_the_next(bench: PadBench) -> None:
    bench.open({"hasFields": True}, layers=["density"])
    bench.page.evaluate(OFFER, FIELD)
    bench.page.get_by_role("application").press("h")
    assert bench.state()["layers"] == ["ratio"]
    bench.page.evaluate("pad.setState({ layers: ['points', 'error', 'density'] })")
    assert bench.state()["layers"] == ["points", "error"]


def test_the_value_at_the_cursor_is_told_and_up_is_up(bench: PadBench) -> None:
    bench.open({"hasFields": True}, z=[0.0, 0.0], layers=["entropy"])
    bench.page.evaluate(OFFER, FIELD)
    for z, value in (([-2.5, 2.5], 0), ([2.5, 2.5], 5), ([2.5, -2.5], 35)):
        bench.page.evaluate("(z) => pad.setState({ z })", z)
        expect(bench.page.locator(".pad-heat")).to_contain_text(f"Here {value}.")
    bench.page.evaluate("pad.setState({ z: [100, 0] })")
    expect(bench.page.locator(".pad-heat")).not_to_contain_text("Here")


def test_where_a_field_does_not_apply_the_legend_says_why(bench: PadBench) -> None:
    bench.open({"hasFields": True}, layers=["error"])
    expect(bench.page.locator(".pad-heat")).to_have_text("Being computed.")
    bench.page.evaluate(OFFER, {"problem": "A GAN has no encoder."})
    expect(bench.page.locator(".pad-heat")).to_have_text("A GAN has no encoder.")


@pytest.mark.parametrize("wrong", [{"values": [1]}, {"region": None}, {"kind": "classes"}])
def test_a_field_whose_parts_do_not_go_together_is_none(bench: PadBench, wrong: dict[str, Any]) -> None:
    bench.open({"hasFields": True}, layers=["error"])
    bench.page.evaluate(OFFER, FIELD | wrong)
    expect(bench.page.locator(".pad-heat")).to_have_text("This could not be computed.")


def test_class_regions_are_in_the_classes_colours(bench: PadBench) -> None:
    bench.open({"hasFields": True}, layers=["regions"])
    plain = bench.picture()
    classes = [float(n % 3) for n in range(36)]
    shares = {"kind": "classes", "high": 1, "values": [1.0] * 36, "classes": classes}
    bench.page.evaluate(OFFER, FIELD | shares)
    bench.until(lambda: bench.picture() != plain)


def test_posteriors_are_drawn_to_scale_where_there_are_some(bench: PadBench) -> None:
    bench.open(layers=[])
    empty = bench.picture()
    bench.page.get_by_label("posteriors 1σ").check()
    bench.until(lambda: bench.picture() != empty)
    assert bench.released()[-1]["layers"] == ["posteriors"]
    all_of_them = bench.picture()
    bench.page.get_by_role("button", name="Zoom in").click()
    bench.until(lambda: bench.picture() != all_of_them)
    bench.given["logvar"] = False
    bench.open()
    assert bench.page.get_by_label("posteriors 1σ").count() == 0


def test_a_host_without_fields_offers_the_density_alone(bench: PadBench) -> None:
    bench.open()
    assert bench.page.get_by_label("Colour").locator("option").count() == 2
