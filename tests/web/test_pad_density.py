"""The density layer: its numbers against NumPy's, and that it shows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.web.pad_bench import PadBench

REGION = {"x0": -6.0, "y0": -5.0, "cell": 0.1, "columns": 130, "rows": 110}
DENSITY = """async ({ mu, logvar, axes, shown, region, shares }) => {
    const density = await import("/repo/vae_core/web/pad_density.js");
    const { projectAll } = await import("/repo/vae_core/web/pad_plane.js");
    const plane = { mean: new Float64Array(axes[0].length), axes: axes.map((axis) => Float64Array.from(axis)) };
    const points = { x: new Float32Array(shown.length), y: new Float32Array(shown.length) };
    projectAll(plane, Float32Array.from(mu), points.x, points.y);
    const rows = Uint8Array.from(shown);
    const covarianceOf = logvar
        ? density.posteriorCovariance(plane, Float32Array.from(logvar))
        : density.scottCovariance(points, rows);
    const job = density.densityOn(points, covarianceOf, rows, region);
    let step = job.next();
    while (!step.done) step = job.next();
    const levels = shares ? density.massLevels(step.value, region.cell ** 2, shares) : [];
    return { q: [...step.value], levels, line: shares ? [...density.contour(step.value, region, levels[0])] : [] };
}"""


def computed(page: Page, mu: Any, logvar: Any, **more: Any) -> dict[str, Any]:
    mu = np.asarray(mu, float)
    given = {
        "mu": mu.ravel().tolist(),
        "logvar": None if logvar is None else np.asarray(logvar, float).ravel().tolist(),
        "axes": np.eye(2, mu.shape[1]).tolist(),
        "shown": [1] * len(mu),
        "region": REGION,
        "shares": None,
    }
    result = page.evaluate(DENSITY, given | more)
    result["q"] = np.reshape(result["q"], (REGION["rows"], REGION["columns"]))
    return result


def centres() -> NDArray[np.float64]:
    """Return the cells' centres [rows, columns, 2]."""
    x = REGION["x0"] + REGION["cell"] * (np.arange(REGION["columns"]) + 0.5)
    y = REGION["y0"] + REGION["cell"] * (np.arange(REGION["rows"]) + 0.5)
    return np.stack(np.meshgrid(x, y), axis=-1)


def gaussian(mean: Any, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    off = centres() - np.asarray(mean)
    exponent = np.einsum("...i,ij,...j->...", off, np.linalg.inv(covariance), off)
    return np.exp(-exponent / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))


@pytest.mark.parametrize("sigma", [0.1, 0.25, 0.61, 0.8, 1.3])
def test_one_posterior_is_its_own_gaussian(web_page: Page, sigma: float) -> None:
    q = computed(web_page, [[0.42, -0.17]], [[2 * np.log(sigma)] * 2])["q"]
    wanted = gaussian([0.42, -0.17], sigma**2 * np.eye(2))
    # What lies between the centres of a coarser grid is put in by a straight line.
    assert np.abs(q - wanted).max() < 0.03 * wanted.max()


def test_the_density_of_many_posteriors_integrates_to_one(web_page: Page) -> None:
    rng = np.random.default_rng(2)
    mu = rng.normal(size=(400, 2))
    logvar = rng.uniform(-8, 0, size=(400, 2))
    q = computed(web_page, mu, logvar)["q"]
    assert abs(q.sum() * REGION["cell"] ** 2 - 1) < 0.005
    wide = np.maximum(np.exp(logvar / 2), REGION["cell"])
    wanted = np.mean([gaussian(m, np.diag(s**2)) for m, s in zip(mu, wide, strict=True)], axis=0)
    assert np.abs(q - wanted).max() < 0.02 * wanted.max()


def test_the_peak_is_where_the_points_are_and_the_filter_counts(web_page: Page) -> None:
    mu = [[-3.0, 2.0]] * 9 + [[4.0, -1.0]]
    logvar = np.full((10, 2), -3.0)
    both = computed(web_page, mu, logvar)["q"]
    peak = centres()[np.unravel_index(both.argmax(), both.shape)]
    assert np.abs(peak - [-3, 2]).max() <= REGION["cell"]
    alone = computed(web_page, mu, logvar, shown=[0] * 9 + [1])["q"]
    peak = centres()[np.unravel_index(alone.argmax(), alone.shape)]
    assert np.abs(peak - [4, -1]).max() <= REGION["cell"]
    assert abs(alone.sum() * REGION["cell"] ** 2 - 1) < 0.005


def test_on_a_slanted_plane_each_covariance_is_projected(web_page: Page) -> None:
    axes, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(4, 2)))
    logvar = np.array([[-1.0, -4.0, 0.0, -2.0]])
    mu = np.array([[0.5, -0.2, 1.0, 0.3]])
    q = computed(web_page, mu, logvar, axes=axes.T.tolist())["q"]
    wanted = gaussian(mu[0] @ axes, axes.T @ np.diag(np.exp(logvar[0])) @ axes)
    assert np.abs(q - wanted).max() < 0.02 * wanted.max()


def test_a_posterior_narrower_than_a_cell_is_drawn_one_cell_wide(web_page: Page) -> None:
    q = computed(web_page, [[0.05, 0.05]], [[-40.0, -40.0]])["q"]
    assert abs(q.sum() * REGION["cell"] ** 2 - 1) < 0.005
    assert np.abs(q - gaussian([0.05, 0.05], REGION["cell"] ** 2 * np.eye(2))).max() < 0.01 * q.max()


