from __future__ import annotations

from pathlib import Path

from benchmarks.server import runs_in
from explorer.shelf import OWNERS
from vae_core.whole_folder import REQUIRED, SUMS


def test_runs_are_found_on_the_shared_shelf_and_in_every_owners_folder(tmp_path: Path) -> None:
    for place in (
        "shared",
        f"{OWNERS}/ada/hers",
        f"{OWNERS}/bob/his",
        ".deleted/1.gone",
        f"{OWNERS}/ada/.deleted/2.gone",
    ):
        (tmp_path / place).mkdir(parents=True)
        for name in (*REQUIRED, SUMS):
            (tmp_path / place / name).write_text("")
    assert {entry.name for entry in runs_in(tmp_path)} == {"shared", "hers", "his"}
