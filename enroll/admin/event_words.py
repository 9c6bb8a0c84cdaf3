"""What is recorded, in words for people; a reason or kind without words is shown as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edge.audit import AuditEntry, EventKind
from edge.collection.people import People
from edge.errors import NotFoundError

KINDS = {
    EventKind.DECISION: "A face at the door",
    EventKind.REMOTE_UNLOCK: "Asked to unlock",
    EventKind.ENROLLED: "Enrolled",
    EventKind.PERSON_CHANGED: "Person changed",
    EventKind.PERSON_DELETED: "Person erased",
    EventKind.FACE_DELETED: "Face erased",
    EventKind.BADGE_ADDED: "Badge added",
    EventKind.BADGE_REVOKED: "Badge revoked",
    EventKind.BADGE_REINSTATED: "Badge reinstated",
    EventKind.BADGE_REMOVED: "Badge removed",
    EventKind.COLLECTION_CREATED: "Collection made",
    EventKind.COLLECTION_DELETED: "Collection erased",
    EventKind.DOOR_STARTED: "Door started",
    EventKind.DOOR_STOPPED: "Door stopped",
    EventKind.SIGN_IN: "Signed in",
    EventKind.SIGN_IN_REFUSED: "Sign-in refused",
    EventKind.SETTINGS_CHANGED: "Settings changed",
    EventKind.FAULT: "Fault",
}

REASONS = {
    "MATCH": "recognized",
    "NO_MATCH": "nobody who is enrolled",
    "SIMILARITY_TOO_LOW": "not alike enough",
    "AMBIGUOUS": "could be one of two people",
    "SECOND_FACTOR_NEEDED": "has a look-alike, so the face is not enough",
    "PERSON_SUSPENDED": "suspended",
    "PERSON_NOT_YET_VALID": "not valid yet",
    "PERSON_EXPIRED": "no longer valid",
    "NO_BADGE": "has no badge",
    "BADGE_NOT_YET_VALID": "badge not valid yet",
    "BADGE_EXPIRED": "badge expired",
    "BADGE_REVOKED": "badge revoked",
    "LOW_QUALITY": "not seen well enough",
    "NOT_LIVE": "not a living face",
    "BUSY": "the door was open already",
    "REQUESTED": "unlocked on request",
    "STALE": "asked too long before",
    "UNKNOWN_DOOR": "asked of another door",
    "LOCK_FAULT": "the lock did not obey",
}


def kind_in_words(kind: EventKind) -> str:
    """Return what *kind* is called."""
    return KINDS.get(kind, kind.value.replace("-", " ").capitalize())


def reason_in_words(reason: str | None) -> str:
    """Return what *reason* is called; "" for none."""
    if reason is None:
        return ""
    return REASONS.get(reason, reason.replace("_", " ").lower())


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as a page shows it. *who* is None where the event is about nobody."""

    entry: AuditEntry
    what: str
    why: str
    who: str | None

    @property
    def mark(self) -> str:
        """How to colour it: "good", "bad" or ""."""
        return {"grant": "good", "deny": "bad"}.get(self.entry.event.outcome or "", "")


def lines_of(
    entries: Iterable[AuditEntry], name_of: Callable[[str], str | None]
) -> tuple[EventLine, ...]:
    """Return *entries* in words; *name_of* gives the name of a person, or None for an erased one."""
    return tuple(
        EventLine(
            entry=entry,
            what=kind_in_words(entry.event.kind),
            why=reason_in_words(entry.event.reason),
            who=None
            if entry.event.person_id is None
            else name_of(entry.event.person_id) or "an erased person",
        )
        for entry in entries
    )


class Names:
    """The names of people, each looked up once."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._known: dict[str, str | None] = {}

    def __call__(self, person_id: str) -> str | None:
        """Return the name of a person, or None if she is erased."""
        if person_id not in self._known:
            try:
                self._known[person_id] = self._people.get(person_id).name
            except NotFoundError:
                self._known[person_id] = None
        return self._known[person_id]
