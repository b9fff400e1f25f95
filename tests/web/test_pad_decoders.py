"""What stands behind the pad's image when the page can't run the decoder: a sheet of images, or the host."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Error

from tests.web.pad_bench import PadBench


def sheet(n: int, channels: int = 3) -> NDArray[np.uint8]:
    """Return n x n random images of 12 by 12."""
    return np.random.default_rng(1).integers(0, 256, (n * n, channels, 12, 12)).astype(np.uint8)


def shown(image: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return an image [C, H, W] as the canvas has it, [H, W, 3]."""
    return np.broadcast_to(image.transpose(1, 2, 0), (12, 12, 3)).astype(float)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_shows_its_own_images_at_its_nodes(bench: PadBench, channels: int) -> None:
    images = sheet(5, channels)
    bench.use_atlas(images, limit=2)
    bench.open()
    for row, column in ((0, 0), (0, 4), (3, 1), (4, 4)):
        bench.page.evaluate("(z) => pad.setState({ z })", [column - 2, row - 2])
        bench.settle()
        assert np.abs(bench.image() - shown(images[5 * row + column])).max() <= 1


def test_a_sheet_blends_its_images_between_nodes(bench: PadBench) -> None:
    images = sheet(5).astype(float)
    bench.use_atlas(images.astype(np.uint8), limit=2)
    bench.open(z=[0.5, -1.0])
    assert np.abs(bench.image() - shown((images[7] + images[8]) / 2)).max() <= 1
    bench.page.evaluate("pad.setState({ z: [-1.75, 1.5] })")
    bench.settle()
    low, high = (0.75 * images[row] + 0.25 * images[row + 1] for row in (15, 20))
    assert np.abs(bench.image() - shown((low + high) / 2)).max() <= 1


def test_beyond_a_sheet_its_edge_is_shown(bench: PadBench) -> None:
    images = sheet(3)
    bench.use_atlas(images, limit=2)
    bench.open(z=[50.0, -50.0])
    assert np.abs(bench.image() - shown(images[2])).max() <= 1


def test_a_sheet_gives_filmstrips_and_the_decoded_grid(bench: PadBench) -> None:
    bench.use_atlas(sheet(5))
    bench.open()
    assert bench.page.locator(".pad-slider canvas").count() == 2
    assert bench.page.get_by_label("decoded grid").count() == 1


@pytest.mark.parametrize(
    "change", ['{"n": 3.5}', '{"n": 1}', '{"n": 6}', '{"limit": 0}', '{"limit": NaN}', '{"shape": [2, 12, 12]}',
               '{"shape": [3, 12]}', '{"shape": "3,12,12"}', '{"images": null}'],
)  # fmt: skip
def test_a_sheet_that_does_not_fit_is_refused(bench: PadBench, change: str) -> None:
    script = f"""async () => {{
        const {{ createPadDecoder }} = await import("/repo/vae_core/web/pad_decoders.js");
        const images = new Uint8Array(25 * 3 * 144);
        createPadDecoder({{ atlas: {{ images, n: 5, limit: 4, shape: [3, 12, 12], ...{change} }} }});
    }}"""
    with pytest.raises(Error, match="ProgramError"):
        bench.page.evaluate(script)


SHOW = "([z, value]) => pad.showImage(z, new Uint8Array(3 * 144).fill(value))"
IS_STALE = "() => host.querySelector('.pad-image').classList.contains('pad-stale')"


def test_what_the_host_decodes_is_shown_and_dimmed_once_the_cursor_has_left(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.use_host()
    bench.open(z=[0.1] * 5)
    assert bench.page.evaluate(IS_STALE)
    bench.page.evaluate(SHOW, [[float(np.float32(0.1))] * 5, 90])
    bench.settle()
    assert (bench.image() == 90).all()
    assert not bench.page.evaluate(IS_STALE)
    bench.page.get_by_role("application").press("ArrowRight")
    bench.settle()
    assert (bench.image() == 90).all()
    assert bench.page.evaluate(IS_STALE)


def test_an_image_from_the_host_that_does_not_fit_is_left_out(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.use_host()
    bench.open(z=[0.1] * 5)
    bench.page.evaluate(SHOW, [[0.1] * 5, 90])
    for call in ("[0.1], new Uint8Array(432)", "Array(5).fill(0.1), new Uint8Array(431)", "null, null"):
        bench.page.evaluate(f"pad.showImage({call})")
    bench.settle()
    assert (bench.image() == 90).all()


def test_where_the_host_decodes_it_hears_of_drags_and_of_play(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.use_host()
    bench.open()
    bench.drag(bench.place(0.3, 0.3), bench.place(0.6, 0.6))
    assert bench.page.evaluate("dragged") >= 1
    assert len(bench.released()) == 1
    bench.page.evaluate("dragged = 0")
    begun = time.monotonic()
    bench.page.get_by_role("button", name="Play").click()
    bench.until(lambda: bench.page.evaluate("dragged") >= 3)
    assert bench.page.evaluate("dragged") <= 1 + 4 * (time.monotonic() - begun)


def test_where_the_host_decodes_there_are_no_filmstrips_and_no_grid(bench_in_five: PadBench) -> None:
    bench = bench_in_five
    bench.use_host()
    bench.open(layers=["grid", "points"])
    assert bench.page.locator(".pad-slider canvas").count() == 0
    assert bench.page.get_by_label("decoded grid").count() == 0
    assert bench.page.locator(".pad-slider input").count() == 5
    assert bench.state()["layers"] == ["grid", "points"]


def test_a_notice_stands_under_the_image(bench: PadBench) -> None:
    bench.open({"notice": "Decoded beforehand."})
    assert bench.page.get_by_text("Decoded beforehand.").is_visible()
