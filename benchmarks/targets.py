"""What the measurements are held against: each target names a cell of a result, and is met or missed by arithmetic."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Target:
    """A bound on one cell of a result's table, or on the ratio of two cells in one column.

    Attributes
    ----------
    what : str
        The target in words.
    result : str
        Name of the result.
    row : dict
        The values by which the row is found.
    column : str
    must : float
    goal : float or None
        A tighter bound to aim at.
    at_least : bool
        Whether more is better.
    over : dict or None
        The row to divide by.
    """

    what: str
    result: str
    row: Mapping[str, Any]
    column: str
    must: float
    goal: float | None = None
    at_least: bool = False
    over: Mapping[str, Any] | None = None

    def measured(self, rows: Rows) -> float | None:
        """Return the value to compare, or None if it was not measured."""
        value = _cell(rows, self.row, self.column)
        if self.over is None or value is None:
            return value
        reference = _cell(rows, self.over, self.column)
        return value / reference if reference else None

    def verdict(self, value: float | None) -> str:
        """Return ``goal met``, ``met``, ``missed`` or ``not measured``."""
        if value is None:
            return "not measured"
        if self.goal is not None and self._holds(value, self.goal):
            return "goal met"
        return "met" if self._holds(value, self.must) else "missed"

    def _holds(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


def _elbo(data: str, title: str, seconds: float, must: float, goal: float) -> Target:
    words = f"{title}, {seconds:g} s of training: test ELBO, nats per image, mean of 3 seeds"
    row = {"data": data, "seconds": seconds}
    return Target(words, "quality", row, "test ELBO, nats per image", must, goal, at_least=True)


def _decode(model: str, must: float) -> Target:
    return Target(f"Decode in the page, {model}, ms", "decode_in_page", {"model": model}, "page median", must)


def _class(database: str, processes: int) -> tuple[Target, ...]:
    row = {"database": database, "processes": processes}
    where = f"Class of forty, {database}, {processes} process{'es' if processes > 1 else ''}"
    return (
        Target(
            f"{where}: the teacher's move reaches a student, p95, ms", "classroom", row,
            "a move reaches a student, p95, ms", 1000.0,
        ),
        Target(f"{where}: answers counted of 40 in 2 s", "classroom", row, "counted", 40.0, at_least=True),
        Target(f"{where}: errors", "classroom", row, "errors", 0.0),
    )  # fmt: skip


DRAGGED = {"what": "mnist-vae-2d"}
THIRTY = {"sessions": 30, "trainings": 0}
OURS = {"loop": "ours, own settings (batch 512)"}
PACE = "images/s, median"

TARGETS = (
    _elbo("mnist", "MNIST", 10.0, -138.5, -137.0),
    _elbo("mnist", "MNIST", 30.0, -136.0, -135.0),
    _elbo("mnist", "MNIST", 90.0, -134.3, -133.0),
    _elbo("fashion_mnist", "Fashion-MNIST", 10.0, -257.0, -255.5),
    _elbo("fashion_mnist", "Fashion-MNIST", 90.0, -252.2, -251.0),
    Target(
        "MNIST, 20 dimensions, 60 s of training: test ELBO, nats per image, mean of 3 seeds", "minute",
        {"data": "mnist"}, "test ELBO, nats per image", -97.0, at_least=True,
    ),
    Target(
        "Fashion-MNIST, 2 dimensions, 60 s of training: test ELBO, nats per image, mean of 3 seeds", "minute",
        {"data": "fashion_mnist"}, "test ELBO, nats per image", -252.5, at_least=True,
    ),
    Target(
        "50-D VAE of binarised MNIST: log p(x) by the bound of 5,000 draws, nats per image", "likelihood",
        {"family": "vae", "binarised": "dynamic"}, "IWAE-5000 of the tenth", -86.8, at_least=True,
    ),
    Target(
        "50-D IWAE of K = 5, the same", "likelihood", {"family": "iwae", "binarised": "dynamic"},
        "IWAE-5000 of the tenth", -85.5, at_least=True,
    ),
    Target(
        "Shapes, β-TCVAE at β = 6: mutual information gap, median of 5 seeds", "disentanglement",
        {"family": "tcvae", "β": 6.0}, "MIG, median", 0.3, at_least=True,
    ),
    Target(
        "The same over β-VAE's at β = 4, which copies better", "disentanglement", {"family": "tcvae", "β": 6.0},
        "MIG, median", 1.0, at_least=True, over={"family": "vae", "β": 4.0},
    ),
    Target(
        "The same over β-VAE's at β = 8, which copies worse", "disentanglement", {"family": "tcvae", "β": 6.0},
        "MIG, median", 1.0, at_least=True, over={"family": "vae", "β": 8.0},
    ),
    Target(
        "Digits, 3 s of training: 15-NN accuracy", "quality", {"data": "digits"}, "15-NN accuracy", 0.85,
        at_least=True,
    ),
    Target(
        "Time to quality, MNIST: times fewer seconds than the usual loop", "time_to_quality", {"data": "mnist"},
        "ratio", 8.0, at_least=True,
    ),
    Target(
        "Time to quality, Fashion-MNIST: times fewer seconds than the usual loop", "time_to_quality",
        {"data": "fashion_mnist"}, "ratio", 8.0, at_least=True,
    ),
    Target(
        "Pace against a bare loop at its settings", "throughput", {"loop": "ours, same settings"},
        "times the bare loop (paired median)", 0.97, at_least=True,
    ),
    Target(
        "Pace at our settings against PyTorch's example", "throughput", OURS, PACE, 5.0, at_least=True,
        over={"loop": "PyTorch's example loop"},
    ),
    Target(
        "Pace at our settings against pythae's trainer", "throughput", OURS, PACE, 3.0, at_least=True,
        over={"loop": "pythae 0.1.2 trainer"},
    ),
    Target(
        "Seconds for 60,000 images, quick-start network, batches of 512", "throughput",
        {"loop": "ours, quick-start network (batch 512)"}, "seconds for 60,000 images", 1.5, 1.2,
    ),
    Target("Decode one z, µs", "decoding", {"what": "decode one z"}, "median", 120.0),
    Target("Decode a grid of 30 x 30, ms", "decoding", {"what": "decode a grid of 30 x 30"}, "median", 8.0),
    Target("Encode 60,000 images, s", "decoding", {"what": "encode 60,000 images"}, "median", 1.5),
    Target(
        "Memory growth over 1,000,000 streamed images, MB", "decoding",
        {"what": "memory growth, 1,000,000 images streamed"}, "median", 50.0,
    ),
    Target("Server's memory growth over 200 visits, MB", "memory", {}, "growth, MB", 50.0),
    Target("`import vae_core`, s", "startup", {"what": "import vae_core"}, "median", 2.5),
    Target(
        "Server start to the drawn map, cold, s", "startup", {"what": "server start to the drawn map, cold"},
        "median", 6.0,
    ),
    Target("First pad paint, warm, s", "startup", {"what": "first pad paint, warm"}, "median", 1.5),
    Target("Page load, warm, s", "startup", {"what": "page load, warm"}, "median", 2.0),
    *(
        Target(
            f"Click on Start to the run's first step, {data}, s", "startup",
            {"what": f"click on Start to the run's first step, {data}"}, "median", 0.3,
        )
        for data in ("Digits", "MNIST")
    ),
    Target(
        "Server's resident memory, a model open, MB", "startup",
        {"what": "server's resident memory, a model open"}, "median", 700.0,
    ),
    Target(
        "Training while its page is watched in a browser beside it, against unwatched: images a second", "watched", {},
        "watched over unwatched, paired median", 0.9, at_least=True,
    ),
    Target(
        "Server killed 50 times in training: runs that are there and go on", "durability", {}, "resumed", 50.0,
        at_least=True,
    ),
    Target("Server killed 50 times in training: most seconds lost", "durability", {}, "seconds lost, most", 5.0),
    Target("Slider release, 30 sessions: rerun p95, ms", "app", THIRTY, "rerun p95, ms", 40.0),
    Target("Slider release, 30 sessions: errors", "app", THIRTY, "errors", 0.0),
    Target(
        "Slider release, 30 sessions beside 2 trainings: rerun p95, ms", "app", {"sessions": 30, "trainings": 2},
        "rerun p95, ms", 150.0,
    ),
    Target("Slider release, 60 sessions: rerun p95, ms", "app", {"sessions": 60}, "rerun p95, ms", 100.0),
    Target(
        "Slider release, 30 sessions: places that the address does not say", "app", THIRTY,
        "releases lost", 0.0,
    ),
    *_class("SQLite", 1),
    *_class("PostgreSQL", 2),
    Target(
        "A trust layer of a 2-D MNIST model, the first asked of a fresh server, the slowest, s", "fields",
        {"layer": "the slowest"}, "first", 2.0,
    ),
    Target(
        "A trust layer of a 2-D MNIST model, on a server that has run, the slowest, s", "fields",
        {"layer": "the slowest"}, "then", 2.0,
    ),
    _decode("mnist-vae-2d", 1.0),
    _decode("untrained conv 28x28", 8.0),
    _decode("untrained conv 64x64", 16.0),
    _decode("untrained conv 64x64x3", 16.0),
    Target("Dragging on the pad: frames a second", "pad", DRAGGED, "frames a second, median", 55.0, at_least=True),
    Target("Dragging on the pad: longest frame, ms", "pad", DRAGGED, "longest frame, ms", 50.0),
    Target("Dragging on the pad: reruns during the drag", "pad", DRAGGED, "reruns during", 0.0),
    Target("Dragging on the pad: reruns after it", "pad", DRAGGED, "reruns after", 1.0),
    Target(
        "Panning over 70,000 points: longest frame, ms (30 frames a second at the slowest)", "pad",
        {"what": "70,000 points, panned"}, "longest frame, ms", 33.4,
    ),
)  # fmt: skip


def number(cell: Any) -> float | None:
    """Return a cell's number; of ``-137.10 (-137.31 to -136.95)`` the first, of words None.

    >>> number("-137.10 (-137.31 to -136.95)"), number(3), number("more than 60")
    (-137.1, 3.0, None)
    """
    try:
        return float(str(cell).split(" ", 1)[0].replace("%", ""))
    except ValueError:
        return None


def _cell(rows: Rows, wanted: Mapping[str, Any], column: str) -> float | None:
    for row in rows:
        if all(row.get(key) == value for key, value in wanted.items()):
            return number(row.get(column))
    return None
