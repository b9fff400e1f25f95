"""How fast a trained model answers: one decode, a grid of them, a training set encoded, and the memory it takes.

The model is the shipped `mnist-vae-2d`, or an untrained one of the same default size where it is absent. Times include
everything `TrainedModel` does: checks, chunks and the way from and to numpy. Memory is the peak of a process of its own
that encodes a stream of images in parts of 10,000, above what it held after its first part.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import percentile, record, spread
from vae_core.config import DataConfig
from vae_core.datasets import ImageDataset, Split
from vae_core.models import VAEConfig
from vae_core.run_config import RunConfig, TrainingConfig
from vae_core.runs import freeze
from vae_core.trained import TrainedModel, load
from vae_core.training import TrainingRun

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "checkpoints" / "mnist-vae-2d"
SIDE = 30
IMAGES = 60_000
STREAMED = 1_000_000
PART = 10_000


def main() -> None:
    """Measure decoding, encoding and streaming, and record them."""
    trained = model()
    rng = np.random.default_rng(0)
    one = rng.standard_normal((1, trained.latent_dim)).astype(np.float32)
    grid = rng.standard_normal((SIDE**2, trained.latent_dim)).astype(np.float32)
    images = rng.integers(0, 256, (IMAGES, *trained.image_shape), np.uint8)
    rows = [
        _row("decode one z", "µs", times(lambda: trained.decode(one), 5_000), 1e6),
        _row(f"decode a grid of {SIDE} x {SIDE}", "ms", times(lambda: trained.decode(grid), 200), 1e3),
        _row(f"encode {IMAGES:,} images", "s", times(lambda: trained.encode(images), 5), 1.0),
    ]
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.decoding", "--stream"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    growth = float(found.stdout)
    rows.append({"what": f"memory growth, {STREAMED:,} images streamed", "unit": "MB", "median": growth})
    record("decoding", rows, f"Model: {trained.name}.")


def model() -> TrainedModel:
    """Return the shipped MNIST model, or an untrained one of its default size."""
    if SHIPPED.is_dir():
        return load(SHIPPED)
    blank = Split(np.zeros((1, 1, 28, 28), np.uint8))
    dataset = ImageDataset("mnist", "MNIST", blank, blank, blank, None, None, "none", "none")
    run = TrainingRun(RunConfig(DataConfig("mnist"), VAEConfig(), TrainingConfig()), dataset)
    return freeze(run, "untrained, of the default size")


def times(call: Callable[[], Any], count: int) -> list[float]:
    """Return the seconds that each of `count` calls took, after a tenth as many to warm up."""
    for _ in range(max(1, count // 10)):
        call()
    found = []
    for _ in range(count):
        started = time.perf_counter()
        call()
        found.append(time.perf_counter() - started)
    return found


def stream() -> float:
    """Encode a million images that never lie in memory together; return by how many MB the peak grew meanwhile."""
    trained, rng = model(), np.random.default_rng(0)
    total, before = np.zeros(trained.latent_dim), 0.0
    for _ in range(STREAMED // PART):
        mu, _ = trained.encode(rng.integers(0, 256, (PART, *trained.image_shape), np.uint8))
        total += mu.sum(axis=0)
        before = before or memory("VmHWM")
    return round(memory("VmHWM") - before, 1)


def memory(entry: str, process: int | str = "self") -> float:
    """Return a process's resident memory now (``VmRSS``) or at its peak (``VmHWM``), in MB of 10^6 bytes."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{entry}:"))


def _row(what: str, unit: str, seconds: list[float], scale: float) -> dict[str, Any]:
    scaled = [value * scale for value in seconds]
    row: dict[str, Any] = {"what": what, "unit": unit, "median": round(percentile(scaled, 0.5), 3)}
    if len(scaled) < 20:
        return {**row, "spread": spread(scaled), "repetitions": len(scaled)}
    return {**row, "p95": round(percentile(scaled, 0.95), 3), "repetitions": len(scaled)}


if __name__ == "__main__":
    if sys.argv[1:] == ["--stream"]:
        print(stream())
    else:
        main()
