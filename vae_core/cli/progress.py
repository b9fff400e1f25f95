"""What a person sees while something takes a while, on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

from vae_core.events import Evaluated, Event, Finished, Step, Warned

LINE_SECONDS = 5.0
"""Seconds between two lines where stderr is no terminal."""
DRAW_SECONDS = 0.1


class TrainingProgress:
    """Shows the events of a run; a context manager, so that the bar ends before other lines come.

    Parameters
    ----------
    quiet : bool
        Show warnings only.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._drawn = self._lined = 0.0

    def __enter__(self) -> TrainingProgress:
        if not self._quiet and sys.stderr.isatty():
            from tqdm import tqdm

            layout = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}"
            self._bar = tqdm(total=1.0, bar_format=layout, file=sys.stderr, dynamic_ncols=True, leave=True)
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, event: Event) -> None:
        """Draw an event, if it is time to."""
        now = time.monotonic()
        if isinstance(event, Warned):
            self.say(f"Warning: {event.message}")
        elif isinstance(event, Finished) and self._bar is not None:
            self._bar.update(1.0 - self._bar.n if event.reason == "complete" else 0.0)
        elif isinstance(event, Step) and self._bar is not None and now - self._drawn >= DRAW_SECONDS:
            self._drawn = now
            self._bar.set_description_str(f"epoch {event.epoch + 1}", refresh=False)
            pace = f"{event.images_per_second:,.0f} images/s"
            self._bar.set_postfix_str(f"{terms_in_words(event.terms)}, {pace}", refresh=False)
            self._bar.update(event.fraction - self._bar.n)
        elif isinstance(event, Evaluated) and not self._quiet and now - self._lined >= LINE_SECONDS:
            self._lined = now
            text = f"step {event.step}, epoch {event.epoch}, {event.seconds:.1f} s: validation "
            self.say(text + terms_in_words(event.terms))

    def say(self, text: str) -> None:
        """Write a line without tearing the bar."""
        if self._bar is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._bar.write(text, file=sys.stderr)


class DownloadProgress:
    """Shows a data set's download; nothing appears where nothing is downloaded."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._name = ""
        self._bar: Any = None

    def __call__(self, name: str, done: int, total: int) -> None:
        """Take a download's state: the file's name, the bytes so far and the bytes in all."""
        if self._quiet:
            return
        if name != self._name:
            self.close()
            self._name = name
            if sys.stderr.isatty():
                from tqdm import tqdm

                self._bar = tqdm(total=total, desc=name, unit="B", unit_scale=True, file=sys.stderr)
            else:
                print(f"Downloading {name} ({total / 1e6:.1f} MB)", file=sys.stderr, flush=True)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """End the bar that is open, if any."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def terms_in_words(terms: dict[str, float]) -> str:
    """Return loss terms as text, in nats per image.

    >>> terms_in_words({"loss": 140.26, "reconstruction": 134.0, "kl": 6.26})
    'loss 140.26 reconstruction 134.00 kl 6.26'
    """
    return " ".join(f"{name} {value:.2f}" for name, value in terms.items())
