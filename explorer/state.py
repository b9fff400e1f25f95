"""What a session remembers and what its address says; the only module that touches Streamlit's state and the URL.

A widget that should survive a change of page takes its key from here and `persist_state="session"`; a page reads the
value back through the functions below, which check it again because a client may send anything.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import links, owners
from explorer.components.pad_state import PCA, PadSpace, PadState, read_state
from explorer.directions.groups import Chosen
from explorer.directions.sliders import Slider
from explorer.links import Link
from explorer.own_images.tray import Tray

Vector = NDArray[np.float32]

MODEL = "model"
NEXT_MODEL = "_next_model"
PAGES = "_pages"
TEMPERATURE = "temperature"
T = "t"
STEPS = "steps"
PATH = "path"
LABEL = "label"
PRESENT = "present"
ROOM = "room"
SCALARS = (MODEL, TEMPERATURE, T, STEPS, LABEL, PRESENT, ROOM)
SELECTED = "selected"
TRAY_SOURCE = "Tray"
_TRAY = "_tray"
_ADDRESS = "_address"
_TOKEN = "_token"
_WISHES = "_wishes"


def absorb_address() -> None:
    """Take over what the address says, once for every change that did not come from :func:`publish`."""
    _absorb_next_model()
    address = {key: str(value) for key, value in st.query_params.to_dict().items()}
    if address == st.session_state.get(_ADDRESS):
        return
    st.session_state[_ADDRESS] = address
    link = links.parse(address)
    for name in SCALARS:
        value = getattr(link, name)
        if value is not None:
            st.session_state[name] = value
    st.session_state[_WISHES] = link


def _absorb_next_model() -> None:
    # A picker's value cannot be set once it is drawn, so a page leaves word for the next run.
    if NEXT_MODEL in st.session_state:
        st.session_state[MODEL] = st.session_state.pop(NEXT_MODEL)


def publish(link: Link) -> None:
    """Make the address say `link`, and what holds on every page, so that it can be copied and opened elsewhere."""
    present, room = links.PRESENT if presenting() else None, st.session_state.get(ROOM)
    address = links.write(dataclasses.replace(link, present=present, room=room))
    if address != st.session_state.get(_ADDRESS):
        st.session_state[_ADDRESS] = address
        st.query_params.from_dict(address)


def presenting() -> bool:
    """Tell whether the view is shown large, on a projector, without the sidebar."""
    return bool(st.session_state.get(PRESENT))


def wish(name: str, model: str) -> Any:
    """Return, once, what the address asked for under `name`, if it asked it of this model or of none."""
    link: Link | None = st.session_state.get(_WISHES)
    if link is None or link.model not in (None, model):
        return None
    value = getattr(link, name)
    if value is not None:
        st.session_state[_WISHES] = dataclasses.replace(link, **{name: None})
    return value


def asks(name: str, model: str) -> bool:
    """Tell whether the address still asks for something under `name`, as :func:`wish` would return it."""
    link: Link | None = st.session_state.get(_WISHES)
    return link is not None and link.model in (None, model) and getattr(link, name) is not None


def token() -> str:
    """Return the secret by which this browser owns its runs: the one in its cookie, or a new one for it."""
    held = owners.read_token(st.session_state.get(_TOKEN))
    if held is None:
        held = owners.read_token(st.context.cookies.get(owners.COOKIE)) or owners.new_token()
        st.session_state[_TOKEN] = held
    return held


def adopt(sent: object) -> None:
    """Go on as the owner whose token the page sent, if it is one."""
    if (held := owners.read_token(sent)) is not None:
        st.session_state[_TOKEN] = held


def owner() -> str:
    """Return the name under which this browser's runs are kept apart from other people's."""
    return owners.name_of(token())


def choose(name: str, options: Sequence[str], default: str) -> str:
    """Return the chosen word under `name`, put back to `default` where it is not (or no longer) an option."""
    if st.session_state.get(name) not in options:
        st.session_state[name] = default
    return str(st.session_state[name])


def names(key: str, known: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Return the known names of models under `key`: the chosen ones, the address's, or the usual ones."""
    wanted = wish("models", "")
    held = st.session_state.get(key) if wanted is None else wanted
    chosen = [name for name in held if name in known] if isinstance(held, (list, tuple)) else list(usual)
    st.session_state[key] = chosen
    return chosen


