from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from explorer import owners
from explorer.classroom import connection, rooms, tables
from explorer.classroom.bounds import RoomError
from explorer.classroom.store import Store


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAE_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.delenv(connection.VARIABLE, raising=False)
    return tmp_path / "runs"


def test_rooms_lie_in_a_file_beside_the_runs_until_something_else_is_said(runs: Path) -> None:
    code = rooms.open_room(connection.store(), owners.new_token()).code
    assert (runs / connection.FILE).is_file()
    assert rooms.room(connection.store(), code).code == code
    assert connection.store() is connection.store()


def test_commits_are_flushed_to_disk_and_readers_do_not_wait(runs: Path) -> None:
    with connection.store().reading() as opened:
        settings = [
            opened.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert settings == ["wal", 2, 1, 1]


def test_the_variable_names_another_database(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(connection.VARIABLE, f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    rooms.open_room(connection.store(), owners.new_token())
    assert (tmp_path / "elsewhere.sqlite").is_file()
    assert not (runs / connection.FILE).exists()


def test_an_address_as_some_hosts_write_it_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(connection.VARIABLE, "postgres://me:secret@host/postgres://")
    assert connection.url() == "postgresql://me:secret@host/postgres://"


@pytest.mark.parametrize(
    "address", ["nonsense", "sqlite", "oracle+nothing://x", "mysql+pymysql://me:secret@host/x"]
)
def test_what_is_no_address_of_a_database_is_said_in_a_line_without_the_password(
    runs: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(connection.VARIABLE, address)
    with pytest.raises(RoomError, match=connection.VARIABLE) as caught:
        connection.store()
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_said_in_a_line(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(connection.VARIABLE, f"sqlite:///{tmp_path / 'no' / 'folder.sqlite'}")
    with pytest.raises(RoomError, match="does not answer") as caught:
        connection.store()
    assert "\n" not in str(caught.value)


def test_what_has_expired_does_not_stay_in_the_file(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SWEEP_SECONDS", 0.02)
    store = connection.store()
    code = rooms.open_room(store, owners.new_token()).code
    with store.writing() as opened:
        opened.execute(update(tables.rooms).values(used=store.oldest - 1))
    until = time.monotonic() + 30
    while codes(store) and time.monotonic() < until:
        time.sleep(0.02)
    assert code not in codes(store)


def codes(store: Store) -> list[str]:
    with store.reading() as opened:
        return list(opened.scalars(select(tables.rooms.c.code)))
