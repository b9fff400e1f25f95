"""The latent pad on a model that is still learning: the same view, other weights and other places."""

from __future__ import annotations

import numpy as np

from tests.web.pad_bench import PadBench

UPDATE = """({ scale, shift, cut }) => {
    const { w, points: { mu, logvar } } = window.padOptions;
    const model = {
        w: w.map((value) => value * scale), points: { mu: mu.map((value) => value + shift), logvar: logvar.slice() },
    };
    if (cut) model.points.mu = model.points.mu.subarray(0, cut);
    return pad.update(model);
}"""


def test_points_and_image_change_and_the_view_stays(bench: PadBench) -> None:
    bench.open(z=[0.5, -0.25], layers=["points"])
    bench.page.mouse.wheel(0, 0)
    image, map_before = bench.image(), bench.page.locator(".pad-map").screenshot()
    assert bench.page.evaluate(UPDATE, {"scale": 0.8, "shift": 0.3, "cut": 0})
    bench.settle()
    assert (bench.image() != image).any()
    assert bench.page.locator(".pad-map").screenshot() != map_before
    assert bench.state()["z"] == [0.5, -0.25]
    assert bench.released() == []


def test_the_image_is_what_the_new_weights_decode(bench: PadBench) -> None:
    bench.open(z=[0.5, -0.25])
    bench.page.evaluate(UPDATE, {"scale": 0.8, "shift": 0.0, "cut": 0})
    bench.settle()
    for weights in bench.model.decoder.parameters():
        weights.mul_(0.8)
    assert np.abs(bench.image() - bench.expected([0.5, -0.25])).max() <= 2


def test_a_model_of_another_size_is_refused_and_nothing_changes(bench: PadBench) -> None:
    bench.open(z=[0.5, -0.25])
    image = bench.image()
    assert not bench.page.evaluate(UPDATE, {"scale": 0.8, "shift": 0.3, "cut": 10})
    bench.settle()
    np.testing.assert_array_equal(bench.image(), image)


UPDATE_WEIGHTS = """(scale) => {
    const { w } = window.padOptions;
    const points = { mu: new Float32Array(0), logvar: null, labels: null };
    return pad.update({ w: w.map((value) => value * scale), points });
}"""


def test_a_model_without_points_decodes_each_place_and_follows_its_weights(bench: PadBench) -> None:
    bench.mu[:0].tofile(bench.folder / "mu.f32")
    bench.given |= {"logvar": False, "labels": False}
    bench.open(z=[0.5, -0.25], layers=["grid", "prior"])
    assert np.abs(bench.image() - bench.expected([0.5, -0.25])).max() <= 2
    assert bench.page.evaluate(UPDATE_WEIGHTS, 0.8)
    bench.settle()
    for weights in bench.model.decoder.parameters():
        weights.mul_(0.8)
    assert np.abs(bench.image() - bench.expected([0.5, -0.25])).max() <= 2
