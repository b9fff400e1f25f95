"""The images that a user keeps at hand from page to page."""

from __future__ import annotations

import dataclasses

from explorer.own_images.inputs import Input

MOST = 12


@dataclasses.dataclass(frozen=True, eq=False)
class Kept:
    """An input in the tray, under a number that no other one ever has there."""

    number: int
    chosen: Input


@dataclasses.dataclass(frozen=True, eq=False)
class Tray:
    """Up to twelve inputs, oldest first, and what was taken out last; it never changes."""

    items: tuple[Kept, ...] = ()
    before: tuple[Kept, ...] | None = None
    next_number: int = 1

    def put(self, *chosen: Input) -> Tray:
        """Return the tray with some inputs more; the oldest ones make way."""
        new = tuple(Kept(self.next_number + k, one) for k, one in enumerate(chosen))
        return Tray((*self.items, *new)[-MOST:], None, self.next_number + len(new))

    def without(self, number: int) -> Tray:
        """Return the tray without one of them; as it is where it is not there."""
        items = tuple(kept for kept in self.items if kept.number != number)
        return self if len(items) == len(self.items) else Tray(items, self.items, self.next_number)

    def cleared(self) -> Tray:
        """Return the tray without any."""
        return Tray((), self.items, self.next_number) if self.items else self

    def undone(self) -> Tray:
        """Return the tray as it was before something was taken out of it."""
        return self if self.before is None else Tray(self.before, None, self.next_number)

    def find(self, number: object) -> Input | None:
        """Return the input under a number; None where there is none."""
        return next((kept.chosen for kept in self.items if kept.number == number), None)
