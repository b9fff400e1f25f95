"""Runs tests/web/*.test.mjs with Node's own test runner, one pytest test a file.

The Node is the one that Playwright brings along, so that nothing else has to be installed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

FILES = sorted(Path(__file__).parent.glob("**/*.test.mjs"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_javascript(path: Path, root: Path) -> None:
    node, _ = compute_driver_executable()
    command = [node, "--test", "--test-isolation=none", "--test-reporter=spec", str(path)]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "tests 0" not in result.stdout, "the file holds no test"
