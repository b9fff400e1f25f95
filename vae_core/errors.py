"""Every exception a user may meet, each saying what is wrong, what was given, what is allowed and what to do next."""

from __future__ import annotations


class VaeCoreError(Exception):
    """Base of all user-facing errors; its text is one line that can be shown as it is.

    Parameters
    ----------
    what : str
        What is wrong, as a sentence.
    got, allowed, next_step : optional
        What was given, what would be accepted, and what to do now; each is left out of the text when None.
    """

    def __init__(
        self, what: str, *, got: object = None, allowed: object = None, next_step: str | None = None
    ) -> None:
        self.what, self.got, self.allowed, self.next_step = what, got, allowed, next_step
        parts = [what]
        if got is not None:
            parts.append(f"Got: {got}.")
        if allowed is not None:
            parts.append(f"Allowed: {allowed}.")
        if next_step is not None:
            parts.append(next_step)
        super().__init__(" ".join(parts))


class ConfigError(VaeCoreError, ValueError):
    """A setting has the wrong type, is out of bounds, or does not go with another one."""


class InputError(VaeCoreError, ValueError):
    """An array given to a function has the wrong shape, type or range."""


class DatasetError(VaeCoreError):
    """A data set is unknown, incomplete, or not what its name promises."""


class DownloadError(DatasetError):
    """No mirror gave a file that passes its checksum."""


class CheckpointError(VaeCoreError):
    """A model folder is missing, incomplete, changed, of a future version, or not usable."""


class PageDecoderError(VaeCoreError):
    """This decoder has a part that the page's own decoder does not know; it can be decoded on the server only."""


class PageEncoderError(VaeCoreError):
    """This encoder has a part that the page's own encoder does not know, or there is none; the server encodes."""
