from __future__ import annotations

from explorer.classroom import bounds, presence, rooms
from explorer.classroom.store import Store
from tests.explorer.classroom.conftest import Class, Clock


def test_what_the_processes_know_of_is_added_up(store: Store, made: Class) -> None:
    other = rooms.open_room(store, made.teacher).code
    presence.note(store, "one", {made.code: 3, other: 1})
    presence.note(store, "two", {made.code: 4})
    assert presence.total(store, [made.code, other]) == {made.code: 7, other: 1}
    presence.note(store, "one", {made.code: 2})
    assert presence.total(store, [made.code, other]) == {made.code: 6, other: 1}
    presence.note(store, "one", {made.code: 0})
    assert presence.total(store, [made.code, other]) == {made.code: 4, other: 1}


def test_a_process_that_says_nothing_any_more_is_not_counted(store: Store, made: Class, clock: Clock) -> None:
    presence.note(store, "one", {made.code: 3})
    clock.now += presence.AGAIN_SECONDS + 1
    presence.note(store, "two", {made.code: 4})
    assert presence.total(store, [made.code]) == {made.code: 7}
    clock.now += presence.FRESH_SECONDS - presence.AGAIN_SECONDS
    assert presence.total(store, [made.code]) == {made.code: 4}


def test_being_here_is_no_change_of_the_room_and_goes_with_it(store: Store, made: Class) -> None:
    before = rooms.room(store, made.code)
    presence.note(store, "one", {made.code: 3, bounds.new_code(): 2})
    assert rooms.room(store, made.code) == before
    rooms.close(store, made.code, made.teacher)
    assert presence.total(store, [made.code]) == {made.code: 0}
    presence.note(store, "one", {made.code: 3})
    assert presence.total(store, [made.code]) == {made.code: 0}
