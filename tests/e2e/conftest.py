"""The running app and a real browser.

`page` is a Playwright page on the app: ``page.goto("/")`` opens it. After each test the page must have logged no
console error, thrown no exception and asked for nothing outside this machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ARTEFACTS = Path(__file__).parent / "artefacts"
START_SECONDS = 90
ACT_MILLISECONDS = 30_000
CALM_MILLISECONDS = 150
IS_CALM = """calm => {
  const shell = document.querySelector('[data-testid="stApp"]');
  const isCalm =
    shell?.dataset.testConnectionState === "CONNECTED" &&
    ["notRunning", "compilationError"].includes(shell.dataset.testScriptState) &&
    !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
  globalThis.calmSince = isCalm ? (globalThis.calmSince ?? performance.now()) : undefined;
  return isCalm && performance.now() - globalThis.calmSince >= calm;
}"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Nothing outside this machine has an address. Routes of Playwright's would see to it too, and turn the cache off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclasses.dataclass(frozen=True)
class RunningApp:
    """A Streamlit server of the tests' own: its address, its folder of trained runs, its log and its process."""

    url: str
    runs: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@pytest.fixture(scope="session")
def app(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The real app, started as a user starts it, on a free port with an empty folder of runs."""
    with serving(root / "streamlit_app.py", root, tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture
def serve(root: Path) -> Callable[..., contextlib.AbstractContextManager[RunningApp]]:
    """Start the app again and again on one folder, or under a path: ``with serve(folder, "/base") as running``."""
    return functools.partial(serving, root / "streamlit_app.py", root)


@contextlib.contextmanager
def serving(script: Path, root: Path, folder: Path, base: str = "") -> Iterator[RunningApp]:
    """Serve a script from the repository's folder under the path `base`, with its runs and its log in `folder`."""
    running = RunningApp(f"http://127.0.0.1:{_free_port()}{base}", folder / "runs", folder / "server.log")
    running.runs.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.port", str(urlsplit(running.url).port), "--server.baseUrlPath", base]
    environment = os.environ | {"VAE_RUNS_DIR": str(running.runs), "PYTHONPATH": str(root)}
    with running.log.open("wb") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_healthy(running, server)
            yield dataclasses.replace(running, process=server)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@pytest.fixture(scope="module")
def foreign_app(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app as it is for models whose decoders have parts that a page can't run: here, every model."""
    folder = tmp_path_factory.mktemp("foreign")
    script = folder / "foreign_app.py"
    script.write_text(
        "import streamlit as st\n"
        "if __name__ == '__main__':\n"
        "    from explorer import navigation\n"
        "    from explorer.components import latent_pad\n"
        "    from vae_core.errors import PageDecoderError\n"
        "    def refuse(model):\n"
        "        raise PageDecoderError('no')\n"
        "    latent_pad.decoder_payload = refuse\n"
        "    navigation.run()\n"
        "else:\n"
        "    from explorer.serving.routes import routes\n"
        "    app = st.App(__file__, routes=routes(''))\n"
    )
    with serving(script, root, folder) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or else the one that `playwright install chromium` fetched."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    expect.set_options(timeout=ACT_MILLISECONDS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def outside_requests() -> list[str]:
    """Addresses outside this machine that the page asked for; each was refused. It must be empty at the end."""
    return []


@pytest.fixture
def page_problems() -> list[str]:
    """Console errors and uncaught exceptions; a test that provokes one removes it. It must be empty at the end."""
    return []


@pytest.fixture
def context(browser: Browser, app: RunningApp, outside_requests: list[str]) -> Iterator[BrowserContext]:
    """A fresh browser profile that reaches nothing but this machine; open two pages in it, or make another."""
    made = browser.new_context(
        base_url=app.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    made.set_default_timeout(ACT_MILLISECONDS)
    made.on("request", lambda request: _is_local(request.url) or outside_requests.append(request.url))
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, outside_requests: list[str], page_problems: list[str]) -> Iterator[Page]:
    """A page on the app, at 1280 x 800."""
    opened = context.new_page()

    def on_console(message: ConsoleMessage) -> None:
        # Streamlit looks for its server under the address of the page first, and finds it one level up.
        probe = re.search(r"/\w+/_stcore/(health|host-config)$", message.location.get("url", ""))
        if message.type == "error" and not probe:
            page_problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    opened.on("console", on_console)
    opened.on("pageerror", lambda error: page_problems.append(f"exception: {error}"))
    opened.on("websocket", lambda socket: _is_local(socket.url) or outside_requests.append(socket.url))
    yield opened
    opened.close()
    assert not outside_requests, f"the page asked for something outside this machine: {outside_requests}"
    assert not page_problems, "the page reported errors:\n" + "\n".join(page_problems)


@pytest.fixture
def somebody_else(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """A page on the app in another person's browser, with cookies of its own."""
    made = browser.new_context(base_url=app.url, viewport={"width": 1280, "height": 800})
    made.set_default_timeout(ACT_MILLISECONDS)
    yield made.new_page()
    made.close()


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """Wait until the page is connected, its script has finished, and nothing is stale or still loading, for a moment.

    A click or a slider reaches the server a little later, hence the moment; on a busy machine it may be longer: after
    one, wait for what it changes with `expect`.
    """

    def wait(page: Page) -> None:
        page.evaluate("() => delete globalThis.calmSince")
        page.wait_for_function(IS_CALM, arg=CALM_MILLISECONDS, polling=25)

    return wait


@pytest.fixture
def train_endlessly(settle: Callable[[Page], None]) -> Callable[..., None]:
    """Start training digits for as long as a test needs: ``train_endlessly(page)``, or with another app's address."""

    def start(page: Page, url: str = "") -> None:
        page.goto(f"{url}/train")
        settle(page)
        seconds = page.get_by_role("spinbutton", name="Time in seconds")
        seconds.fill("600")
        seconds.press("Enter")
        settle(page)
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()

    return start


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Keep a picture of a page under tests/e2e/artefacts: ``screenshot(page, "map")``."""

    def take(page: Page, name: str, *, full_page: bool = False) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path, full_page=full_page)
        return path

    return take


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Add a picture and the end of the server's log to what a failed browser test reports."""
    report = yield
    fixtures = getattr(item, "funcargs", {})
    if report.failed and "app" in fixtures:
        page = fixtures.get("page")
        if page is not None and not page.is_closed():
            name = "failed-" + re.sub(r"\W+", "-", item.name).strip("-")
            ARTEFACTS.mkdir(exist_ok=True)
            page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
            report.sections.append(("screenshot", str(ARTEFACTS / f"{name}.png")))
        report.sections.append(("end of the server's log", fixtures["app"].log_tail()))
    return report


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(app: RunningApp, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start; the end of its log:\n{app.log_tail()}", pytrace=False)


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost", "::1")