def test_codes_without_a_width_get_the_one_of_scott(web_page: Page) -> None:
    mu = np.random.default_rng(4).normal(size=(500, 2)) * [1.4, 0.6]
    q = computed(web_page, mu, None)["q"]
    bandwidth = 500 ** (-1 / 3) * np.cov(mu.T)
    wanted = np.mean([gaussian(m, bandwidth) for m in mu], axis=0)
    assert np.abs(q - wanted).max() < 0.02 * wanted.max()


def test_the_lines_hold_the_share_that_they_say(web_page: Page) -> None:
    result = computed(web_page, [[0.0, 0.0]], [[0.0, 0.0]], shares=[0.5, 0.8, 0.95])
    # Of a standard normal, the circle of radius sqrt(-2 log(1 - share)) holds that share.
    for share, level in zip((0.5, 0.8, 0.95), result["levels"], strict=True):
        assert abs(level - (1 - share) / (2 * np.pi)) < 0.02 / (2 * np.pi)
    ends = np.reshape(result["line"], (-1, 2))
    np.testing.assert_allclose(np.hypot(*ends.T), np.sqrt(2 * np.log(2)), atol=0.03)


@pytest.mark.parametrize(
    ("mu", "logvar"),
    [
        ([], []),
        ([[1e30, 0.0]], [[0.0, 0.0]]),
        ([[0.0, 0.0]], [[80.0, 80.0]]),
        ([[0.0, 0.0]], [[-300.0, 90.0]]),
    ],
    ids=["no points", "far away", "wider than anything", "a line"],
)
def test_hostile_points_give_a_finite_density(web_page: Page, mu: Any, logvar: Any) -> None:
    q = computed(web_page, np.reshape(mu, (-1, 2)), np.reshape(logvar, (-1, 2)))["q"]
    assert np.isfinite(q).all()
    assert (q >= 0).all()


def test_the_layer_shows_and_follows_the_legend(bench: PadBench) -> None:
    bench.open(layers=[])
    before = bench.picture()
    bench.page.get_by_label("Colour").select_option("aggregate posterior q(z)")
    bench.until(lambda: bench.picture() != before)
    bench.settle(300)
    before = bench.picture()
    bench.page.get_by_role("button", name="square").click()
    # The former density is gone at once, and the new one comes.
    bench.until(lambda: len(bench.picture()) > 0.8 * len(before))
    assert bench.picture() != before
    assert bench.released()[0]["layers"] == ["density"]


def test_the_layer_moves_with_the_map(bench: PadBench) -> None:
    bench.open(layers=[])
    empty = bench.picture()
    bench.page.get_by_label("Colour").select_option("aggregate posterior q(z)")
    bench.until(lambda: bench.picture() != empty)
    before = bench.picture()
    bench.page.get_by_role("button", name="Zoom in").click()
    bench.until(lambda: bench.picture() != before)


def test_the_layer_is_computed_anew_where_its_cells_would_show(bench: PadBench) -> None:
    bench.open(layers=[])
    script = """async () => {
        const { createDensityLayer } = await import("/repo/vae_core/web/pad_heat.js");
        const { axesPlane } = await import("/repo/vae_core/web/pad_plane.js");
        const at = Float32Array.from({ length: 50 }, (_, n) => Math.sin(n));
        const state = { points: { x: at, y: at }, shown: new Uint8Array(50).fill(1), plane: axesPlane(2, 0, 1) };
        const layer = createDensityLayer({ d: 2, logvar: new Float32Array(100).fill(-4) }, state);
        const view = { x: 0, y: 0, span: 7, width: 500, height: 400 };
        const compute = (given) => { for (const _ of layer.compute(given)); };
        const answers = [layer.fits(view)];
        compute(view);
        answers.push(layer.fits(view), layer.fits({ ...view, x: 2 }), layer.fits({ ...view, span: 30 }));
        const near = { ...view, span: 1 };
        answers.push(layer.fits(near));
        compute(near);
        answers.push(layer.fits(near), layer.fits({ ...near, x: 0.1 }), layer.fits({ ...near, x: 2 }));
        answers.push(layer.fits({ ...near, span: 0.4 }), layer.fits(view));
        const begun = layer.compute(near);
        begun.next();
        layer.clear();
        while (!begun.next().done);
        return [...answers, layer.fits(view)];
    }"""
    whole = [False, True, True, True]
    near = [False, True, True, False, False, True]
    assert bench.page.evaluate(script) == [*whole, *near, False]


def test_without_posteriors_the_layer_says_that_it_shows_codes(bench: PadBench) -> None:
    bench.given["logvar"] = False
    bench.open(layers=["density"])
    expect(bench.page.get_by_label("Colour").locator("option:checked")).to_have_text("density of the codes")


def test_no_slice_of_the_work_takes_a_frame(web_page: Page) -> None:
    script = """async (region) => {
        const { densityOn } = await import("/repo/vae_core/web/pad_density.js");
        const count = 70000, wave = (n) => Math.sin(12.9898 * n) * 3;
        const along = (start) => new Float32Array(count).map((_, n) => wave(n + start));
        const points = { x: along(0), y: along(0.5) };
        const width = (n, out) => out.set([n % 7 ? 0.01 : 1, 0, n % 5 ? 0.02 : 0.8]);
        const times = [];
        const job = densityOn(points, width, new Uint8Array(count).fill(1), region);
        for (let done = false; !done; ) {
            const begun = performance.now();
            done = job.next().done;
            times.push(performance.now() - begun);
        }
        return times.sort((a, b) => a - b);
    }"""
    times = web_page.evaluate(script, json.loads(json.dumps(REGION)))
    assert len(times) > 100
    # The longest ones are the machine's other work.
    assert times[int(0.98 * len(times))] < 4
