from __future__ import annotations

import dataclasses
import gzip
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_core.datasets.download import RemoteFile
from vae_core.datasets.idx_family import IdxFamily, IdxFile

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


class Mirror(http.server.ThreadingHTTPServer):
    """A loopback mirror that serves `files`, each request in the next manner of `plan`, the last one for ever."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.plan: list[str] = ["whole"]
        self.requested: list[str] = []
        self.release = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.requested.append(name)
        plan = self.server.plan
        manner = plan.pop(0) if len(plan) > 1 else plan[0]
        content = self.server.files[name]
        if manner in ("404", "503"):
            self.send_error(int(manner))
            return
        self.send_response(200)
        if manner == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(0, len(content), 7):
                piece = content[i : i + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        if manner == "changed":
            content = content[:-1] + bytes([content[-1] ^ 1])
        if manner == "short":
            content = content[: len(content) // 2]
        if manner == "long":
            content = content + b"\0" * 1000
        if manner == "encoding" and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.send_header("Content-Encoding", "gzip")  # the client would then store the file unpacked
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if manner == "cut":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        if manner == "stall":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.server.release.wait(30)
            return
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclasses.dataclass
class Tiny:
    """A family with 40 training and 12 test images of 3x5 pixels, and its files' content."""

    family: IdxFamily
    contents: dict[str, bytes]
    packed: dict[str, bytes]
    arrays: dict[str, NDArray[np.uint8]]

    def lay(self, folder: Path, *, packed: bool = True, suffix: str | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            data = self.packed[f"{name}.gz"] if packed else self.contents[name]
            ending = suffix if suffix is not None else (".gz" if packed else "")
            (folder / f"{name}{ending}").write_bytes(data)
        return folder

    def at(self, *mirrors: str) -> IdxFamily:
        return dataclasses.replace(self.family, mirrors=mirrors)


@pytest.fixture
def tiny() -> Tiny:
    rng = np.random.default_rng(0)
    shapes = ((40, 3, 5), (40,), (12, 3, 5), (12,))
    arrays = {
        name: rng.integers(0, 256 if len(shape) == 3 else 4, shape).astype(np.uint8)
        for name, shape in zip(NAMES, shapes, strict=True)
    }
    contents = {name: idx_bytes(array) for name, array in arrays.items()}
    packed = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in contents.items()}
    files = tuple(
        IdxFile(
            name,
            arrays[name].shape,
            hashlib.sha256(contents[name]).hexdigest(),
            RemoteFile(
                f"{name}.gz", len(packed[f"{name}.gz"]), hashlib.sha256(packed[f"{name}.gz"]).hexdigest()
            ),
        )
        for name in NAMES
    )
    family = IdxFamily(
        name="tiny",
        title="Tiny",
        folders=("tiny", "Tiny/raw"),
        files=files,
        mirrors=(),
        class_names=("a", "b", "c", "d"),
        licence="none",
        source="made for tests",
    )
    return Tiny(family, contents, packed, arrays)


@pytest.fixture
def start_mirror(tiny: Tiny) -> Iterator[Callable[..., Mirror]]:
    started: list[Mirror] = []

    def start(*plan: str) -> Mirror:
        mirror = Mirror(dict(tiny.packed))
        mirror.plan = list(plan) or ["whole"]
        threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        started.append(mirror)
        return mirror

    yield start
    for mirror in started:
        mirror.release.set()
        mirror.shutdown()
        mirror.server_close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty download cache, and no data folder named."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("VAE_CACHE_DIR", str(folder))
    monkeypatch.delenv("VAE_DATA_DIR", raising=False)
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return folder
