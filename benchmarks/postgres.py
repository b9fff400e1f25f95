"""A PostgreSQL server of one's own, from Debian's packages or the path, reached by a socket in its folder.

It refuses to run as root, so root starts it as the user ``postgres``, in a folder that this user can reach.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

USER = "postgres"


def missing() -> str | None:
    """Return what this machine lacks for it, None where it can be started."""
    if _binaries() is None:
        return "PostgreSQL is not on this machine: install the package postgresql."
    if importlib.util.find_spec("psycopg") is None:
        return "PostgreSQL's driver is not installed: pip install psycopg[binary]."
    if _become() and shutil.which("runuser") is None:
        return "PostgreSQL refuses to run as root, and runuser is not on this machine."
    return None


@contextlib.contextmanager
def running(flushes: bool = True) -> Iterator[Path]:
    """Start a cluster and return its folder; see :func:`missing` first.

    One that does not flush to disk makes new databases in no time, and loses them only with the power.
    """
    binaries = _binaries()
    assert binaries is not None
    become = _become()
    with tempfile.TemporaryDirectory(prefix="latent-postgres-") as name:
        folder = Path(name)
        if become:
            shutil.chown(folder, USER)
        data = folder / "data"
        making = ["-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        _call([*become, str(binaries / "initdb"), *making], folder)
        settings = (
            f"-k {folder} -c listen_addresses='' -c max_connections=60 -c fsync={'on' if flushes else 'off'}"
        )
        control = [*become, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
        _call([*control, "-l", str(folder / "log"), "-o", settings, "start"], folder)
        try:
            yield folder
        finally:
            _call([*control, "-m", "immediate", "stop"], folder)


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """Make an empty database in a cluster, and return its address for SQLAlchemy."""
    import psycopg

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=str(folder), user=USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"postgresql+psycopg://{USER}@/{name}?host={folder}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


def _become() -> list[str]:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    return ["runuser", "-u", USER, "--"]


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
