"""Run benchmarks and write benchmarks/README.md again: ``python -m benchmarks [NAME …]``, all by default.

Each runs in a process of its own, so that one's threads and memory don't weigh on the next. A benchmark that lacks its
data, a browser or another library says so in a line and leaves that part out.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys

from benchmarks import report

# Short ones first, so that a mistake shows early.
BENCHMARKS = {
    "families": "benchmarks.families",
    "decoding": "benchmarks.decoding",
    "app": "benchmarks.app",
    "classroom": "benchmarks.classroom",
    "memory": "benchmarks.memory",
    "startup": "benchmarks.startup",
    "fields": "benchmarks.fields",
    "decode_in_page": "benchmarks.decode_in_page",
    "pad": "benchmarks.pad",
    "durability": "benchmarks.durability",
    "watched": "benchmarks.watched",
    "throughput": "benchmarks.throughput",
    "quality": "benchmarks.quality",
    "minute": "benchmarks.minute",
    "likelihood": "benchmarks.likelihood",
    "disentanglement": "benchmarks.disentanglement",
}
# Benchmark -> a package that it can do nothing without.
NEEDS = dict.fromkeys(("decode_in_page", "fields", "pad", "durability", "watched"), "playwright")


def main(argv: list[str] | None = None) -> int:
    """Run the named benchmarks, or all; 1 if one of them failed, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    names = parser.parse_args(argv).names or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if os.getloadavg()[0] > 0.5:
        print(
            f"This machine is busy (load average {os.getloadavg()[0]:.1f}): times will be too long.",
            file=sys.stderr,
        )
    failed = []
    for name in names:
        print(f"\n# {name}", flush=True)
        if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
            print(f"Left out: the package {NEEDS[name]} is not installed.")
            continue
        if subprocess.run([sys.executable, "-m", BENCHMARKS[name]], cwd=report.ROOT).returncode:
            failed.append(name)
    report.main()
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
