from __future__ import annotations

import re
from importlib.resources import files

import pytest
from playwright.sync_api import Page

from vae_core.web import script

MODULES = [file.name for file in files("vae_core.web").iterdir() if file.name.endswith(".js")]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_and_what_it_imports_join_into_one(name: str, web_page: Page) -> None:
    joined = script(name)
    assert not re.search(r"^import ", joined, re.MULTILINE)
    imported = """async ([text, name]) => {
        const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        const [one, whole] = await Promise.all([import(`/repo/vae_core/web/${name}`), import(address)]);
        return Object.keys(one).filter((key) => typeof whole[key] !== typeof one[key]);
    }"""
    assert web_page.evaluate(imported, [joined, name]) == []


def test_each_module_is_in_a_script_and_in_none_twice() -> None:
    joined = [
        re.findall(r"^// ([\w.]+\.js)$", script(name), re.MULTILINE)
        for name in ("latent_pad.js", "replay.js", "curves.js", "sketch.js", "path_view.js")
    ]
    assert all(len(names) == len(set(names)) for names in joined)
    assert {name for names in joined for name in names} == set(MODULES)
