from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from vae_core.datasets.download import RemoteFile, fetch
from vae_core.errors import DatasetError, DownloadError

NAME = "train-images-idx3-ubyte.gz"
StartMirror = Callable[..., Any]


@pytest.fixture
def remote(tiny: Any) -> RemoteFile:
    packed: RemoteFile = tiny.family.files[0].packed
    return packed


@pytest.fixture
def dead_address() -> str:
    """An address on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_whole_file_is_downloaded_once_and_then_read_from_the_folder(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    mirror = start_mirror()
    for _ in range(2):
        assert fetch(remote, [mirror.address], cache).read_bytes() == tiny.packed[NAME]
    assert mirror.requested == [NAME]
    assert left_in(cache) == [NAME]


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("cut", "broke off on the way"),
        ("short", "sent only"),
        ("changed", "another checksum"),
        ("long", "sent more than"),
        ("404", "HTTP 404"),
        ("503", "HTTP 503"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_and_never_cached(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, manner: str, reason: str
) -> None:
    mirror = start_mirror(manner)
    with pytest.raises(DownloadError, match=reason) as caught:
        fetch(remote, [mirror.address], cache)
    assert mirror.address in str(caught.value)
    assert "\n" not in str(caught.value)
    assert left_in(cache) == []


@pytest.mark.parametrize("manner", ["cut", "short", "changed", "long", "404", "503"])
def test_the_second_mirror_stands_in_for_the_first(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any, manner: str
) -> None:
    bad, good = start_mirror(manner), start_mirror()
    assert fetch(remote, [bad.address, good.address], cache).read_bytes() == tiny.packed[NAME]
    assert bad.requested == good.requested == [NAME]


def test_a_mirror_that_is_down_is_passed_over(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any, dead_address: str
) -> None:
    good = start_mirror()
    assert fetch(remote, [dead_address, good.address], cache).read_bytes() == tiny.packed[NAME]


def test_an_interrupted_download_is_repeated(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    mirror = start_mirror("cut", "whole")
    assert fetch(remote, [mirror.address], cache).read_bytes() == tiny.packed[NAME]
    assert mirror.requested == [NAME, NAME]


def test_a_mirror_that_stalls_is_given_up_after_the_timeout(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    stalled, good = start_mirror("stall"), start_mirror()
    path = fetch(remote, [stalled.address, good.address], cache, timeout=(1.0, 0.2))
    assert path.read_bytes() == tiny.packed[NAME]


def test_offline_is_one_clear_line(remote: RemoteFile, cache: Path, dead_address: str) -> None:
    with pytest.raises(DownloadError, match="could not be reached") as caught:
        fetch(remote, [dead_address, dead_address + "other/"], cache)
    assert "any of 2 mirrors" in str(caught.value)
    assert "data folder" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_mirror_at_all_is_an_error_too(remote: RemoteFile, cache: Path) -> None:
    with pytest.raises(DownloadError, match="0 mirrors"):
        fetch(remote, [], cache)


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/", "http://[::1/", "http:///"])
def test_an_address_that_is_none_is_an_error_not_a_traceback(
    remote: RemoteFile, cache: Path, address: str
) -> None:
    with pytest.raises(DownloadError):
        fetch(remote, [address], cache)


def test_a_damaged_file_in_the_folder_is_downloaded_again(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    cache.mkdir()
    (cache / NAME).write_bytes(tiny.packed[NAME][:-5])
    assert fetch(remote, [start_mirror().address], cache).read_bytes() == tiny.packed[NAME]


def test_a_mirror_that_does_not_announce_the_length_will_do(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    assert fetch(remote, [start_mirror("chunked").address], cache).read_bytes() == tiny.packed[NAME]


def test_a_mirror_that_likes_to_encode_is_kept_from_it(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    assert fetch(remote, [start_mirror("encoding").address], cache).read_bytes() == tiny.packed[NAME]


def test_several_downloads_of_one_file_at_once_do_no_harm(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    address = start_mirror().address
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: fetch(remote, [address], cache), range(16)))
    assert {path.read_bytes() for path in paths} == {tiny.packed[NAME]}
    assert left_in(cache) == [NAME]


def test_progress_is_told_the_name_and_grows_to_the_whole(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    fetch(remote, [start_mirror("chunked").address], cache, progress=lambda *news: told.append(news))
    assert {(name, total) for name, _, total in told} == {(NAME, remote.size)}
    done = [count for _, count, _ in told]
    assert done == sorted(done)
    assert done[-1] == remote.size


def test_what_the_progress_callback_raises_cancels_and_leaves_nothing(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any
) -> None:
    def cancel(name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    mirror = start_mirror()
    with pytest.raises(KeyboardInterrupt):
        fetch(remote, [mirror.address], cache, progress=cancel)
    assert left_in(cache) == []
    assert fetch(remote, [mirror.address], cache).read_bytes() == tiny.packed[NAME]


def test_a_killed_download_leaves_no_file_under_the_name_and_the_next_one_recovers(
    start_mirror: StartMirror, remote: RemoteFile, cache: Path, tiny: Any, root: Path
) -> None:
    mirror = start_mirror("stall", "whole")
    program = (
        "import sys; from pathlib import Path; from vae_core.datasets.download import RemoteFile, fetch;"
        "fetch(RemoteFile(sys.argv[1], int(sys.argv[2]), sys.argv[3]), [sys.argv[4]], Path(sys.argv[5]))"
    )
    arguments = [remote.name, str(remote.size), remote.sha256, mirror.address, str(cache)]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=root)
    deadline = time.monotonic() + 60
    while not mirror.requested and time.monotonic() < deadline:
        time.sleep(0.01)
    assert mirror.requested
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (cache / NAME).exists()
    assert fetch(remote, [mirror.address], cache).read_bytes() == tiny.packed[NAME]


@pytest.mark.parametrize("is_file", [True, False])
def test_a_folder_that_cannot_be_written_is_named(
    start_mirror: StartMirror, remote: RemoteFile, tmp_path: Path, is_file: bool
) -> None:
    folder = tmp_path / "place"
    if is_file:
        folder.write_text("in the way")
    else:
        if os.geteuid() == 0:
            pytest.skip("the administrator may write everywhere")
        folder.mkdir(mode=0o500)
    with pytest.raises(DownloadError, match=r"cannot be stored in .*place"):
        fetch(remote, [start_mirror().address], folder)


def test_a_download_error_is_a_data_set_error() -> None:
    assert issubclass(DownloadError, DatasetError)
