from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import vae_core
from vae_core.checkpoint import read_counters
from vae_core.cli import main
from vae_core.cli.entrance import COMMANDS

PROGRAM = [sys.executable, "-m", "vae_core"]
SMALL = (
    "--hidden=32", "--sine-features=0", "--precision=fp32", "--batch-size=128",
    "--late-batch-size=128",
)  # fmt: skip
Complaint = Callable[[list[str]], str]


def environment(runs: Path) -> dict[str, str]:
    return {**os.environ, "VAE_RUNS_DIR": str(runs), "OMP_NUM_THREADS": "1"}


def call(root: Path, runs: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *argv], cwd=root, env=environment(runs), capture_output=True, text=True, timeout=120
    )


def start_long_run(root: Path, runs: Path, name: str) -> subprocess.Popen[str]:
    command = [
        *PROGRAM,
        "train",
        "--epochs",
        "100000",
        "--schedule",
        "constant",
        "--out",
        str(runs / name),
        *SMALL,
    ]
    return subprocess.Popen(
        command, cwd=root, env=environment(runs), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"the program ended without {words!r}")


def test_bad_input_ends_the_program_with_2_and_one_line(root: Path, runs: Path) -> None:
    done = call(root, runs, "train", "--beta", "x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_a_document_is_all_that_stdout_holds(root: Path, runs: Path) -> None:
    done = call(root, runs, "train", "--epochs", "1", "--json", *SMALL)
    assert done.returncode == 0
    assert json.loads(done.stdout)["name"] == "digits-vae-2d"


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")
def test_a_run_stopped_by_ctrl_c_is_saved_and_goes_on(root: Path, runs: Path) -> None:
    with start_long_run(root, runs, "long") as process:
        wait_for_line(process, "validation loss")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    assert errors.splitlines()[-1].endswith("Go on with: python -m vae_core train --resume long")
    history = vae_core.load(runs / "long").history
    assert main(["train", "--resume", "long", "--epochs", str(epoch_of(runs / "long") + 2), "--quiet"]) == 0
    later = vae_core.load(runs / "long").history
    assert later[: len(history)] == history
    assert later[-1]["step"] > history[-1]["step"]


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")
def test_a_killed_run_goes_on_from_its_last_save(root: Path, runs: Path) -> None:
    with start_long_run(root, runs, "killed") as process:
        deadline = time.monotonic() + 60
        while not (runs / "killed").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        process.kill()
    assert (
        main(["train", "--resume", "killed", "--epochs", str(epoch_of(runs / "killed") + 2), "--quiet"]) == 0
    )


def epoch_of(path: Path) -> int:
    """Return the epoch in which a saved run stands; its history may end some epochs before."""
    counters = read_counters(path)
    assert counters is not None
    return int(counters["epoch"])


def test_help_of_every_command_names_bounds_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    for name, (sentence, _, _) in COMMANDS.items():
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert sentence in " ".join(capsys.readouterr().out.split())
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "Allowed: a number from 0 to 10000. Default: 1." in text


def test_no_command_and_an_unknown_one_are_refused(complaint: Complaint) -> None:
    assert "COMMAND" in complaint([])
    assert "'trian'" in complaint(["trian"])


def test_control_characters_in_the_input_never_reach_the_terminal(complaint: Complaint) -> None:
    assert "\x1b" not in complaint(["evaluate", "--model", "\x1b[2Jnobody\nnowhere"])


def test_importing_the_package_loads_nothing_slow_that_is_often_not_needed(root: Path) -> None:
    code = "import sys, vae_core; print({'PIL', 'sklearn', 'pooch', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()"
