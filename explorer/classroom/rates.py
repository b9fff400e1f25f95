"""How often someone may do something: a bucket of turns that fills up again, one for each of many people."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Hashable

from explorer.classroom.bounds import TooOftenError

MOST_PEOPLE = 10_000


@dataclasses.dataclass
class _Bucket:
    turns: float
    at: float


class Allowance:
    """Up to `burst` turns at once, and `rate` more a second, for each person apart.

    Parameters
    ----------
    burst, rate : float
    clock : callable
        Seconds.
    """

    def __init__(self, burst: float, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.rate, self._clock = burst, rate, clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._lock = threading.Lock()

    def has(self, person: Hashable) -> bool:
        """Tell whether a person has a turn left."""
        with self._lock:
            return self._filled(person).turns >= 1

    def take(self, person: Hashable) -> bool:
        """Take one of a person's turns; tell whether there was one."""
        with self._lock:
            bucket = self._filled(person)
            if bucket.turns < 1:
                return False
            bucket.turns -= 1
            return True

    def spend(self, person: Hashable, doing: str) -> None:
        """Take one of a person's turns.

        Raises
        ------
        TooOftenError
            If there is none left.
        """
        if not self.take(person):
            raise TooOftenError(
                f"That was too much {doing} at once.", next_step="Wait a moment and try again."
            )

    def _filled(self, person: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(person, None) or _Bucket(self.burst, now)
        bucket.turns = min(self.burst, bucket.turns + self.rate * (now - bucket.at))
        bucket.at = now
        # Whoever was here last is at the end, so the one who is forgotten has waited longest.
        self._buckets[person] = bucket
        if len(self._buckets) > MOST_PEOPLE:
            del self._buckets[next(iter(self._buckets))]
        return bucket
