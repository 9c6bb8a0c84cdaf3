"""What is recorded, in words for people; a reason or kind without words is shown as it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from edge.audit import AuditEntry, EventKind
from edge.collection.people import People
from edge.errors import NotFoundError
from enroll.accounts import Accounts

KINDS = {
    EventKind.DECISION: "A face at the door",
    EventKind.SIGHTED: "Seen by a camera",
    EventKind.REMOTE_UNLOCK: "Asked to unlock",
    EventKind.REMOTE_COMMAND: "Asked of the door",
    EventKind.ENROLLED: "Enrolled",
    EventKind.PERSON_CHANGED: "Person changed",
    EventKind.PERSON_DELETED: "Person erased",
    EventKind.FACES_INDEXED: "Faces indexed",
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
    EventKind.PERSON_EXPORTED: "A person's data exported",
    EventKind.ACCOUNT_INVITED: "Account invited",
    EventKind.ACCOUNT_CREATED: "Account made",
    EventKind.ACCOUNT_REMOVED: "Account removed",
    EventKind.PASSWORD_CHANGED: "Password changed",
    EventKind.SECOND_STEP_ON: "Second step switched on",
    EventKind.SECOND_STEP_OFF: "Second step switched off",
    EventKind.KEY_CREATED: "Access key made",
    EventKind.KEY_REVOKED: "Access key revoked",
    EventKind.PEOPLE_EXPORTED: "People exported",
    EventKind.PEOPLE_IMPORTED: "People imported",
    EventKind.EVENTS_EXPORTED: "Events exported",
    EventKind.BACKED_UP: "Backed up",
    EventKind.RESTORED: "Put back from a backup",
    EventKind.SITE_KEY_CHANGED: "Key of the site changed",
    EventKind.EMBEDDER_CHANGE_BEGAN: "Change of the embedder begun",
    EventKind.EMBEDDER_CHANGE_FINISHED: "Change of the embedder finished",
    EventKind.EMBEDDER_CHANGE_TAKEN_BACK: "Change of the embedder taken back",
    EventKind.CREDENTIAL_SHOWN: "Badge or PIN at the door",
    EventKind.EXIT_REQUESTED: "Exit button pressed",
    EventKind.DOOR_OPENED: "Door opened",
    EventKind.DOOR_CLOSED: "Door closed",
    EventKind.HELD_OPEN_WARNING: "Door open for long",
    EventKind.HELD_OPEN: "Door held open",
    EventKind.FORCED_OPEN: "Door forced open",
    EventKind.TAMPERED: "Housing opened",
    EventKind.TAMPER_ENDED: "Housing closed",
    EventKind.FIRE_RELEASE: "Released by the fire alarm",
    EventKind.FIRE_ENDED: "Fire alarm ended",
    EventKind.LOCKDOWN_BEGAN: "Lockdown",
    EventKind.LOCKDOWN_ENDED: "Lockdown ended",
    EventKind.OFFICE_MODE_BEGAN: "Left unlocked (office mode)",
    EventKind.OFFICE_MODE_ENDED: "Office mode ended",
    EventKind.UNLOCK_SCHEDULE_BEGAN: "Unlocked by schedule",
    EventKind.UNLOCK_SCHEDULE_ENDED: "Unlock schedule ended",
    EventKind.INPUT_FAULT: "An input is dead",
    EventKind.INPUT_RECOVERED: "An input works again",
    EventKind.READER_FAULT: "A reader is lost",
    EventKind.READER_RECOVERED: "A reader is back",
    EventKind.DURESS: "Opened under duress",
    EventKind.RULES_CHANGED: "Rules changed",
    EventKind.MEMBERSHIP_CHANGED: "Groups of a person changed",
    EventKind.PIN_CHANGED: "PIN changed",
    EventKind.WHEREABOUTS_RESET: "Who is inside was reset",
    EventKind.CHECKPOINT: "Record sealed",
    EventKind.AUDIT_PRUNED: "Old events removed",
    EventKind.TEXT_ERASED: "Text of an event erased",
    EventKind.CLOCK_CHANGED: "Clock changed",
    EventKind.DATABASE_DAMAGED: "A damaged database was put aside",
    EventKind.FAULT: "Fault",
    EventKind.ALARM: "Alarm",
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
    "BACKED_OFF": "the door rests after too many pictures of faces",
    "BUSY": "the door was open already",
    "UNKNOWN_BADGE": "a badge that nobody has",
    "WRONG_PERSON": "not the face of the badge's owner",
    "WRONG_PIN": "a wrong PIN",
    "PIN_LOCKED": "too many wrong PINs",
    "NO_PERMISSION": "may not pass this door",
    "OUTSIDE_SCHEDULE": "not at this time",
    "FACE_ALONE_REFUSED": "too many people for faces alone",
    "FACTOR_TIMED_OUT": "the second credential did not come in time",
    "SECOND_PERSON_NEEDED": "two people are needed",
    "ANTI_PASSBACK": "went in already and never came out",
    "LOCKDOWN": "the door is in lockdown",
    "CLOCK_WRONG": "the door's clock is plainly wrong",
    "PANEL_LOST": "the panel did not take the badge's number",
    "OTHER_DEVICE": "another device",
    "REQUESTED": "unlocked on request",
    "DONE": "done",
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
    """An event as a page shows it. *who* is None where the event is about nobody.

    *known* says that there is a page about that person; *more* is the detail, accounts by name.
    """

    entry: AuditEntry
    what: str
    why: str
    who: str | None
    known: bool
    more: str

    @property
    def mark(self) -> str:
        """How to colour it: "good", "bad" or ""."""
        return {"grant": "good", "deny": "bad"}.get(self.entry.event.outcome or "", "")


class Names:
    """The names of people and accounts, each looked up once."""

    def __init__(self, people: People, accounts: Accounts) -> None:
        self._people = people
        self._accounts = accounts
        self._known: dict[str, str | None] = {}

    def person(self, person_id: str) -> str | None:
        """Return the name of a person, or None if she is erased."""
        if person_id not in self._known:
            try:
                self._known[person_id] = self._people.get(person_id).name
            except NotFoundError:
                self._known[person_id] = None
        return self._known[person_id]

    def account(self, account_id: str) -> str | None:
        """Return the name of an account, or None if it was removed."""
        if account_id not in self._known:
            account = self._accounts.by_id(account_id)
            self._known[account_id] = None if account is None else account.name
        return self._known[account_id]


def lines_of(entries: Iterable[AuditEntry], names: Names) -> tuple[EventLine, ...]:
    """Return *entries* in words."""
    return tuple(_line(entry, names) for entry in entries)


def _line(entry: AuditEntry, names: Names) -> EventLine:
    event = entry.event
    name = None if event.person_id is None else names.person(event.person_id)
    about_somebody = event.person_id is not None or (
        entry.erased and event.kind is not EventKind.REMOTE_UNLOCK
    )
    return EventLine(
        entry=entry,
        what=kind_in_words(event.kind),
        why=reason_in_words(event.reason),
        who=(name or "an erased person") if about_somebody else None,
        known=name is not None,
        more=_ACCOUNT.sub(lambda found: names.account(found[1]) or found[0], event.detail),
    )


_ACCOUNT = re.compile(r"\baccount ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""How an account is named in a detail."""
