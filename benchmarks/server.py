"""The app as a person starts it, on a free port of this machine, for as long as a measurement lasts."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from explorer.shelf import OWNERS
from vae_core.listing import ModelEntry, catalogue

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Server:
    """A running app: its port, its process, the moment it was started (`time.perf_counter`) and its log."""

    port: int
    process: subprocess.Popen[bytes]
    started: float
    log: Path

    @property
    def url(self) -> str:
        """The address of its first page."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def running_app(runs: Path | None = None, **settings: str) -> Iterator[Server]:
    """Start the app with an empty folder of runs, or `runs`, wait until it answers, and stop it in the end.

    `settings` are variables of its environment.

    Raises
    ------
    RuntimeError
        If it did not start; with the end of its log.
    """
    with tempfile.TemporaryDirectory() as folder:
        port, log = _free_port(), Path(folder, "server.log")
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
        command += ["--server.port", str(port)]
        environment = os.environ | {"VAE_RUNS_DIR": str(runs or folder)} | settings
        with log.open("wb") as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )  # fmt: skip
            server = Server(port, process, started, log)
            try:
                _wait(server)
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def runs_in(folder: Path) -> list[ModelEntry]:
    """Return the runs that lie in the folder of runs of an app, whoever they belong to."""
    return [entry for place in (folder, *folder.glob(f"{OWNERS}/*")) for entry in catalogue(place)]


def _wait(server: Server) -> None:
    while time.perf_counter() < server.started + START_SECONDS and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"The app did not start.\n{server.log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