def several(name: str, options: Sequence[str], usual: Sequence[str], model: str) -> list[str]:
    """Return the chosen words under `name` in the options' order: the address's, those held, or the usual ones."""
    asked = wish(name, model)
    held = st.session_state.get(name) if asked is None else asked
    chosen = [word for word in options if isinstance(held, (list, tuple)) and word in held]
    if st.session_state.get(name) != (chosen or list(usual)):
        st.session_state[name] = chosen or list(usual)
    return list(st.session_state[name])


def number(name: str, low: float, high: float, default: float) -> float:
    """Return the number under `name`, clamped to [low, high]; `default` where there is none."""
    value = st.session_state.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        value = default
    kind = type(default)
    value = kind(min(max(value, low), high))
    if st.session_state.get(name) != value:
        st.session_state[name] = value
    return float(value)


def label(classes: int) -> int:
    """Return the class, below `classes`, that a conditional model draws; the first one until another is chosen."""
    return int(number(LABEL, 0, classes - 1, 0))


def put(name: str, value: object) -> None:
    """Set the value under `name`; for callbacks, or before the widget of that name is drawn."""
    st.session_state[name] = value


def get(name: str, default: Any = None) -> Any:
    """Return the value under `name`, or `default`."""
    return st.session_state.get(name, default)


def pad(model: str, space: PadSpace, usual: PadState) -> tuple[PadState, int]:
    """Return what the viewer of `model` sees on the latent pad, and how often Python has moved the pad.

    The first time it is `usual`; what the address asks for comes on top.
    """
    held, stamp = st.session_state.get(_pad_key(model), (usual, 0))
    # A model trained anew under the same name may have other dimensions.
    shown = read_state(dataclasses.asdict(held), usual, space)
    wanted = {"z": wish("z", model), "plane": wish("plane", model), "axes": wish("axes", model)}
    if (heat := wish("heat", model)) is not None:
        wanted["layers"] = (heat, *(name for name in shown.layers if name != shown.heat))
    if any(value is not None for value in wanted.values()):
        axes = wanted.pop("axes")
        if wanted["plane"] != PCA:
            wanted["plane"] = None if axes is None else f"{axes[0] + 1},{axes[1] + 1}"
        shown, stamp = read_state(dataclasses.asdict(shown) | _given(wanted), shown, space), stamp + 1
    st.session_state[_pad_key(model)] = (shown, stamp)
    return shown, stamp


def keep_pad(model: str, shown: PadState) -> None:
    """Note what the viewer of `model` sees on the pad now."""
    _, stamp = st.session_state[_pad_key(model)]
    st.session_state[_pad_key(model)] = (shown, stamp)


def put_place(model: str, z: Vector) -> None:
    """Move the pad's cursor on `model` to `z` [d]; for callbacks, or before the pad is drawn."""
    held = st.session_state.get(_pad_key(model))
    if held is not None:
        place = tuple(float(value) for value in z)
        st.session_state[_pad_key(model)] = (dataclasses.replace(held[0], z=place), held[1] + 1)


def put_layers(model: str, shown: PadState, layers: tuple[str, ...]) -> None:
    """Show these layers on the pad of `model`, of which the viewer sees `shown`; before the pad is drawn."""
    _, stamp = st.session_state[_pad_key(model)]
    st.session_state[_pad_key(model)] = (dataclasses.replace(shown, layers=layers), stamp + 1)


def _pad_key(model: str) -> str:
    return f"_pad.{model}"


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def tray() -> Tray:
    """Return the images that the viewer keeps at hand."""
    held = st.session_state.get(_TRAY)
    return held if isinstance(held, Tray) else Tray()


def keep_tray(held: Tray) -> None:
    """Note what the viewer keeps at hand now."""
    st.session_state[_TRAY] = held


