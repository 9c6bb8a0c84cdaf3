"""What is published by MQTT, and where: pure, apart from the broker.

| topic | retained | what |
|---|---|---|
| ``<base>/status`` | yes | ``online`` or ``offline``: whether the rest is kept up to date |
| ``<base>/state`` | yes | how the door is, as JSON |
| ``<base>/events`` | no | everything that happens there, in order, each at least once |
| ``<base>/decision`` | no | grants, denials and alarms as they happen: late ones are left out |
| ``<base>/command`` | never | asks to unlock, where that is switched on |
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.announcing.condition import Condition
from edge.announcing.telling import Told
from edge.audit import AuditEvent, EventKind
from edge.domain import Outcome
from edge.storage.times import to_text_or_none

ONLINE, OFFLINE = b"online", b"offline"

PROMPT = timedelta(seconds=30)
"""A decision that is told later than this does not happen now: an automation that greets somebody
must not greet whoever stands there instead."""

_OTHER = re.compile(r"[^A-Za-z0-9_\-]+")


@dataclass(frozen=True, slots=True)
class Message:
    """What is published on *topic*; a *retained* one waits at the broker for who comes later."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one door below *base*."""

    base: str

    @property
    def status(self) -> str:
        return f"{self.base}/status"

    @property
    def state(self) -> str:
        return f"{self.base}/state"

    @property
    def events(self) -> str:
        return f"{self.base}/events"

    @property
    def decision(self) -> str:
        return f"{self.base}/decision"

    @property
    def command(self) -> str:
        return f"{self.base}/command"

    @property
    def test(self) -> str:
        return f"{self.base}/test"


def level(name: str) -> str:
    """Return *name* as one level of a topic: letters of ASCII, digits, - and _."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", plain).strip("-") or "door"


def status(topics: Topics, *, online: bool) -> Message:
    """Say whether somebody keeps the door's state up to date; the broker itself says the worse."""
    return Message(topics.status, ONLINE if online else OFFLINE, retained=True)


def state(topics: Topics, condition: Condition, now: datetime, *, name: str | None) -> Message:
    """Say how the door is at *now*; *name* is that of who was let in last, where names are told."""
    return Message(
        topics.state,
        _json(
            {
                "lock": "UNLOCKED" if condition.unlocked(now) else "LOCKED",
                "door": _position(condition),
                "held_open": condition.held_open,
                "forced_open": condition.forced,
                "tampered": condition.tampered,
                "lockdown": condition.lockdown,
                "standing": sorted(condition.standing),
                "running": condition.running,
                "faults": sorted(condition.faults),
                "last_person_id": condition.person_id,
                "last_person": name,
                "last_outcome": condition.outcome,
                "last_reason": condition.reason,
                "last_decision_at": to_text_or_none(condition.decided_at),
            }
        ),
        retained=True,
    )


def _position(condition: Condition) -> str:
    if condition.opened is None:
        return "unknown"
    return "open" if condition.opened else "closed"


def event(topics: Topics, values: Told) -> Message:
    """Say what happened."""
    return Message(topics.events, _json(values))


def decision(topics: Topics, happened: AuditEvent, values: Told, now: datetime) -> Message | None:
    """Say what was decided, for Home Assistant's event entity; None for what is none, or late."""
    kind = event_type(happened)
    if kind is None or now - happened.at > PROMPT:
        return None
    return Message(topics.decision, _json({"event_type": kind, **values}))


EVENT_TYPES = ("granted", "denied", "alarm")


def event_type(happened: AuditEvent) -> str | None:
    """Return what *happened* is called among :data:`EVENT_TYPES`, or None."""
    if happened.kind is EventKind.ALARM:
        return "alarm"
    if happened.kind in (EventKind.DECISION, EventKind.REMOTE_UNLOCK):
        return "granted" if happened.outcome == Outcome.GRANT else "denied"
    return None


def duress(topic: str, values: Told) -> Message:
    """Say, where nobody at the door can read it, that somebody was forced to open."""
    return Message(topic, _json(values))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
