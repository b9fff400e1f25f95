from __future__ import annotations

import numpy as np
import pytest

from explorer.serving import live, parcels
from tests.explorer.asking import ask


@pytest.mark.parametrize("base", ["apps/latent", "/apps/latent/"])
def test_a_server_under_a_path_answers_under_it(base: str) -> None:
    address = parcels.post(parcels.parcel("digits", {}, {"w": np.zeros(1, np.float32)}))["address"]
    assert ask(f"/apps/latent/{address}", base)[0] == 200
    assert ask(f"/{address}", base)[0] == 404
    assert ask(f"/apps/latent/{live.PATH}/nobody/0/", base)[0] == 204
    assert ask(f"/{live.PATH}/nobody/0/", base)[0] == 404
