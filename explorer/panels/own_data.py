"""Images of one's own on the Train page: bringing them, looking at them, keeping them as a data set, deleting it."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import numpy as np
import streamlit as st

from explorer import cache, forms, state
from explorer.figures import class_counts
from explorer.figures.strips import strip
from explorer.frame import guarded
from explorer.own_images import own_sets
from explorer.own_images.reading import Reading
from vae_core.datasets import as_float, own, title_of
from vae_core.datasets.found import Found
from vae_core.datasets.intake import preview
from vae_core.datasets.limits import LEAST_IMAGES
from vae_core.datasets.own_files import Record
from vae_core.datasets.picture import ImageOptions
from vae_core.errors import DatasetError, VaeCoreError

CHOICE = "Your own…"
DATA, FILE = "train.data", "own.file"
_OPTIONS, _PREVIEW, _READING, _TOLD = "own.options", "own.preview", "own.reading", "own.told"
_DELETED = "own.deleted"
SHOWN, ROW = 12, 6
MOST_MEGABYTES = 200
LOOK_SECONDS = 0.5


def form() -> None:
    """Draw what brings images: the file, how they are made small, reading them, and a name."""
    brought = st.file_uploader(
        "Images: a ZIP, an NPZ or a CSV file",
        type=["zip", "npz", "csv"],
        key=FILE,
        max_upload_size=MOST_MEGABYTES,
        help="A ZIP of PNG and JPEG images, in a folder for each class or without; an NPZ file with images and perhaps "
        "labels; or a CSV file with an image a row, as Kaggle publishes MNIST.",
    )
    with st.container(horizontal=True, gap="small"):
        options = forms.edit(ImageOptions(), "own")
    _drop_unless(brought, options)
    reading = _reading()
    if brought is not None and reading is None and not isinstance(_looked_at(brought), str):
        st.button(
            "Read the images", type="primary", icon=":material/input:", on_click=_read,
            args=(brought, options), width="stretch", key="own.read",
        )  # fmt: skip
    elif reading is not None and not reading.over:
        st.fragment(_progress, run_every=LOOK_SECONDS)()
    elif reading is not None and reading.record is not None:
        _keep(reading)
    _say()
    used = own_sets.bytes_on_disk()
    if used:
        st.caption(f"Your data sets take {used / 1e6:,.1f} of {own_sets.MOST_BYTES / 1e6:,.0f} MB.")


@guarded
def shown() -> None:
    """Draw what is known of the images that are being brought: a few of them, and the summary when all are read."""
    brought, reading = state.get(FILE), _reading()
    if reading is not None and reading.record is not None:
        st.markdown(f"**{reading.record.source}** is read. Keep it as a data set to train on it.")
        summary(reading.record)
    elif brought is None:
        st.markdown("Bring images of your own and see their map form.")
        st.markdown(
            "They become small squares of one size, and are yours alone: nobody else who uses this server sees them. "
            f"At least {LEAST_IMAGES} different images make a data set; a file may have {MOST_MEGABYTES} MB."
        )
    if brought is not None:
        _few(brought)


def summary(record: Record) -> None:
    """Draw what was found in the images of a data set."""
    edge = record.shape[1]
    colour = "grey" if record.shape[0] == 1 else "RGB"
    facts = [f"**{record.count:,} images** of {edge} × {edge}, {colour}", _sizes(record)]
    if record.duplicates:
        facts.append(f"{record.duplicates:,} are equal to another one; such images are kept in one split")
    if record.classes is None:
        facts.append("no classes")
    st.markdown("\n".join(f"- {fact}" for fact in facts))
    if record.classes is not None and record.class_counts is not None:
        told = ", ".join(
            f"{name} {count:,}" for name, count in zip(record.classes, record.class_counts, strict=True)
        )
        st.image(class_counts.bars(record.classes, record.class_counts), alt=f"Images of each class: {told}")
        if len(record.classes) > class_counts.MOST_BARS:
            st.caption(f"The first {class_counts.MOST_BARS} of {len(record.classes)} classes.")
    if record.skips:
        with st.expander(f"Skipped: {record.skips:,} file{'s' * (record.skips != 1)}"):
            rows = [f"| `{one.name}` | {one.reason} |" for one in record.skipped]
            st.markdown("\n".join(["| file | why |", "|---|---|", *rows]))
            if record.skips > len(record.skipped):
                st.caption(f"And {record.skips - len(record.skipped):,} more.")


def about(name: str) -> None:
    """Draw the summary of a kept data set and, for its owner, what deletes it."""
    record = own_sets.record_of(name)
    if record is None:
        return
    with st.expander("About these images"):
        summary(record)
    if own_sets.is_mine(name):
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(
                f"Delete **{title_of(name)}**? It can be brought back for an hour, then it is gone. Models trained "
                "on it still open."
            )
            st.button("Delete it", type="primary", on_click=_delete, args=(name,), key="own.delete")


def _keep(reading: Reading) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("Name of the data set", _wish(reading), max_chars=40, key="own.name")
        st.button("Keep as data set", type="primary", icon=":material/save:", on_click=_keep_as,
                  args=(title,), key="own.keep")  # fmt: skip


def _wish(reading: Reading) -> str:
    assert reading.record is not None
    stem = reading.record.source.rsplit(".", 1)[0]
    word = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in stem)
    return word.strip("-")[:40] or "images"


def _progress() -> None:
    reading = _reading()
    if reading is None or reading.over:
        st.rerun()
    st.progress(min(1.0, reading.done), f"{reading.count:,} images")
    st.button("Cancel", icon=":material/close:", on_click=_drop, key="own.cancel")


def _few(brought: Any) -> None:
    """Draw a dozen of the images as they will be, read anew only when the file or the options change."""
    found = _looked_at(brought)
    if isinstance(found, str):
        st.error(found, icon=":material/error:")
        return
    images = [one.image for one in found if one.image is not None]
    if not images:
        reason = found[0].problem if found else "It is empty."
        st.error(f"None of the first images can be read. {reason}", icon=":material/error:")
        return
    channels = max(len(image) for image in images)
    whole = as_float(np.stack([np.broadcast_to(image, (channels, *image.shape[1:])) for image in images]))
    labels = [one.label or "" for one in found if one.image is not None]
    st.caption("A few of them, as the model will see them")
    for start in range(0, len(whole), ROW):
        part = slice(start, start + ROW)
        st.image(strip({"": whole[part]}, labels[part], side=84), alt="Some of the images, made small")


def _looked_at(brought: Any) -> list[Found] | str:
    key = (brought.file_id, state.get(_OPTIONS))
    held = state.get(_PREVIEW)
    if held is None or held[0] != key:
        try:
            found: list[Found] | str = preview(brought, key[1] or ImageOptions(), SHOWN)
        except VaeCoreError as error:
            found = str(error)
        state.put(_PREVIEW, (key, found))
        return found
    told: list[Found] | str = held[1]
    return told


def _drop_unless(brought: Any, options: ImageOptions) -> None:
    """Forget what was read of another file, or with other options."""
    state.put(_OPTIONS, options)
    held = state.get(_READING)
    if held is not None and (brought is None or held[0] != (brought.file_id, options)):
        _drop()


def _reading() -> Reading | None:
    held = state.get(_READING)
    return None if held is None else held[1]


def _drop() -> None:
    reading = _reading()
    if reading is not None:
        reading.cancel()
    state.put(_READING, None)


def _read(brought: Any, options: ImageOptions) -> None:
    _drop()
    try:
        reading = Reading(io.BytesIO(brought.getvalue()), options, own_sets.place(), brought.name)
    except DatasetError as error:
        state.put(_TOLD, str(error))
        return
    # A small file is read before the page is drawn again.
    reading.wait(LOOK_SECONDS)
    state.put(_READING, ((brought.file_id, options), reading))


def _keep_as(title: str) -> None:
    reading = _reading()
    if reading is None or reading.record is None:
        return
    try:
        folder = own_sets.folder_for(title, reading.size)
        reading.keep(folder)
    except DatasetError as error:
        state.put(_TOLD, str(error))
        return
    state.put(_READING, None)
    state.put(_PREVIEW, None)
    parts = own.parse(folder)
    assert parts is not None
    state.put(_DELETED, None)
    state.put(DATA, dataclasses.replace(parts, version=reading.record.version).full)


def _delete(name: str) -> None:
    try:
        state.put(_DELETED, (title_of(name), own_sets.delete(name)))
    except DatasetError as error:
        state.put(_TOLD, str(error))
    cache.available.clear()


def undo() -> None:
    """Draw what brings the data set back that was deleted last; nothing where none was."""
    if state.get(DATA) != CHOICE:
        _say()
    deleted = state.get(_DELETED)
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Deleted **{deleted[0]}**.")
        st.button("Undo", icon=":material/undo:", on_click=_bring_back, args=(deleted[1],), key="own.undo")


def _bring_back(word: str) -> None:
    state.put(_DELETED, None)
    try:
        state.put(DATA, own_sets.bring_back(word))
    except DatasetError as error:
        state.put(_TOLD, str(error))
    cache.available.clear()


def _say() -> None:
    """Tell once what went wrong."""
    reading = _reading()
    problem = state.get(_TOLD) or (reading.problem if reading is not None and reading.over else "")
    if problem:
        st.error(problem, icon=":material/error:")
    state.put(_TOLD, None)


def _sizes(record: Record) -> str:
    told = [f"{width} × {height} ({count:,})" for width, height, count in record.sizes[:3]]
    more = f" and {record.kinds_of_sizes - 3:,} more sizes" if record.kinds_of_sizes > 3 else ""
    return "made of pictures of " + ", ".join(told) + more
