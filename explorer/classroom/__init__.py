"""A teacher's room that a class joins with a code: shared place, predictions, favourite images."""

PATH = "room"
"""Where a page listens to a room, followed by the room's code."""