def theme() -> str:
    """Return ``dark`` or ``light``, as the browser shows the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def end_key(model: str, end: str, part: str) -> str:
    """Return the key of a widget that picks an end of a path, such as ``A``: its ``class`` or its ``index`` in it."""
    return f"end.{model}.{end}.{part}"


def source_key(end: str) -> str:
    """Return the key of the choice where end ``A`` or ``B`` of a path comes from."""
    return f"end.{end}.source"


def put_end(end: str, number: int) -> None:
    """Choose what is under a number in the tray as an end of a path; for callbacks, or before the widgets are drawn."""
    st.session_state[source_key(end)] = TRAY_SOURCE
    st.session_state[tray_key(end)] = number


def tray_key(end: str) -> str:
    """Return the key of the choice of an image in the tray as end ``A`` or ``B``."""
    return f"end.{end}.tray"


def pair(model: str, labels: NDArray[np.int64] | None, indices: NDArray[np.int64]) -> None:
    """See to it that both ends' widgets hold a valid class and index, the address's pair if it names known images."""
    _put_wish(model, "pair", "AB", labels, indices)
    _settle_ends(model, {"A": 0.0, "B": 1.0}, labels, len(indices))


def lower(model: str, labels: NDArray[np.int64] | None, indices: NDArray[np.int64]) -> bool:
    """Do as :func:`pair` does for the lower ends C and D of a grid; tell whether the address asked for them."""
    asked = _put_wish(model, "lower", "CD", labels, indices)
    _settle_ends(model, {"C": 1 / 3, "D": 2 / 3}, labels, len(indices))
    return asked


def one_end(model: str, end: str, labels: NDArray[np.int64] | None, total: int, share: float = 0.5) -> None:
    """See to it that the widgets of one more end hold a valid class and index, of `total`, at first at this share."""
    _settle_ends(model, {end: share}, labels, total)


def put_pair(model: str, labels: NDArray[np.int64] | None, rows: tuple[int, int]) -> None:
    """Choose two rows of a model's map as the ends of the path; for callbacks, or before the widgets are drawn."""
    _put_rows(model, "AB", labels, rows)


def sliders(model: str, dimensions: int) -> tuple[Slider, ...]:
    """Return the sliders that the viewer has made; those of a model with other dimensions are gone."""
    held: tuple[Slider, ...] = st.session_state.get(f"_sliders.{model}", ())
    return tuple(slider for slider in held if len(slider.vector) == dimensions)


def keep_sliders(model: str, made: Sequence[Slider]) -> None:
    """Note the viewer's own sliders on `model`."""
    st.session_state[f"_sliders.{model}"] = tuple(made)


def group_key(model: str, group: str) -> str:
    """Return the key of the widget that picks group ``A`` or ``B`` of a direction."""
    return f"group.{model}.{group}"


def selected_group(model: str, group: str) -> Chosen | None:
    """Return what the viewer selected on the map as a group; None until then."""
    held: Chosen | None = st.session_state.get(f"_{group_key(model, group)}")
    return held


def put_group(model: str, group: str, chosen: Chosen) -> None:
    """Take what was selected on the map as a group of a direction; for callbacks, or before its widget is drawn."""
    st.session_state[f"_{group_key(model, group)}"] = chosen
    st.session_state[group_key(model, group)] = SELECTED


def _put_wish(
    model: str, name: str, ends: str, labels: NDArray[np.int64] | None, indices: NDArray[np.int64]
) -> bool:
    wanted = wish(name, model)
    known = {} if wanted is None else {int(index): row for row, index in enumerate(indices)}
    if wanted is not None and all(index in known for index in wanted):
        _put_rows(model, ends, labels, (known[wanted[0]], known[wanted[1]]))
    return wanted is not None


def _settle_ends(model: str, shares: dict[str, float], labels: NDArray[np.int64] | None, total: int) -> None:
    for end, share in shares.items():
        count = total
        if labels is not None:
            present = np.unique(labels).tolist()
            name = end_key(model, end, "class")
            if st.session_state.get(name) not in present:
                st.session_state[name] = present[round(share * (len(present) - 1))]
            count = int((labels == st.session_state[name]).sum())
        number(
            end_key(model, end, "index"), 0, count - 1, round(share * (count - 1)) if labels is None else 0
        )


def _put_rows(model: str, ends: str, labels: NDArray[np.int64] | None, rows: tuple[int, int]) -> None:
    for end, row in zip(ends, rows, strict=True):
        st.session_state.pop(source_key(end), None)
        place = row
        if labels is not None:
            st.session_state[end_key(model, end, "class")] = int(labels[row])
            place = int((labels[:row] == labels[row]).sum())
        st.session_state[end_key(model, end, "index")] = place
