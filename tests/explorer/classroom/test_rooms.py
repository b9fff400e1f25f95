from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from explorer import owners
from explorer.classroom import answers, bounds, people, rooms, tables, wall
from explorer.classroom.bounds import NoSuchRoomError, NotYoursError, RoomError, TooOftenError
from explorer.classroom.store import LIVES_SECONDS, Store
from tests.explorer.classroom.conftest import Class, Clock


def test_a_room_that_was_opened_is_there_for_every_server_on_the_database(
    store: Store, connect: Callable[[], Store], made: Class
) -> None:
    other = connect()
    assert rooms.room(other, made.code) == rooms.room(store, made.code)
    moved = rooms.lead(other, made.code, made.teacher, lesson="elbo", step=2, z=(0.5, -1.0), follow=False)
    assert (moved.lesson, moved.step, moved.z, moved.follow, moved.students) == (
        "elbo",
        2,
        (0.5, -1.0),
        False,
        3,
    )
    assert rooms.room(store, made.code) == moved


def test_each_change_that_the_teacher_makes_is_kept(store: Store, made: Class) -> None:
    changes = {
        "lesson": "elbo", "step": 3, "model": "digits-vae-2d", "page": "map", "z": (1.0,), "label": 4, "follow": False,
        "reveal": True,
    }  # fmt: skip
    for name, value in changes.items():
        assert getattr(rooms.room(store, made.code), name) != value
        rooms.lead(store, made.code, made.teacher, **{name: value})
        assert getattr(rooms.room(store, made.code), name) == value
    for name in set(changes) - {"follow", "reveal"}:
        assert getattr(rooms.lead(store, made.code, made.teacher, **{name: None}), name) is None


def test_every_change_is_counted_and_the_teachers_moves_are_told_apart(store: Store, made: Class) -> None:
    before = rooms.room(store, made.code)
    people.join(store, made.code, owners.new_token())
    joined = rooms.room(store, made.code)
    assert joined.version > before.version
    assert joined.led == before.led
    moved = rooms.lead(store, made.code, made.teacher, step=1)
    assert moved.led == moved.version > joined.version


def test_another_step_hides_the_histogram_and_another_model_forgets_the_place(
    store: Store, made: Class
) -> None:
    rooms.lead(
        store, made.code, made.teacher, lesson="elbo", step=1, reveal=True, model="a", z=(1.0,), label=2
    )
    assert rooms.lead(store, made.code, made.teacher, step=1).reveal
    assert not rooms.lead(store, made.code, made.teacher, step=2).reveal
    assert rooms.lead(store, made.code, made.teacher, step=3, reveal=True).reveal
    assert rooms.lead(store, made.code, made.teacher, model="a").z == (1.0,)
    other = rooms.lead(store, made.code, made.teacher, model="b")
    assert (other.z, other.label) == (None, None)
    assert rooms.lead(store, made.code, made.teacher, model="c", z=(2.0,)).z == (2.0,)


