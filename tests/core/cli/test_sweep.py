from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import vae_core
from vae_core.checkpoint import read_counters
from vae_core.claims import claimed, is_claimed
from vae_core.cli import main
from vae_core.errors import CheckpointError

SMALL = ("--hidden=32", "--sine-features=0", "--precision=fp32", "--batch-size=128", "--late-batch-size=128")
Complaint = Callable[[list[str]], str]
RUNS = ("vae-beta1-seed0", "vae-beta4-seed0")
LIMIT_SECONDS = 240


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete sweep of digits in two processes; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("swept")
    assert main(sweep(folder)) == 0
    return folder


def sweep(folder: Path, *more: str, epochs: str = "1") -> list[str]:
    own = ["sweep", "--values", "1", "4", "--seeds", "0", "--epochs", epochs, "--processes", "2"]
    return [*own, "--out", str(folder), *SMALL, *more]


def started(argv: list[str]) -> subprocess.Popen[str]:
    """Start the command in a process group of its own, as a terminal does."""
    command = [sys.executable, "-m", "vae_core", *argv]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_until(told: Callable[[], bool]) -> None:
    due = time.monotonic() + LIMIT_SECONDS
    while not told():
        assert time.monotonic() < due
        time.sleep(0.02)


def interrupted(folder: Path) -> Iterator[str]:
    """Yield the runs that were saved before they were complete."""
    for entry in vae_core.catalogue(folder):
        try:
            if read_counters(entry.path) is not None:
                yield entry.name
        except CheckpointError:  # it is being replaced
            continue


def test_a_sweep_writes_runs_that_can_be_opened_a_table_and_a_plot(
    swept: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert [entry.name for entry in vae_core.catalogue(swept)] == ["vae-beta1-seed0", "vae-beta4-seed0"]
    assert vae_core.load(swept / "vae-beta4-seed0").beta == 4
    files = {path.name for path in swept.iterdir() if path.is_file()}
    assert files == {"sweep.csv", "sweep.json", "rate_distortion.svg"}
    before = {path.name: path.stat().st_mtime_ns for path in swept.glob("*/SHA256SUMS")}
    capsys.readouterr()
    assert main(sweep(swept)) == 0
    output = capsys.readouterr()
    assert "2 complete, 0 to go on with, 0 to begin" in output.err
    assert "| vae | 4 | 4 | 1 |" in output.out
    assert "--data shapes" in output.out
    assert {path.name: path.stat().st_mtime_ns for path in swept.glob("*/SHA256SUMS")} == before
    assert main(sweep(swept, "--json", "--quiet")) == 0
    output = capsys.readouterr()
    assert [run["beta"] for run in json.loads(output.out)["runs"]] == [1, 4]
    assert output.err == ""


def test_a_folder_that_can_t_be_used_costs_a_line_and_the_exit_code(
    swept: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(swept, tmp_path / "copy"))
    shutil.rmtree(folder / "vae-beta1-seed0")
    (folder / "vae-beta1-seed0").mkdir()
    (folder / "vae-beta1-seed0" / "dear.txt").write_text("hello")
    capsys.readouterr()
    assert main(sweep(folder)) == 1
    output = capsys.readouterr()
    assert "vae-beta1-seed0 failed: Something other than a model is there." in output.err
    assert "1 of 2 runs failed" in output.err
    assert "| vae | 4 |" in output.out
    assert "| vae | 1 |" not in output.out
    assert (folder / "vae-beta1-seed0" / "dear.txt").read_text() == "hello"


def test_a_run_that_fails_in_its_process_is_told_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with claimed(tmp_path / "vae-beta1-seed0"):
        assert main(sweep(tmp_path)) == 1
    output = capsys.readouterr()
    assert "vae-beta1-seed0 failed: Run vae-beta1-seed0 is being trained somewhere else." in output.err
    assert "vae-beta4-seed0 complete; 2 of 2 ended" in output.err or "| vae | 4 |" in output.out


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_sweep_that_is_stopped_and_then_killed_goes_on_to_the_same_table(tmp_path: Path) -> None:
    parts, whole = tmp_path / "parts", tmp_path / "whole"
    long = sweep(parts, epochs="250")

    first = started(long)
    wait_until(lambda: any(interrupted(parts)))
    os.killpg(first.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
    _, said = first.communicate(timeout=LIMIT_SECONDS)
    assert first.returncode == 130
    assert "The same command goes on." in said
    assert "Traceback" not in said
    assert list(interrupted(parts))

    before = saves(parts)
    second = started(long)
    wait_until(lambda: saves(parts) != before)
    second.kill()
    _, said = second.communicate(timeout=LIMIT_SECONDS)
    assert "goes on from" in said
    # Its processes end with it.
    wait_until(lambda: not any(is_claimed(parts / name) for name in RUNS))

    assert main(long) == 0
    assert not list(interrupted(parts))
    assert main(sweep(whole, epochs="250")) == 0
    assert (parts / "sweep.csv").read_text() == (whole / "sweep.csv").read_text()


def saves(folder: Path) -> dict[str, str]:
    """Return the sums of each run's files."""
    return {name: sums.read_text() for name in RUNS if (sums := folder / name / "SHA256SUMS").is_file()}


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--seconds", "5"], "can't end by the clock"),
        (["--beta", "2"], "--beta does not go with --vary beta: its values are those of --values."),
        (["--vary", "gamma"], "Family vae has no such setting to sweep. Got: gamma. Allowed: latent_dim,"),
        (["--families", "vae", "ae"], "Family ae has no such setting to sweep. Got: beta."),
        (
            ["--families", "vae", "vaegan", "--vary", "latent_dim"],
            "These families train with settings of their own",
        ),
        (["--families", "diffusion"], "Option --families does not fit."),
        (["--values", "1,2"], "Option --values does not fit. Got: '1,2'."),
        (["--values", "-3"], "Setting beta does not fit."),
        (["--out", "/dev/null/sweep"], "The sweep can't be written there."),
        (["--processes", "0"], "Option --processes does not fit."),
        (["--families", "tcvae", "--free-bits", "1"], "--free-bits does not go with family tcvae"),
    ],
)
def test_what_does_not_fit_is_one_line(complaint: Complaint, argv: list[str], words: str) -> None:
    assert words in complaint(["sweep", *argv])
