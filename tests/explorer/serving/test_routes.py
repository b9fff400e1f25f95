from __future__ import annotations

import numpy as np
import pytest

from explorer.navigation import PAGES
from explorer.serving import live, parcels, routes
from tests.explorer.asking import ask


@pytest.mark.parametrize("base", ["apps/latent", "/apps/latent/"])
def test_a_server_under_a_path_answers_under_it(base: str) -> None:
    address = parcels.post(parcels.parcel("digits", {}, {"w": np.zeros(1, np.float32)}))["address"]
    assert ask(f"/apps/latent/{address}", base)[0] == 200
    assert ask(f"/{address}", base)[0] == 404
    assert ask(f"/apps/latent/{live.PATH}/nobody/0/", base)[0] == 204
    assert ask(f"/{live.PATH}/nobody/0/", base)[0] == 404


@pytest.mark.parametrize("base", ["", "/apps/latent/"])
def test_the_first_page_has_an_address_of_its_name_that_keeps_what_the_link_says(base: str) -> None:
    assert PAGES[0].path == routes.FIRST_PAGE
    status, headers, _ = ask(f"{base.rstrip('/')}/map?model=digits-vae-2d", base)
    assert status == 307
    assert headers["location"] == f"{base.rstrip('/')}/?model=digits-vae-2d"