def test_a_change_that_does_not_fit_is_refused_and_changes_nothing(store: Store, made: Class) -> None:
    before = rooms.room(store, made.code)
    changes: list[dict[str, Any]] = [
        {"step": -1}, {"step": "1"}, {"lesson": "../x"}, {"model": 7}, {"page": "<map>"}, {"z": [float("nan")]},
        {"label": 10**9}, {"follow": None}, {"reveal": "yes"}, {"version": 1}, {"used": 0.0},
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(RoomError):
            rooms.lead(store, made.code, made.teacher, **change)
    assert rooms.room(store, made.code) == before


def test_only_the_teacher_controls_the_room(store: Store, made: Class) -> None:
    student, before = made.students[0], rooms.room(store, made.code)
    favourite = wall.pin(store, made.code, made.students[1], "m", (1.0,))
    attempts: list[Callable[[str], object]] = [
        lambda who: rooms.lead(store, made.code, who, step=1),
        lambda who: rooms.close(store, made.code, who),
        lambda who: people.students(store, made.code, who),
        lambda who: people.remove(store, made.code, who, 2),
        lambda who: answers.all_of(store, made.code, who),
        lambda who: wall.hide(store, made.code, who, favourite),
        lambda who: rooms.take_over(store, made.code, who, "A" * 20),
    ]
    for attempt in attempts:
        for who in (student, owners.new_token(), owners.name_of(made.teacher), ""):
            with pytest.raises(NotYoursError):
                attempt(who)
    after = rooms.room(store, made.code)
    assert (after.led, after.step, after.students) == (before.led, before.step, 3)
    assert rooms.key(store, made.code, student) is None


def test_the_key_makes_another_device_the_teachers_and_a_few_at_most(store: Store, made: Class) -> None:
    key = rooms.key(store, made.code, made.teacher)
    assert key is not None
    assert len(key) == 20
    tablet = owners.new_token()
    rooms.take_over(store, made.code, tablet, f" {key[:10].lower()}-{key[10:]} ")
    assert rooms.lead(store, made.code, tablet, step=4).step == 4
    assert rooms.lead(store, made.code, made.teacher, step=5).step == 5
    assert rooms.key(store, made.code, tablet) is None
    rooms.take_over(store, made.code, tablet, key)
    for _ in range(bounds.LEADERS - 2):
        rooms.take_over(store, made.code, owners.new_token(), key)
    with pytest.raises(RoomError, match="too many devices"):
        rooms.take_over(store, made.code, owners.new_token(), key)


def test_a_key_opens_no_other_room(store: Store, made: Class) -> None:
    other = rooms.open_room(store, made.teacher)
    key = rooms.key(store, other.code, made.teacher)
    assert key is not None
    assert key != rooms.key(store, made.code, made.teacher)
    with pytest.raises(NotYoursError, match="not the key"):
        rooms.take_over(store, made.code, owners.new_token(), key)


def test_a_teacher_finds_the_open_rooms_again_the_one_used_last_first(
    store: Store, made: Class, clock: Clock
) -> None:
    clock.now += 5
    second = rooms.open_room(store, made.teacher)
    rooms.open_room(store, owners.new_token())
    assert [room.code for room in rooms.led_by(store, made.teacher)] == [second.code, made.code]
    clock.now += 5
    rooms.lead(store, made.code, made.teacher, step=1)
    assert [room.code for room in rooms.led_by(store, made.teacher)] == [made.code, second.code]
    assert rooms.led_by(store, made.students[0]) == []


def test_a_closed_room_is_gone_with_all_that_was_in_it(store: Store, made: Class) -> None:
    answers.answer(store, made.code, made.students[0], "elbo", 0, 1)
    wall.pin(store, made.code, made.students[0], "m", (1.0,))
    rooms.close(store, made.code, made.teacher)
    with pytest.raises(NoSuchRoomError):
        rooms.room(store, made.code)
    assert left(store) == 0


def test_a_room_expires_a_day_after_its_teacher_last_used_it(store: Store, made: Class, clock: Clock) -> None:
    answers.answer(store, made.code, made.students[0], "elbo", 0, 1)
    clock.now += LIVES_SECONDS - 10
    rooms.used(store, made.code, made.students[0])
    assert rooms.room(store, made.code).code == made.code
    rooms.used(store, made.code, made.teacher)
    clock.now += LIVES_SECONDS - 10
    people.join(store, made.code, owners.new_token())
    assert rooms.expire(store) == 0
    clock.now += 10
    attempts: list[Callable[[], object]] = [
        lambda: rooms.room(store, made.code),
        lambda: store.code(made.code),
        lambda: people.join(store, made.code, owners.new_token()),
        lambda: answers.answer(store, made.code, made.students[0], "elbo", 1, 1),
        lambda: rooms.lead(store, made.code, made.teacher, step=1),
    ]
    for attempt in attempts:
        with pytest.raises(NoSuchRoomError):
            attempt()
    assert rooms.led_by(store, made.teacher) == []
    assert rooms.expire(store) == 1
    assert left(store) == 0


def test_a_code_is_found_as_people_write_it_and_guessing_is_slow(store: Store, made: Class) -> None:
    assert store.code(f" {made.code.lower()} ", "10.0.0.1") == made.code
    store.guesses.rate = 0
    for _ in range(int(store.guesses.burst)):
        with pytest.raises(NoSuchRoomError):
            store.code(bounds.new_code(), "10.0.0.1")
    with pytest.raises(TooOftenError):
        store.code(made.code, "10.0.0.1")
    assert store.code(made.code, "10.0.0.2") == made.code


def test_right_codes_are_no_guesses(store: Store, made: Class) -> None:
    store.guesses.rate = 0
    for _ in range(int(store.guesses.burst) + 5):
        assert store.code(made.code, "10.0.0.1") == made.code


def test_a_server_has_place_for_some_rooms_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "ROOMS", 2)
    for _ in range(2):
        rooms.open_room(store, owners.new_token())
    with pytest.raises(RoomError, match="no place for another room"):
        rooms.open_room(store, owners.new_token())


def test_nothing_in_the_database_leads_back_to_a_person_or_to_another_room(store: Store, made: Class) -> None:
    second = rooms.open_room(store, made.teacher)
    people.join(store, second.code, made.students[0], "Ada")
    told = dump(store)
    for token in (made.teacher, *made.students):
        assert token not in told
        assert owners.name_of(token) not in told
    assert (rooms.key(store, made.code, made.teacher) or "?") not in told
    with store.reading() as connection:
        for table in (tables.students, tables.leaders):
            digests = list(connection.scalars(select(table.c.who)))
            assert len(digests) == len(set(digests))


def test_a_database_of_another_version_is_refused_in_a_line(
    store: Store, connect: Callable[[], Store]
) -> None:
    with store.writing() as connection:
        connection.execute(update(tables.schema).values(version=99))
    with pytest.raises(RoomError, match=r"another version.*version 99.*VAE_DATABASE_URL"):
        connect()


def test_a_database_keeps_its_own_rules_where_the_code_forgets_them(store: Store, made: Class) -> None:
    values = {"code": made.code, "number": 1, "lesson": "elbo", "step": 0, "choice": 1}
    with store.writing() as connection:
        connection.execute(insert(tables.answers).values(values))
    for broken in (values, values | {"number": 77, "step": 1}):
        with pytest.raises(RoomError, match="does not answer"), store.writing() as connection:
            connection.execute(insert(tables.answers).values(broken))


def left(store: Store) -> int:
    return len(held(store))


def dump(store: Store) -> str:
    return "\n".join(map(str, held(store)))


def held(store: Store) -> list[Row[Any]]:
    """Return every row of every table but the schema's own."""
    every = [table for table in tables.rooms.metadata.sorted_tables if table is not tables.schema]
    with store.reading() as connection:
        return [row for table in every for row in connection.execute(select(table))]
