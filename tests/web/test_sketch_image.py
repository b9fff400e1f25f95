"""A drawing is brought to a model's size in the page as in Python."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from vae_core.centring import centred, scaled

MAKE = """async ({ ink, h, w, height, width, share }) => {
    const { centredImage, scaledImage } = await import("/repo/vae_core/web/sketch_image.js");
    const values = Float32Array.from(ink);
    return [centredImage, scaledImage].map((make) => [...make(values, h, w, height, width, share)]);
}"""


@pytest.mark.parametrize(("height", "width"), [(28, 28), (8, 8), (64, 64), (13, 30)])
@pytest.mark.parametrize(("h", "w", "share"), [(84, 84, 20 / 28), (60, 90, 1), (7, 5, 0.5)])
def test_a_drawing_is_fitted_centred_and_scaled_as_in_python(
    h: int, w: int, share: float, height: int, width: int, web_page: Page
) -> None:
    rng = np.random.default_rng(h)
    ink = np.zeros((h, w), np.float32)
    inside = ink[h // 5 : h // 2 + 2, w // 4 : w // 2 + 2]
    inside[:] = rng.random(inside.shape) ** 2
    given = {"ink": ink.ravel().tolist(), "h": h, "w": w, "height": height, "width": width, "share": share}
    found, plain = (np.array(image).reshape(height, width) for image in web_page.evaluate(MAKE, given))
    np.testing.assert_allclose(found, centred(ink, height, width, share), atol=1e-6)
    np.testing.assert_allclose(plain, scaled(ink[None], height, width)[0], atol=1e-6)


def test_an_empty_canvas_is_black(web_page: Page) -> None:
    given = {"ink": [0.1] * 100, "h": 10, "w": 10, "height": 28, "width": 28, "share": 1}
    assert not any(web_page.evaluate(MAKE, given)[0])
