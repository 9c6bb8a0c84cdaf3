"""Groups, PINs, badges of duress and look-alikes from the command line, each of them recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked, PinResult
from edge.collection.pins import Pins
from edge.commands.program import Program
from tests.edge.commands.conftest import Ostiary
from tests.edge.commands.test_people_commands import enrolled


@pytest.fixture
def person_id(ostiary: Ostiary, photos: Path) -> str:
    """Enroll Karl Bell with badge 77."""
    return enrolled(ostiary, photos)


def details(ostiary: Ostiary, kind: str) -> list[str]:
    """Return what is told of every event of *kind*."""
    events = [entry["event"] for entry in ostiary("audit", "list", "--json").json]
    return [event["detail"] for event in events if event["kind"] == kind]


def checked(site: Path, person_id: str, typed: str) -> PinChecked:
    """Type a PIN, as a door would have it checked."""
    with Program(site) as program:
        pins = Pins(program.core.database, program.core.key)
        return pins.check(person_id, typed, now=datetime.now(UTC), policy=PinPolicy())


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let somebody type *lines* where nothing is echoed."""
    typed: Iterator[str] = iter(lines)
    monkeypatch.setattr(click.termui, "hidden_prompt_func", lambda _prompt: next(typed))


def test_groups_are_joined_left_and_shown(ostiary: Ostiary, person_id: str) -> None:
    """And what changed is recorded, once for each change."""
    joined = ostiary("people", "groups", "77", "--add", "Staff", "--add", "Guards", "--json")
    assert joined.json == {"person_id": person_id, "groups": ["Guards", "Staff"]}
    assert ostiary("people", "groups", "77", "--add", "Staff", "--remove", "Guards").status == 0
    assert "Karl Bell is in Staff." in ostiary("people", "groups", "77").out
    assert "Staff" in ostiary("people", "show", "77").out
    assert ostiary("people", "groups", "77", "--add", "Staff").status == 0

    told = [detail.partition(" by ")[0] for detail in details(ostiary, "membership-changed")]
    assert told == ["joined Guards, Staff,", "left Guards,"]


def test_a_bad_group_is_refused(ostiary: Ostiary, person_id: str) -> None:
    """With what may be done about it, and nothing changed."""
    answer = ostiary("people", "groups", person_id, "--add", "x" * 65)
    assert answer.status == 5
    assert "1 to 64 characters" in answer.err
    assert details(ostiary, "membership-changed") == []


def test_a_pin_is_typed_twice_without_echo(
    ostiary: Ostiary, site: Path, person_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one for duress if wanted; neither is printed nor recorded."""
    typing(monkeypatch, "590372", "590372", "815946", "815946")
    answer = ostiary("people", "pin", "77", "--duress")
    assert answer.status == 0, answer.err
    assert checked(site, person_id, "590372") == PinChecked(person_id, PinResult.RIGHT)
    assert checked(site, person_id, "815946") == PinChecked(person_id, PinResult.RIGHT, duress=True)

    everything = answer.out + answer.err + ostiary("audit", "list", "--json").out
    everything += (
        ostiary("people", "show", "77", "--json").out + ostiary("people", "export", "77").out
    )
    assert "590372" not in everything
    assert "815946" not in everything
    assert [each.partition(",")[0] for each in details(ostiary, "pin-changed")] == ["set"]


def test_a_pin_that_is_refused_is_not_set(
    ostiary: Ostiary, site: Path, person_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that everybody tries first; and it is not in the message."""
    typing(monkeypatch, "1234", "1234")
    answer = ostiary("people", "pin", "77")
    assert answer.status == 5
    assert "1234" not in answer.out + answer.err
    assert checked(site, person_id, "1234").result is PinResult.WRONG
    assert details(ostiary, "pin-changed") == []


def test_a_pin_is_made_up_and_told_once(ostiary: Ostiary, site: Path, person_id: str) -> None:
    """Then it can be erased, and a locked one unlocked."""
    made = ostiary("people", "pin", "77", "--generate", "--duress", "--digits", "8", "--json").json
    assert len(made["pin"]) == len(made["duress"]) == 8
    for _ in range(PinPolicy().tries):
        checked(site, person_id, "0")
    assert checked(site, person_id, made["pin"]).result is PinResult.LOCKED
    assert ostiary("people", "pin", "77", "--unlock").status == 0
    assert checked(site, person_id, made["pin"]).result is PinResult.RIGHT

    shown = ostiary("people", "pin", "77", "--generate").out
    assert "PIN: " in shown
    assert ostiary("people", "pin", "77", "--erase").status == 0
    assert checked(site, person_id, made["pin"]).result is PinResult.WRONG
    assert ostiary("people", "pin", "77", "--erase").status == 5
    told = [each.partition(",")[0] for each in details(ostiary, "pin-changed")]
    assert told == ["set", "unlocked", "set", "erased"]


def test_setting_and_erasing_at_once_is_a_mistake(ostiary: Ostiary, person_id: str) -> None:
    """Nobody knows which of the two is meant."""
    assert ostiary("people", "pin", person_id, "--erase", "--generate").status == 2


def test_a_badge_is_kept_for_duress(ostiary: Ostiary, person_id: str) -> None:
    """Until it is one as any other again."""
    ostiary("badges", "add", person_id, "78")
    assert ostiary("badges", "duress", "78").status == 0
    badges = {
        each["badge"]["number"]: each["badge"] for each in ostiary("badges", "list", "--json").json
    }
    assert badges["78"]["duress"]
    assert not badges["77"]["duress"]
    assert "78 (for duress)" in ostiary("people", "show", "77").out
    assert ostiary("badges", "duress", "78", "--off").status == 0
    assert "for duress" not in ostiary("people", "show", "77").out


def test_look_alikes_are_marked_by_hand(ostiary: Ostiary, photos: Path, person_id: str) -> None:
    """For two people whom the clerk knows to be confused, such as twins."""
    other = ostiary(
        "enroll", photos / "stranger.png", "--name", "Eileen", "--badge", "5", "--json"
    ).json["person_id"]
    assert ostiary("people", "alike", "Karl Bell", "Eileen").status == 0
    assert ostiary("people", "show", "77", "--json").json["look_alikes"] == [other]
    assert ostiary("people", "alike", "77", "5", "--not").status == 0
    assert ostiary("people", "show", "77", "--json").json["look_alikes"] == []
    told = [each.partition(", by")[0] for each in details(ostiary, "person-changed")]
    assert told == [f"is a look-alike of {other}", f"is no look-alike of {other}"]


def test_whoever_has_no_face_cannot_be_mistaken(
    ostiary: Ostiary, site: Path, person_id: str
) -> None:
    """The mark would mean nothing."""
    ostiary("enroll", "--name", "Bob", "--badge", "6", "--declined")
    answer = ostiary("people", "alike", "77", "6")
    assert answer.status == 5
    assert "with faces" in answer.err
