from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Page, Route, sync_playwright

from tests.web.pad_bench import PadBench

SITE = "http://page.test"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--no-first-run"]


class NodeWorker:
    """A Node process that answers each folder, one a line, with one line of JSON."""

    def __init__(self, script: Path) -> None:
        node, _ = compute_driver_executable()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([node, str(script)], stdin=pipe, stdout=pipe, text=True)

    def ask(self, folder: Path) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def node_parity(root: Path) -> Iterator[NodeWorker]:
    """Compares a case's folder in Node: ``node_parity.ask(folder)``."""
    worker = NodeWorker(root / "tests" / "web" / "parity_worker.mjs")
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def web_page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A Chromium page on an empty document that can import the repository's modules and read the tests' files.

    ``/repo/...`` is the repository and ``/tmp/...`` the tests' temporary folder; no server runs, and nothing else
    can be reached.
    """
    folders = {"repo": root, "tmp": tmp_path_factory.getbasetemp()}

    def answer(route: Route) -> None:
        top, _, rest = urlsplit(route.request.url).path.lstrip("/").partition("/")
        path = folders.get(top, root) / rest
        if top in folders and path.is_file():
            kind = "text/javascript" if path.suffix in (".js", ".mjs") else None
            route.fulfill(path=path, content_type=kind)
        elif not top:
            route.fulfill(body="<!doctype html><title>test</title>", content_type="text/html")
        else:
            route.abort()

    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.route("**/*", answer)
        page.goto(f"{SITE}/")
        yield page
        browser.close()
    assert not problems, problems


@pytest.fixture
def bench(web_page: Page, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PadBench]:
    """A pad over a model in two dimensions."""
    yield PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 2)
    web_page.evaluate("window.pad?.destroy()")


@pytest.fixture
def bench_in_five(
    web_page: Page, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PadBench]:
    """A pad over a model in five dimensions."""
    yield PadBench(web_page, tmp_path, tmp_path_factory.getbasetemp(), 5)
    web_page.evaluate("window.pad?.destroy()")
