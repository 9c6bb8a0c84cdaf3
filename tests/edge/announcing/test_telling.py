"""What leaves the device, and what never does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.announcing.condition import Condition
from edge.announcing.discovery import Described, described
from edge.announcing.telling import DOOR_KINDS, is_silent, told
from edge.announcing.topics import Topics, decision, event_type, level, state
from edge.audit import AuditEntry, AuditEvent, EventKind

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOPICS = Topics("ostiary/main")


def entry(kind: EventKind, **values: object) -> AuditEntry:
    """Return entry 7."""
    return AuditEntry(7, AuditEvent(kind, NOON, **values), "ab" * 32)  # type: ignore[arg-type]


def test_of_a_decision_its_similarity_stays_here() -> None:
    """Whoever tries masks would learn by it which is the best."""
    values = told(entry(EventKind.DECISION, outcome="deny", reason="NO_MATCH", similarity=98.7))

    assert values == {
        "sequence": 7,
        "kind": "decision",
        "at": "2026-06-01T12:00:00.000000+00:00",
        "outcome": "deny",
        "reason": "NO_MATCH",
    }


@pytest.mark.parametrize("kind", sorted(EventKind))
def test_what_people_wrote_stays_here(kind: EventKind) -> None:
    """A detail is told only of kinds in which the program writes it."""
    values = told(entry(kind, detail="account 4711: let my wife in"))

    assert ("detail" in values) == (
        kind
        in {
            EventKind.ALARM,
            EventKind.DOOR_OPENED,
            EventKind.FAULT,
            EventKind.FORCED_OPEN,
            EventKind.HELD_OPEN,
            EventKind.INPUT_FAULT,
            EventKind.INPUT_RECOVERED,
            EventKind.READER_FAULT,
            EventKind.READER_RECOVERED,
            EventKind.TAMPERED,
            EventKind.TAMPER_ENDED,
        }
    )


def test_a_name_is_told_only_where_it_is_given() -> None:
    """By default a person is an id."""
    granted = entry(EventKind.DECISION, person_id="p-1")

    assert told(granted).get("person") is None
    assert told(granted)["person_id"] == "p-1"
    assert told(granted, name="Ada")["person"] == "Ada"


@pytest.mark.parametrize(
    "happened",
    [
        AuditEvent(EventKind.DURESS, NOON),
        AuditEvent(EventKind.DECISION, NOON, reason="DURESS"),
        AuditEvent(EventKind.ALARM, NOON, detail="Duress PIN"),
    ],
)
def test_whatever_speaks_of_duress_is_silent(happened: AuditEvent) -> None:
    """Whoever forces somebody stands beside her and reads the screen."""
    assert is_silent(happened)
    assert not is_silent(AuditEvent(EventKind.DECISION, NOON, reason="MATCH"))


def test_duress_is_no_matter_of_the_house_s_automation() -> None:
    """Neither are accounts, people's data and exports."""
    assert EventKind.DURESS not in DOOR_KINDS
    for kind in (EventKind.SIGN_IN, EventKind.PERSON_EXPORTED, EventKind.ENROLLED):
        assert kind not in DOOR_KINDS


def test_a_decision_that_is_told_late_is_none() -> None:
    """Nobody is greeted in whose place somebody else stands by now."""
    happened = AuditEvent(EventKind.DECISION, NOON, outcome="grant")

    prompt = decision(TOPICS, happened, {}, NOON + timedelta(seconds=29))
    late = decision(TOPICS, happened, {}, NOON + timedelta(seconds=31))

    assert prompt is not None
    assert json.loads(prompt.payload)["event_type"] == "granted"
    assert not prompt.retained
    assert late is None


def test_events_are_called_what_home_assistant_is_told_they_are() -> None:
    """An event type that is not in the description is thrown away."""
    grant = AuditEvent(EventKind.REMOTE_UNLOCK, NOON, outcome="grant")
    deny = AuditEvent(EventKind.DECISION, NOON, outcome="deny")

    assert [event_type(each) for each in (grant, deny)] == ["granted", "denied"]
    assert event_type(AuditEvent(EventKind.ALARM, NOON)) == "alarm"
    assert event_type(AuditEvent(EventKind.DOOR_OPENED, NOON)) is None


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Main door", "Main-door"),
        ("Haupteingang Süd", "Haupteingang-Sud"),
        ("a/b+c#", "a-b-c"),
        ("入口", "door"),
        ("$SYS", "SYS"),
    ],
)
def test_a_door_s_name_becomes_one_level_of_a_topic(name: str, made: str) -> None:
    """Whatever it is called, it reaches no other topic."""
    assert level(name) == made


def described_as(**values: object) -> dict[str, Any]:
    """Return the descriptions by their topics, empty ones as None."""
    door = Described(
        prefix="homeassistant",
        topics=TOPICS,
        unique="0123456789ab",
        name="Main door",
        site="Ostiary",
        version="1",
        commands=bool(values.get("commands")),
        names=bool(values.get("names")),
    )
    messages = described(door)
    assert all(message.retained for message in messages)
    return {
        message.topic: json.loads(message.payload) if message.payload else None
        for message in messages
    }


def test_every_entity_is_found_by_home_assistant() -> None:
    """Topics and object ids in the letters it allows, unique ids that are equal to them."""
    for topic, words in described_as().items():
        prefix, component, object_id, last = topic.split("/")
        assert (prefix, last) == ("homeassistant", "config")
        assert component in {"lock", "binary_sensor", "sensor", "event"}
        assert level(object_id) == object_id
        if isinstance(words, dict):
            assert words["unique_id"] == object_id
            assert words["device"]["identifiers"] == ["ostiary-0123456789ab"]
            assert words["origin"]["name"] == "Ostiary"
            assert words["state_topic"].startswith("ostiary/main/")


def test_a_lock_that_takes_no_commands_is_described_as_a_sign() -> None:
    """Home Assistant would show a button that does nothing; the other one is taken away."""
    lock = "homeassistant/lock/ostiary-0123456789ab-lock/config"
    sign = "homeassistant/binary_sensor/ostiary-0123456789ab-unlocked/config"
    silent, obeying = described_as(), described_as(commands=True)

    assert silent[lock] is None
    assert isinstance(silent[sign], dict)
    assert obeying[sign] is None
    assert isinstance(obeying[lock], dict)
    assert obeying[lock]["command_topic"] == "ostiary/main/command"
    assert (obeying[lock]["optimistic"], obeying[lock]["retain"]) == (False, False)


def test_the_state_says_locked_of_a_door_of_which_nothing_is_known() -> None:
    """And that it does not know whether it is open."""
    said = json.loads(state(TOPICS, Condition(), NOON, name=None).payload)

    assert (said["lock"], said["door"], said["last_person_id"]) == ("LOCKED", "unknown", None)


def test_templates_read_what_the_state_says() -> None:
    """Every value_json.NAME of a description is a name in the state."""
    said = json.loads(state(TOPICS, Condition(), NOON, name=None).payload)
    templates = [
        str(words["value_template"])
        for words in described_as(commands=True, names=True).values()
        if isinstance(words, dict) and "value_template" in words
    ]

    read = {
        part.split(" ")[0].split("}")[0].strip("),")
        for template in templates
        for part in template.split("value_json.")[1:]
    }

    assert templates
    assert read <= set(said)
