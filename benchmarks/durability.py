"""How much a crash costs: the app's server is killed in the middle of training, again and again.

Each round starts the app, has a browser session train on digits without an end, kills the server with SIGKILL at a
random moment between 1 and 12 seconds into the run, and looks at the folder of runs as the next start would: is the run
listed, does it load, does it resume and take a step, and how much is lost: the seconds since the click on Start, less
the seconds of training that the saved run has behind it?
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.browser import FLAGS, chromium, start_training
from benchmarks.record import percentile, record
from benchmarks.server import running_app, runs_in
from vae_core import load, runs
from vae_core.datasets import load_dataset
from vae_core.errors import VaeCoreError

ROUNDS = 50
LONGEST = 12.0


def main(argv: list[str] | None = None) -> None:
    """Kill the server `--rounds` times and record what was left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.durability", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args(argv).rounds
    rng = random.Random(0)
    found = [kill_once(rng.uniform(1.0, LONGEST)) for _ in range(rounds)]
    lost = [one["lost"] for one in found if one["lost"] is not None]
    record("durability", [{
        "kills": rounds,
        "listed": sum(one["listed"] for one in found),
        "loaded": sum(one["loaded"] for one in found),
        "resumed": sum(one["resumed"] for one in found),
        "nothing saved yet (killed in the first seconds)": sum(one["too early"] for one in found),
        "seconds lost, median": round(percentile(lost, 0.5), 2) if lost else None,
        "seconds lost, most": round(max(lost), 2) if lost else None,
    }])  # fmt: skip


def kill_once(after: float) -> dict[str, Any]:
    """Train for `after` seconds, kill the server, and return what the folder of runs holds."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        with running_app(Path(folder)) as server:
            start_training(page, server.url)
            started = time.monotonic()
            page.wait_for_timeout(1000 * after)
            server.process.kill()
            server.process.wait()
            trained = time.monotonic() - started
        browser.close()
        return looked_at(Path(folder), trained)


def looked_at(folder: Path, trained: float) -> dict[str, Any]:
    """Return whether the run in `folder` is listed, loads and resumes, and the seconds of `trained` that are lost."""
    entries = runs_in(folder)
    result = {"listed": False, "loaded": False, "resumed": False, "too early": not entries, "lost": None}
    if not entries:
        return result | {"lost": trained}
    path = entries[0].path
    result["listed"] = entries[0].problem is None
    try:
        load(path)
        result["loaded"] = True
        run = runs.resume(path, load_dataset("digits"))
        result["lost"] = trained - run.seconds
        before = run.step
        next(event for event in run.events() if run.step > before)
        result["resumed"] = True
    except VaeCoreError as error:
        print(error)
    return result


if __name__ == "__main__":
    main()
