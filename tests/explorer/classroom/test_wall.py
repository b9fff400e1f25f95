from __future__ import annotations

import pytest

from explorer import owners
from explorer.classroom import bounds, people, rooms, wall
from explorer.classroom.bounds import NotYoursError, RoomError, TooOftenError
from explorer.classroom.store import Store
from tests.explorer.classroom.conftest import Class


def test_a_favourite_hangs_on_the_wall_for_all_newest_first(store: Store, made: Class) -> None:
    before = rooms.room(store, made.code)
    first = wall.pin(store, made.code, made.students[0], "digits-vae-2d", (0.12345678, -1.0))
    second = wall.pin(store, made.code, made.students[1], "mnist-cvae-2d", (0.0, 3.0), label=7)
    assert rooms.room(store, made.code).wall > before.wall
    for who in (made.teacher, *made.students):
        found = wall.wall(store, made.code, who)
        assert [one.id for one in found] == [second, first]
        assert (found[0].nickname, found[0].model, found[0].z, found[0].label) == (
            "Bo",
            "mnist-cvae-2d",
            (0.0, 3.0),
            7,
        )
        assert (found[1].student, found[1].z, found[1].label) == (1, (0.1235, -1.0), None)
    with pytest.raises(NotYoursError):
        wall.wall(store, made.code, owners.new_token())


def test_nobody_takes_off_what_is_somebody_elses(store: Store, made: Class) -> None:
    ada, bo, _ = made.students
    favourite = wall.pin(store, made.code, ada, "m", (1.0,))
    elsewhere = rooms.open_room(store, made.teacher).code
    people.join(store, elsewhere, ada)
    for code, who in ((made.code, bo), (made.code, made.teacher), (elsewhere, ada)):
        with pytest.raises(NotYoursError):
            wall.unpin(store, code, who, favourite)
    wall.unpin(store, made.code, ada, favourite)
    assert wall.wall(store, made.code, ada) == []
    with pytest.raises(NotYoursError, match="not a favourite of yours"):
        wall.unpin(store, made.code, ada, favourite)


def test_what_the_teacher_hides_only_its_student_and_the_teacher_still_see(store: Store, made: Class) -> None:
    ada, bo, _ = made.students
    favourite = wall.pin(store, made.code, ada, "m", (1.0,))
    wall.hide(store, made.code, made.teacher, favourite)
    assert wall.wall(store, made.code, bo) == []
    assert [one.hidden for one in wall.wall(store, made.code, ada)] == [True]
    assert [one.hidden for one in wall.wall(store, made.code, made.teacher)] == [True]
    wall.hide(store, made.code, made.teacher, favourite, False)
    assert [one.hidden for one in wall.wall(store, made.code, bo)] == [False]


def test_a_teacher_hides_nothing_in_the_room_of_another(store: Store, made: Class) -> None:
    favourite = wall.pin(store, made.code, made.students[0], "m", (1.0,))
    stranger = owners.new_token()
    wall.hide(store, rooms.open_room(store, stranger).code, stranger, favourite)
    assert not wall.wall(store, made.code, made.students[1])[0].hidden


def test_a_student_has_a_few_favourites_and_pins_them_at_a_persons_pace(store: Store, made: Class) -> None:
    ada = made.students[0]
    store.acts.rate = 0
    pinned = [wall.pin(store, made.code, ada, "m", (float(k),)) for k in range(bounds.FAVOURITES)]
    with pytest.raises(RoomError, match=r"full\. Allowed: 6 favourites"):
        wall.pin(store, made.code, ada, "m", (9.0,))
    wall.unpin(store, made.code, ada, pinned[0])
    wall.pin(store, made.code, ada, "m", (9.0,))
    while store.acts.take((made.code, ada)):
        pass
    with pytest.raises(TooOftenError):
        wall.pin(store, made.code, ada, "m", (9.0,))


def test_what_is_no_place_of_a_model_is_not_pinned(store: Store, made: Class) -> None:
    attempts = [
        ("../m", (1.0,), None),
        ("m", (), None),
        ("m", (float("nan"),), None),
        ("m", "12", None),
        ("m", (1.0,), -1),
    ]
    for model, z, label in attempts:
        with pytest.raises(RoomError):
            wall.pin(store, made.code, made.students[0], model, z, label)
    assert wall.wall(store, made.code, made.teacher) == []
