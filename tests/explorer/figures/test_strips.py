from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from explorer.figures.strips import strip

SVG = "{http://www.w3.org/2000/svg}"
DARK, LIGHT = np.zeros((5, 1, 28, 28), np.float32), np.ones((5, 1, 28, 28), np.float32)


def parsed(uri: str) -> ET.Element:
    return ET.fromstring(base64.b64decode(uri.split(",", 1)[1]))


def test_a_strip_has_a_name_a_row_and_a_label_a_column() -> None:
    root = parsed(strip({"original": LIGHT, "rebuilt": DARK}, list("abcde")))
    texts = {e.text: (float(e.get("x") or 0), float(e.get("y") or 0)) for e in root.iter(f"{SVG}text")}
    assert texts["original"][1] < texts["rebuilt"][1] < texts["a"][1]
    assert [name for name in sorted(texts, key=lambda name: texts[name][0]) if len(name) == 1] == list(
        "abcde"
    )
    (image,) = root.iter(f"{SVG}image")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode((image.get("href") or "").split(",")[1]))))
    assert shown[0, 0] == 255
    assert shown[-1, 0] == 0


@pytest.mark.parametrize("side", [40, 100])
def test_an_image_is_as_wide_as_asked_and_keeps_its_shape(side: int) -> None:
    wide = np.zeros((3, 3, 16, 32), np.float32)
    (image,) = parsed(strip({"": wide}, [""] * 3, side)).iter(f"{SVG}image")
    assert float(image.get("width") or 0) == 3 * side
    assert float(image.get("height") or 0) == pytest.approx(side / 2, abs=1)


def test_without_labels_there_is_no_empty_line() -> None:
    bare, named = (parsed(strip({"": DARK}, labels)) for labels in ([""] * 5, list("abcde")))
    assert float(bare.get("height") or 0) < float(named.get("height") or 0)


def test_a_class_name_with_markup_stays_text() -> None:
    root = parsed(strip({"<b>": DARK}, ["<script>", *"bcde"]))
    assert {"<b>", "<script>"} <= {e.text for e in root.iter(f"{SVG}text")}
