"""How Home Assistant finds a door: one retained description of each entity.

After home-assistant.io/integrations/mqtt, "MQTT discovery": topic
``<prefix>/<component>/<object id>/config``, the object id equal to the unique id; an empty
description takes an entity away. Every entity reads the door's one state by a template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from edge.announcing.topics import EVENT_TYPES, Message, Topics

Description = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The door that is described. *unique* tells it from every other door of the house."""

    prefix: str
    topics: Topics
    unique: str
    name: str
    site: str
    version: str
    commands: bool
    names: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of Home Assistant: *component* is its platform; None in *words* takes it away."""

    component: str
    key: str
    words: Description | None


def described(door: Described) -> tuple[Message, ...]:
    """Return the descriptions of all entities of *door*, those that are not wanted taken away."""
    return tuple(_message(door, entity) for entity in _entities(door))


def _message(door: Described, entity: Entity) -> Message:
    unique = f"ostiary-{door.unique}-{entity.key}"
    topic = f"{door.prefix}/{entity.component}/{unique}/config"
    if entity.words is None:
        return Message(topic, b"", retained=True)
    common: Description = {
        "unique_id": unique,
        "qos": 1,
        "device": {
            "identifiers": [f"ostiary-{door.unique}"],
            "name": door.name,
            "manufacturer": "Ostiary",
            "model": door.site,
            "sw_version": door.version,
        },
        "origin": {"name": "Ostiary", "sw_version": door.version},
    }
    # Whether anybody keeps the others up to date is itself never unavailable.
    if entity.key != "online":
        common["availability_topic"] = door.topics.status
    return Message(
        topic, json.dumps(common | entity.words, ensure_ascii=False).encode(), retained=True
    )


def _entities(door: Described) -> Iterator[Entity]:
    yield from _lock(door)
    yield _flag(door, "door", "Door", "door", "value_json.door == 'open'")
    yield _flag(door, "forced_open", "Forced open", "safety", "value_json.forced_open")
    yield _flag(door, "held_open", "Held open", "problem", "value_json.held_open")
    yield _flag(door, "tampered", "Tamper", "tamper", "value_json.tampered")
    yield _flag(door, "lockdown", "Lockdown", "safety", "value_json.lockdown")
    problem = "value_json.faults or not value_json.running"
    yield _flag(door, "problem", "Problem", "problem", problem)
    yield Entity(
        "binary_sensor",
        "online",
        {
            "name": "Online",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "state_topic": door.topics.status,
            "payload_on": "online",
            "payload_off": "offline",
        },
    )
    person = "value_json.last_person or value_json.last_person_id"
    yield Entity(
        "sensor",
        "last_person",
        {
            "name": "Last person",
            "icon": "mdi:account",
            "state_topic": door.topics.state,
            "value_template": "{{ %s or 'unknown' }}"
            % (person if door.names else "value_json.last_person_id"),
        },
    )
    yield Entity(
        "event",
        "decision",
        {
            "name": "Decision",
            "icon": "mdi:door-open",
            "state_topic": door.topics.decision,
            "event_types": list(EVENT_TYPES),
        },
    )


def _lock(door: Described) -> Iterator[Entity]:
    """Describe the lock: as one that takes commands, or as one that only shows itself.

    Home Assistant's lock must have a topic of commands; one that nobody obeys would be a lie.
    """
    state: Description = {
        "name": "Lock",
        "state_topic": door.topics.state,
    }
    lock = state | {
        "command_topic": door.topics.command,
        "payload_lock": "LOCK",
        "payload_unlock": "UNLOCK",
        "state_locked": "LOCKED",
        "state_unlocked": "UNLOCKED",
        "optimistic": False,
        "retain": False,
        "value_template": "{{ value_json.lock }}",
    }
    sign = state | {
        "device_class": "lock",
        "value_template": "{{ 'ON' if value_json.lock == 'UNLOCKED' else 'OFF' }}",
    }
    yield Entity("lock", "lock", lock if door.commands else None)
    yield Entity("binary_sensor", "unlocked", None if door.commands else sign)


def _flag(door: Described, key: str, name: str, device_class: str, condition: str) -> Entity:
    words: Description = {
        "name": name,
        "device_class": device_class,
        "state_topic": door.topics.state,
        "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
    }
    if key == "door":
        # Where no contact tells, neither open nor closed would be true (binary_sensor.mqtt: None).
        words["value_template"] = (
            "{{ {'open': 'ON', 'closed': 'OFF'}.get(value_json.door, 'None') }}"
        )
    return Entity("binary_sensor", key, words)
