"""PINs: only what a keyed hash makes of them is stored; wrong ones are counted for good."""

from __future__ import annotations

import hmac
from datetime import timedelta
from pathlib import Path

import pytest

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked, PinResult
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.pins import PURPOSE, Pins, locked_after
from edge.collection.search import Gallery
from edge.errors import CollectionError, KeyFileError, NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.test_people import NOON

PIN, DURESS, WRONG = "590372", "815946", "640281"
MOST_WRONG, LOCKED_FOR = 5, timedelta(minutes=15)
POLICY = PinPolicy(tries=MOST_WRONG, pause=LOCKED_FOR.total_seconds(), growth=2.0, longest=7200.0)


@pytest.fixture
def pins(database: Database, key: Key) -> Pins:
    """Give the PINs."""
    return Pins(database, key)


@pytest.fixture
def ada(people: People, pins: Pins) -> str:
    """Enroll Ada with a PIN and one for duress; return her id."""
    person_id = people.enroll("badges", NewPerson("Ada")).person_id
    pins.set(person_id, PIN, duress=DURESS, at=NOON)
    return person_id


def _answers(pins: Pins, person_id: str, typed: str, count: int) -> list[PinResult]:
    return [pins.check(person_id, typed, now=NOON, policy=POLICY).result for _ in range(count)]


def test_a_pin_is_right_wrong_or_one_of_duress(pins: Pins, ada: str) -> None:
    """The one of duress is as good, and told apart."""
    assert pins.check(ada, PIN, now=NOON, policy=POLICY) == PinChecked(ada, PinResult.RIGHT)
    assert pins.check(ada, DURESS, now=NOON, policy=POLICY) == PinChecked(
        ada, PinResult.RIGHT, duress=True
    )
    assert pins.check(ada, WRONG, now=NOON, policy=POLICY) == PinChecked(ada, PinResult.WRONG)
    for typed in ("", "5", PIN[:-1], PIN + "0", PIN * 1000, "\N{SNOWMAN}"):
        assert (
            pins.check(ada, typed, now=NOON + LOCKED_FOR, policy=POLICY).result
            is not PinResult.RIGHT
        )


def test_whoever_has_no_pin_cannot_type_a_right_one(pins: Pins, people: People) -> None:
    """Nor can nobody at all."""
    bob = people.enroll("badges", NewPerson("Bob")).person_id
    assert pins.check(bob, PIN, now=NOON, policy=POLICY) == PinChecked(bob, PinResult.WRONG)
    with pytest.raises(NotFoundError):
        pins.check("nobody", PIN, now=NOON, policy=POLICY)


def test_wrong_pins_lock_it_for_a_while(pins: Pins, ada: str) -> None:
    """Then the right one is refused, too; later it is good, and the count begins anew."""
    assert _answers(pins, ada, WRONG, MOST_WRONG) == [PinResult.WRONG] * MOST_WRONG
    locked = pins.check(ada, PIN, now=NOON + LOCKED_FOR - timedelta(seconds=1), policy=POLICY)
    assert locked == PinChecked(ada, PinResult.LOCKED)

    assert pins.check(ada, PIN, now=NOON + LOCKED_FOR, policy=POLICY).result is PinResult.RIGHT
    assert _answers(pins, ada, WRONG, MOST_WRONG - 1) == [PinResult.WRONG] * (MOST_WRONG - 1)
    assert pins.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT


def test_after_a_lock_one_wrong_pin_locks_it_again(pins: Pins, ada: str) -> None:
    """Else a stranger had five tries every quarter of an hour."""
    _answers(pins, ada, WRONG, MOST_WRONG)
    later = NOON + LOCKED_FOR
    pins.check(ada, WRONG, now=later, policy=POLICY)
    state = pins.state(ada)
    assert state is not None
    assert state.locked_until == later + 2 * LOCKED_FOR
    assert pins.check(ada, PIN, now=later, policy=POLICY).result is PinResult.LOCKED


@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(4, None), (5, 900), (6, 1800), (7, 3600), (8, 7200), (9, 7200), (10**9, 7200)],
)
def test_locks_grow_up_to_the_longest(wrong: int, seconds: int | None) -> None:
    """As the rules of the site say."""
    until = None if seconds is None else NOON + timedelta(seconds=seconds)
    assert locked_after(wrong, NOON, POLICY) == until


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer(pins: Pins, ada: str) -> None:
    """No lock lasts longer than the longest; a little earlier is believed."""
    _answers(pins, ada, WRONG, MOST_WRONG)
    longest = timedelta(seconds=POLICY.longest)
    for back, result in (
        (longest - LOCKED_FOR, PinResult.LOCKED),
        (longest - LOCKED_FOR + timedelta(seconds=1), PinResult.RIGHT),
    ):
        assert pins.check(ada, PIN, now=NOON - back, policy=POLICY).result is result


def test_a_lock_does_not_hide_duress(pins: Pins, ada: str) -> None:
    """The door stays shut, but help is called."""
    _answers(pins, ada, WRONG, MOST_WRONG)
    check = pins.check(ada, DURESS, now=NOON, policy=POLICY)
    assert check.result is PinResult.LOCKED
    assert check.duress


