from __future__ import annotations

from benchmarks.models_page import PAGE, PURPOSE, page
from vae_core.models import MODELS


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m benchmarks.models_page"


def test_every_family_has_its_loss_its_purpose_and_its_source() -> None:
    assert PURPOSE.keys() == MODELS.keys()
    rows = {line.split("`")[1]: line.split(" | ") for line in page().splitlines() if line.startswith("| `")}
    assert rows.keys() == MODELS.keys()
    for cells in rows.values():
        assert len(cells) == 5
        assert all(cell.strip(" |`") for cell in cells)
