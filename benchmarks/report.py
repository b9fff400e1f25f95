"""Write benchmarks/README.md from the stored results: ``python -m benchmarks.report``. Nothing in it is typed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS, table
from benchmarks.targets import TARGETS

HERE = Path(__file__).parent
ROOT = HERE.parent
README = HERE / "README.md"
Result = dict[str, Any]

# Result -> its title and the module that measures it, in the order of the report.
SECTIONS = {
    "quality": ("How good a brief training is", "quality"),
    "minute": ("A minute of training", "minute"),
    "time_to_quality": ("Time to quality", "quality"),
    "reductions": ("Sums and means", "quality"),
    "likelihood": ("Likelihood of binarised MNIST", "likelihood"),
    "disentanglement": ("Axes that stand for factors", "disentanglement"),
    "families": ("The model families", "families"),
    "throughput": ("Images a second in training", "throughput"),
    "decoding": ("Decoding and encoding", "decoding"),
    "app": ("Thirty people on one page", "app"),
    "classroom": ("A class of forty in one room", "classroom"),
    "memory": ("Memory after many visits", "memory"),
    "startup": ("Start-up", "startup"),
    "watched": ("Watching a training", "watched"),
    "durability": ("Killed in the middle of training", "durability"),
    "decode_in_page": ("Decoding in the page", "decode_in_page"),
    "fields": ("Colours of the map", "fields"),
    "pad": ("The latent pad in a real browser", "pad"),
}
OPENING = """\
# Benchmarks

Made by `python -m benchmarks.report` from `results/*.json`; do not edit. Measure again with `make bench` (all), or
`python -m benchmarks NAME`, with nothing else running on the machine.
"""


def main() -> None:
    """Write the report."""
    README.write_text(render(stored()), "utf-8")
    print(f"Wrote {README.relative_to(ROOT)}.")


def stored(folder: Path = RESULTS) -> dict[str, Result]:
    """Return the stored results by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def render(results: dict[str, Result]) -> str:
    """Return the report's Markdown: the targets first, then each result with what it measures and where."""
    order = [name for name in SECTIONS if name in results] + sorted(set(results) - set(SECTIONS))
    parts = [OPENING, _targets(results), *(_section(name, results[name]) for name in order)]
    return "\n".join(parts)


def _targets(results: dict[str, Result]) -> str:
    rows = []
    for target in TARGETS:
        value = target.measured(results.get(target.result, {}).get("rows", ()))
        sign = "≥" if target.at_least else "≤"
        rows.append(
            {
                "target": target.what,
                "must": f"{sign} {target.must:g}",
                "goal": None if target.goal is None else f"{sign} {target.goal:g}",
                "measured": value,
                "": target.verdict(value),
            }
        )
    return f"## Targets\n\n{table(rows)}\n"


def _section(name: str, result: Result) -> str:
    title, module = SECTIONS.get(name, (name.replace("_", " ").capitalize(), name))
    note = " ".join(result["note"].split())
    parts = [f"## {title}", _about(module), f"`python -m benchmarks {module}`", table(result["rows"])]
    if note and note not in " ".join(_about(module).split()):
        parts.append(note)
    return "\n\n".join([*filter(None, parts), _where(result["machine"])]) + "\n"


def _about(module: str) -> str:
    path = HERE / f"{module}.py"
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "") if path.is_file() else ""


def _where(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    hardware = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB"
    return f"*{machine['date']}: {hardware}; {machine['system']}, Python {machine['python']}, {versions}.*"


if __name__ == "__main__":
    main()
