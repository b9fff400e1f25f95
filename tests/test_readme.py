"""What the README says is where, is there."""

from __future__ import annotations

import re
from pathlib import Path


def test_every_file_and_folder_named_in_the_readme_is_there(root: Path) -> None:
    tree = (root / "README.md").read_text("utf-8").split("## What is where")[1].split("```")[1]
    seen = 0
    top = ""
    for line in tree.strip().splitlines():
        inner, names, words = re.fullmatch(r"( *)([^\s,]+(?:, [^\s,]+)*) +(.*)", line).groups()  # type: ignore[union-attr]
        files = [*names.split(", "), *re.findall(r"[a-z_]+\.py", words)]
        top = top if inner else names.rstrip("/")
        for name in files:
            place = root / top / name if inner else root / name
            assert place.exists(), f"README.md names {place.relative_to(root)}"
            seen += 1
    assert seen > 20
