from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vae_core.claims import claimed, is_claimed
from vae_core.errors import CheckpointError

HOLD = """
import sys, time
from vae_core.claims import claimed
with claimed(sys.argv[1]):
    print('held', flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "mine"


def test_a_run_is_claimed_for_as_long_as_the_context_lasts_and_nothing_is_left(place: Path) -> None:
    assert not is_claimed(place)
    with claimed(place):
        assert is_claimed(place)
    assert not is_claimed(place)
    assert list(place.parent.iterdir()) == []


def test_a_second_claim_is_refused_and_the_first_one_stays(place: Path) -> None:
    with claimed(place):
        with pytest.raises(CheckpointError, match="mine is being trained somewhere else"), claimed(place):
            pass
        assert is_claimed(place)
    with claimed(place):
        pass


def test_claims_of_two_runs_do_not_know_each_other(place: Path) -> None:
    with claimed(place), claimed(place.with_name("other")):
        assert not is_claimed(place.with_name("third"))


def test_a_claim_ends_with_the_process_however_that_ends(place: Path, root: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(place)], cwd=root, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    assert is_claimed(place)
    process.kill()
    process.wait()
    process.stdout.close()
    assert not is_claimed(place)
    with claimed(place):
        assert is_claimed(place)


def test_one_at_a_time_holds_a_claim_however_many_try_and_ask(place: Path) -> None:
    inside, most, refused = [0], [0], [0]

    def work() -> None:
        for _ in range(50):
            try:
                with claimed(place):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    is_claimed(place)
                    inside[0] -= 1
            except CheckpointError:
                refused[0] += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert refused[0] < 200
    assert not is_claimed(place)


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="can't be written"), claimed(tmp_path / "file" / "mine"):
        pass
