"""Which database the classroom uses, and the one connection that the pages and the routes of a server share."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Any

import streamlit as st
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError
from streamlit.errors import StreamlitSecretNotFoundError

from explorer import cache
from explorer.classroom import rooms
from explorer.classroom.bounds import RoomError
from explorer.classroom.store import Store

NAME, FILE = "classroom", ".classroom.sqlite"
VARIABLE = "VAE_DATABASE_URL"
WAIT_SECONDS, SWEEP_SECONDS = 15, 3600.0

_lock = threading.Lock()
_stores: dict[str, Store] = {}


def store() -> Store:
    """Return the classroom's store, from a page or from a route; the first call opens the database.

    Raises
    ------
    RoomError
        If it can't be opened.
    """
    address = url()
    with _lock:
        if address not in _stores:
            _stores[address] = opened = Store(_engine(address))
            threading.Thread(target=_sweep, args=(opened,), name="classroom-expiry", daemon=True).start()
        return _stores[address]


def url() -> str:
    """Return the database's address: the variable's, "" for Streamlit's secrets, or a file in the folder of runs."""
    if named := os.environ.get(VARIABLE, "").strip():
        # Some hosts still call it so.
        return named.replace("postgres://", "postgresql://", 1) if named.startswith("postgres://") else named
    try:
        if NAME in st.secrets.get("connections", {}):
            return ""
    except StreamlitSecretNotFoundError:
        pass
    folder = cache.kept_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / FILE}"


def _engine(address: str) -> Engine:
    settings: dict[str, Any] = {"url": address} if address else {}
    try:
        is_file = bool(address) and make_url(address).get_backend_name() == "sqlite"
        settings |= {"connect_args": {"timeout": WAIT_SECONDS}} if is_file else {"pool_pre_ping": True}
        engine: Engine = st.connection(NAME, type="sql", **settings).engine
    except (ArgumentError, ImportError) as error:
        raise RoomError(
            f"{VARIABLE} is not the address of a database that this server can open.",
            got=str(error).split("\n")[0],
            allowed="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
            next_step="For PostgreSQL, install psycopg[binary].",
        ) from error
    return engine


def _sweep(opened: Store) -> None:
    # What has expired is not shown any more; this is so that it does not stay in the file either.
    while True:
        with contextlib.suppress(RoomError):
            rooms.expire(opened)
        time.sleep(SWEEP_SECONDS)
