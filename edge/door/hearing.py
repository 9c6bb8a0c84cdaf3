"""A turn of the door for its readers: what was shown, what it switches, what is shown no more."""

from __future__ import annotations

from datetime import datetime

from edge.access.standing import Switch
from edge.audit import AuditEvent, EventKind
from edge.domain import Shown, ShownKind
from edge.door.admission import Admission
from edge.door.parts import Badges, Control, Credentialing, Record
from edge.door.settling import Settling
from edge.door.switching import Switching


class Hearing:
    """Hears what is shown at the door named *door*; for one thread."""

    def __init__(
        self,
        *,
        door: str,
        readers: Credentialing | None,
        gallery: Badges,
        admission: Admission,
        switching: Switching,
        control: Control,
        audit: Record,
        settling: Settling,
    ) -> None:
        self._door = door
        self._readers = readers
        self._gallery = gallery
        self._admission = admission
        self._switching = switching
        self._control = control
        self._audit = audit
        self._settling = settling

    def turn(self, *, now: float, at: datetime) -> None:
        """Answer what was shown since the last turn, and what time has ended.

        :raises AuditError: if an answer cannot be recorded; it was not carried out.
        :raises OstiaryError: if something cannot be looked up; then nothing was shown.
        """
        if self._readers is not None:
            for name, lost in self._readers.changes():
                kind = EventKind.READER_FAULT if lost else EventKind.READER_RECOVERED
                self._audit.append(AuditEvent(kind=kind, at=at, door=self._door, detail=name))
            for what in self._readers.take():
                if not self._switched(what, now=now, at=at):
                    answers = self._admission.credential(what, now=now, at=at)
                    self._settling.settle(answers, at)
        self._settling.settle(self._admission.elapsed(now=now, at=at), at)

    def _switched(self, what: Shown, *, now: float, at: datetime) -> bool:
        """Switch what showing a badge again switches; tell whether it did."""
        if what.kind is not ShownKind.BADGE:
            return False
        owner = self._gallery.by_badge(what.value)
        rules = self._admission.rules(at)
        switch = self._switching.shown(what.value, owner, rules, now=now, at=at)
        if switch is None or owner is None:
            return False
        # Whose badge it was stands in an event of hers: it must not outlive her in another.
        self._audit.append(
            AuditEvent(
                kind=EventKind.CREDENTIAL_SHOWN,
                at=at,
                door=self._door,
                person_id=owner.person_id,
                detail=f"badge again: {switch}",
            )
        )
        if switch is Switch.LOCKDOWN:
            self._control.lockdown(active=True, detail="by badge")
        else:
            active = not self._control.condition.office
            self._control.office_mode(active=active, detail="by badge")
        return True
