"""What nobody should bring is refused in one clear line, quickly, in little memory, and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.core.datasets import hostile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and peaks of memory are POSIX")
MOST_MEGABYTES = 100
SECONDS = 120
"""For all of them together, in a process of their own: a hang ends here."""

READER = """
import json, resource, sys
from pathlib import Path
from PIL import Image
from vae_core.datasets.intake import Intake, preview
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import VaeCoreError
Image.init()
folder = Path(sys.argv[1])
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for line in sys.stdin:
    place = Path(json.loads(line))
    told = {"error": "", "kind": "", "record": None}
    try:
        preview(place, ImageOptions())
    except VaeCoreError as error:
        told["preview"] = str(error)
    try:
        with Intake(place, ImageOptions(size=64), folder) as intake:
            for _ in intake.steps():
                pass
            told["record"] = [intake.record.count, [[one.name, one.reason] for one in intake.record.skipped]]
    except Exception as error:
        told |= {"error": str(error), "kind": type(error).__name__}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start
    told["megabytes"] = peak / (1 << (20 if sys.platform == "darwin" else 10))
    told["left"] = sorted(path.name for path in folder.iterdir())
    print(json.dumps(told), flush=True)
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a process of its own made of each file, one after the other; its peak of memory only grows."""
    files, work = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("work")
    makers = {name: make for name, (_, make) in hostile.REFUSED.items()}
    makers["large but harmless"] = hostile.large_but_harmless
    asked = []
    for number, make in enumerate(makers.values()):
        make(files / str(number))
        asked.append(json.dumps(str(files / str(number))))
    before = sorted(files.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READER, str(work / "own")],
        input="\n".join(asked), cwd=work, capture_output=True, text=True, timeout=SECONDS,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[3]), "OMP_NUM_THREADS": "1", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert sorted(files.rglob("*")) == before
    assert [path.name for path in work.iterdir()] == ["own"]
    return dict(zip(makers, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_it_is_refused_in_one_line_that_says_why(answers: dict[str, dict[str, Any]], what: str) -> None:
    answer = answers[what]
    assert answer["kind"] == "DatasetError", answer
    assert hostile.REFUSED[what][0] in answer["error"]
    assert "\n" not in answer["error"]
    assert len(answer["error"]) < 500
    assert answer["left"] == []


def test_all_of_them_together_cost_little_memory(answers: dict[str, dict[str, Any]]) -> None:
    peaks = {what: answer["megabytes"] for what, answer in answers.items()}
    grown = {what: peak for what, peak in peaks.items() if peak > MOST_MEGABYTES}
    assert not grown, next(iter(grown.items()))


def test_pictures_as_large_as_allowed_are_read(answers: dict[str, dict[str, Any]]) -> None:
    count, skipped = answers["large but harmless"]["record"]
    assert (count, skipped) == (hostile.COUNT + 7, [])
