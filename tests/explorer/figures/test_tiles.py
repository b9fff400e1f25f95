from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image

from explorer.figures import tiles
from vae_core.latent import tile

SVG = "{http://www.w3.org/2000/svg}"


def parsed(uri: str) -> ET.Element:
    return ET.fromstring(base64.b64decode(uri.split(",", 1)[1]))


def words(root: ET.Element) -> dict[str, tuple[float, float]]:
    return {e.text or "": (float(e.get("x") or 0), float(e.get("y") or 0)) for e in root.iter(f"{SVG}text")}


def test_the_grid_is_the_same_way_up_as_the_map() -> None:
    images = np.zeros((3, 4, 1, 20, 20), np.float32)
    images[0, 3] = 1  # largest z2, largest z1
    columns, rows = np.float32([-1, 0, 1, 2]), np.float32([5, 4, 3])
    root = parsed(tiles.decoded_grid(tile(images), columns, rows, ("z1", "z2"), height=352))
    (image,) = root.iter(f"{SVG}image")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode((image.get("href") or "").split(",")[1]))))
    assert shown[0, -1] == 255
    assert shown[-1, -1] == shown[0, 0] == 0
    assert [float(image.get(name) or 0) for name in ("width", "height")] == [400, 300]
    told = words(root)
    assert told["5.0"][1] < told["4.0"][1] < told["3.0"][1]
    assert told["−1.0"][0] < told["0.0"][0] < told["1.0"][0] < told["2.0"][0]
    assert told["2.0"][0] == tiles.LEFT + 350


def test_ticks_have_a_true_minus_sign_and_stay_few() -> None:
    values = np.linspace(-2, 2, 15, dtype=np.float32)
    uri = tiles.decoded_grid(np.zeros((1, 300, 300), np.float32), values, 10 + values, ("a<b", "z2"))
    told = words(parsed(uri))
    across = [text for text in told if text.startswith("−") or text in ("0.0", "1.1", "2.0")]
    assert any(text.startswith("−") for text in across)
    assert 12 <= len(told) <= 18
    assert "a<b" in told


def test_tiny_images_get_a_dark_edge_and_others_stay() -> None:
    assert tiles.spaced(np.ones((2, 1, 8, 8), np.float32)).shape == (2, 1, 10, 10)
    assert tiles.spaced(np.ones((2, 1, 8, 8), np.float32))[0, 0, 0, 0] == 0
    assert tiles.spaced(np.ones((2, 1, 28, 28), np.float32)).shape == (2, 1, 28, 28)
