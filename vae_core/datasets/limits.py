"""What is read of files that nobody has checked, at most; more is refused before it costs anything."""

from __future__ import annotations

MOST_IMAGES = 70_000
"""Images in one data set."""
LEAST_IMAGES = 30
"""Different images in one data set: each of the three splits needs some."""
MOST_CLASSES = 100
MOST_PIXELS = 4_000_000
"""Pixels of one image before it is made small."""
MOST_PIXELS_IN_ALL = 10_000_000_000
"""Pixels that are decoded for one data set."""
MOST_FILE_BYTES = 16 << 20
"""Bytes of one image's file."""
MOST_SET_BYTES = 512 << 20
"""Bytes of a data set's images, when they are small."""
MOST_UNPACKED_BYTES = 4 << 30
"""Bytes that all files of an archive claim to have."""
MOST_RATIO = 100
"""How many times as large as itself an archive of images may claim to be: images hardly shrink any more."""
MOST_ENTRIES = 75_000
MOST_DIRECTORY_BYTES = 12 << 20
"""Bytes of an archive's table of contents, which is read in one piece."""
MOST_LINE_BYTES = 1 << 20
"""Bytes of a line of text."""
MOST_SCANS = 64
"""Passes over a JPEG image; each can cost as much as the whole image and be written in a few bytes."""
MOST_PARTS = 20_000
"""Parts of a PNG or JPEG file."""
MOST_LISTED = 200
"""Skipped files that are listed by name."""
SIZES = (8, 64)
"""Pixels along an edge of a data set's images."""
