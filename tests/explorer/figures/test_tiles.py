from __future__ import annotations

import base64
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from explorer.figures import tiles
from vae_core.latent import tile


def pixels(figure: go.Figure) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(figure.layout.images[0].source.split(",")[1]))))


def test_the_grid_is_the_same_way_up_as_the_map() -> None:
    images = np.zeros((3, 4, 1, 20, 20), np.float32)
    images[0, 3] = 1  # largest z2, largest z1
    columns, rows = np.float32([-1, 0, 1, 2]), np.float32([5, 4, 3])
    figure = tiles.decoded_grid(tile(images), columns, rows, ("z1", "z2"))
    shown = pixels(figure)
    assert shown[0, -1] == 255
    assert shown[-1, -1] == shown[0, 0] == 0
    image = figure.layout.images[0]
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 3, 4, 3)
    assert tuple(figure.layout.yaxis.range) == (0, 3)
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert labels == {2.5: "5.0", 1.5: "4.0", 0.5: "3.0"}
    hover = {
        (x, y): text for x, y, text in zip(*(figure.data[0][key] for key in ("x", "y", "text")), strict=True)
    }
    assert hover[3.5, 2.5] == "(2.00, 5.00)"


def test_ticks_have_a_true_minus_sign_and_stay_few() -> None:
    values = np.linspace(-2, 2, 15, dtype=np.float32)
    figure = tiles.decoded_grid(np.zeros((1, 300, 300), np.float32), values, values[::-1], ("z1", "z2"))
    assert 5 <= len(figure.layout.xaxis.ticktext) <= 8
    assert any(text.startswith("−") for text in figure.layout.xaxis.ticktext)


def test_tiny_images_get_a_dark_edge_and_others_stay() -> None:
    assert tiles.spaced(np.ones((2, 1, 8, 8), np.float32)).shape == (2, 1, 10, 10)
    assert tiles.spaced(np.ones((2, 1, 8, 8), np.float32))[0, 0, 0, 0] == 0
    assert tiles.spaced(np.ones((2, 1, 28, 28), np.float32)).shape == (2, 1, 28, 28)
