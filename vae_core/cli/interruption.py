"""Ctrl-C between two steps instead of within one, so that what is saved is whole."""

from __future__ import annotations

import signal
import threading
from typing import Any


class Interruption:
    """A context in which the first SIGINT or SIGTERM is only noted; the second SIGINT interrupts as ever.

    Outside the main thread, where Python delivers no signals, it notes nothing.

    Attributes
    ----------
    came : int
        Number of the signal that came, 0 for none.
    """

    def __init__(self) -> None:
        self.came = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def exit_code(self) -> int:
        """The shell's code for a program that the signal ended: 130 for Ctrl-C."""
        return 128 + self.came

    def _note(self, number: int, frame: object) -> None:
        if self.came and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.came = number