def test_the_count_survives_a_restart(
    pins: Pins, ada: str, database: Database, path: Path, key: Key
) -> None:
    """And another door of the same file goes on with it."""
    _answers(pins, ada, WRONG, MOST_WRONG - 1)
    database.close()
    with open_collection(path, key) as reopened:
        Pins(reopened, key).check(ada, WRONG, now=NOON, policy=POLICY)
        state = Pins(reopened, key).state(ada)
        assert state is not None
        assert (state.wrong, state.locked_until) == (MOST_WRONG, NOON + LOCKED_FOR)


def test_a_clerk_may_forget_what_was_counted(pins: Pins, ada: str) -> None:
    """For somebody who stands before her, after some wrong tries."""
    _answers(pins, ada, WRONG, MOST_WRONG)
    pins.unlock(ada)
    assert pins.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT


def test_a_new_pin_takes_the_place_of_the_former(pins: Pins, ada: str) -> None:
    """With its variant of duress, and its lock."""
    _answers(pins, ada, WRONG, MOST_WRONG)
    later = NOON + timedelta(days=1)
    pins.set(ada, "4071", at=later)
    assert pins.check(ada, "4071", now=NOON, policy=POLICY).result is PinResult.RIGHT
    assert pins.check(ada, PIN, now=NOON, policy=POLICY) == PinChecked(ada, PinResult.WRONG)
    assert pins.check(ada, DURESS, now=NOON, policy=POLICY) == PinChecked(ada, PinResult.WRONG)
    state = pins.state(ada)
    assert state is not None
    assert (state.changed_at, state.has_duress) == (later, False)


@pytest.mark.parametrize(("pin", "duress"), [("1234", None), (PIN, "0000"), (PIN, "590373")])
def test_a_refused_pin_changes_nothing(pins: Pins, ada: str, pin: str, duress: str | None) -> None:
    """Neither of the two."""
    with pytest.raises(CollectionError):
        pins.set(ada, pin, duress=duress, at=NOON)
    assert pins.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT


def test_a_door_knows_that_there_is_a_pin(gallery: Gallery, pins: Pins, people: People) -> None:
    """At its next question, and no more than that."""
    bob = people.enroll("badges", NewPerson("Bob")).person_id
    assert not gallery.credentials(bob).has_pin
    pins.set(bob, PIN, at=NOON)
    assert gallery.credentials(bob).has_pin
    assert people.get(bob).has_pin
    pins.erase(bob)
    assert not gallery.credentials(bob).has_pin
    assert pins.state(bob) is None
    with pytest.raises(NotFoundError, match="no PIN"):
        pins.erase(bob)
    with pytest.raises(NotFoundError, match="no PIN"):
        pins.unlock(bob)


def test_equal_pins_do_not_look_equal(
    pins: Pins, people: People, ada: str, database: Database
) -> None:
    """And without the site's key none can be tried: the file alone tells nothing twice over."""
    bob = people.enroll("badges", NewPerson("Bob")).person_id
    pins.set(bob, PIN, at=NOON)
    hashes = {bytes(hash_) for (hash_,) in database.rows("SELECT hash FROM pins")}
    assert len(hashes) == 2
    with pytest.raises(KeyFileError):
        Pins(database, Key.random()).check(ada, PIN, now=NOON, policy=POLICY)


def test_pins_outlive_a_change_of_the_key(
    pins: Pins, ada: str, database: Database, key: Key
) -> None:
    """Nobody chooses a new one; the old key tries none any more."""
    pins.set(ada, PIN, at=NOON)
    new = Key.random()

    pins.change_key(new)

    for held in (pins, Pins(database, new)):
        assert held.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT
    with pytest.raises(KeyFileError):
        Pins(database, key).check(ada, PIN, now=NOON, policy=POLICY)


def test_pins_from_before_the_secret_are_right(
    pins: Pins, ada: str, database: Database, key: Key
) -> None:
    """They were hashed under what came of the site's key, which becomes the secret."""
    digest = hmac.digest(key.secret, PURPOSE, "sha256")
    salt = bytes(16)
    pins.set(ada, PIN, at=NOON)
    hashed = hmac.digest(digest, salt + PIN.encode(), "sha256")
    database.execute("UPDATE pins SET salt = ?, hash = ?", (salt, hashed))
    database.execute("DELETE FROM pin_secret")

    assert pins.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT
    pins.change_key(Key.random())
    assert pins.check(ada, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT


def test_no_digit_of_a_pin_is_shown_by_accident(pins: Pins, key: Key) -> None:
    """What is printed of the object holds no key."""
    shown = repr(pins) + repr(pins.__dict__)
    assert key.secret.hex() not in shown
    assert "key=" not in shown


def test_whoever_is_merged_keeps_her_pin_or_gets_the_others(
    pins: Pins, people: People, ada: str, gallery: Gallery
) -> None:
    """The one who is kept knows it, since she is one person."""
    twice = people.enroll("badges", NewPerson("Augusta")).person_id
    assert people.merge(twice, ada).has_pin
    assert pins.check(twice, PIN, now=NOON, policy=POLICY).result is PinResult.RIGHT
    assert gallery.credentials(twice).has_pin

    thrice = people.enroll("badges", NewPerson("Countess")).person_id
    pins.set(thrice, WRONG, at=NOON)
    people.merge(thrice, twice)
    assert pins.check(thrice, WRONG, now=NOON, policy=POLICY).result is PinResult.RIGHT
