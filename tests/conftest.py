from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def find_data_dir() -> Path | None:
    """Return the folder that holds mnist/ and fashion_mnist/, from VAE_DATA_DIR or beside the repository."""
    named = os.environ.get("VAE_DATA_DIR")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if (folder / "mnist").is_dir() else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with the real mnist/ and fashion_mnist/ files; the test is skipped where it is absent."""
    folder = find_data_dir()
    if folder is None:
        pytest.skip("real MNIST files are absent: set VAE_DATA_DIR to the folder that holds mnist/")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's download cache and runs out of the tests, and the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("VAE_RUNS_DIR", str(tmp_path_factory.mktemp("runs")))
        yield


@pytest.fixture(autouse=True)
def _own_main_module() -> Iterator[None]:
    """Put back the main module, which a page's test replaces, and which every process that is spawned imports again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests and put them last: they are slow, and Playwright keeps an event loop running."""
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
