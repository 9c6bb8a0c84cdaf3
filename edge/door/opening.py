"""What a grant does: release the door's own lock, or tell somebody else's panel whose badge it was."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from edge.access.verdict import Verdict
from edge.domain import Badge, Reason
from edge.door.parts import Badges, Control
from edge.errors import PanelError
from edge.hardware import Panel
from edge.portal import Alarm, DoorCondition

log = logging.getLogger(__name__)


class Opening(Protocol):
    """What opens a door for somebody whom the rules let pass."""

    @property
    def condition(self) -> DoorCondition: ...

    @property
    def refusal(self) -> Reason | None:
        """Why a grant would be of no use now, if it would be."""

    def open(self, verdict: Verdict, badge: str | None, at: datetime) -> Reason | None:
        """Open for *verdict*, a grant at *at*; return why not, if not.

        :raises LockError: if the lock did not obey.
        """


class LockOpening:
    """The appliance drives the lock itself."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def condition(self) -> DoorCondition:
        return self._control.condition

    @property
    def refusal(self) -> Reason | None:
        return self._control.refusal

    def open(self, verdict: Verdict, badge: str | None, at: datetime) -> Reason | None:  # noqa: ARG002 - Opening's signature
        if self._control.grant(extended=verdict.extended):
            return None
        return self._control.refusal or Reason.BUSY


class PanelOpening:
    """A panel drives the lock, and may refuse; it is told the badge of whoever was recognized.

    That is the badge she showed, else the newest of hers that is valid.
    """

    def __init__(self, panel: Panel, *, control: Control, gallery: Badges) -> None:
        self._panel = panel
        self._control = control
        self._gallery = gallery
        self._lost = False

    @property
    def condition(self) -> DoorCondition:
        return self._control.condition

    @property
    def refusal(self) -> Reason | None:
        """Why not: in lockdown nothing is told, whatever the panel would do with it."""
        return Reason.LOCKDOWN if self._control.condition.lockdown else None

    def open(self, verdict: Verdict, badge: str | None, at: datetime) -> Reason | None:
        number = badge or self._badge_of(verdict.person_id, at)
        if number is None:
            return Reason.NO_BADGE
        try:
            told = self._panel.announce(number)
        except PanelError as error:
            if not self._lost:
                log.error("the panel %s cannot be told a badge: %s", self._panel.name, error)  # noqa: TRY400 - it tells the remedy
            self._lost, told = True, False
        else:
            if self._lost and told:
                log.warning("the panel %s is told of badges again", self._panel.name)
                self._lost = False
        return None if told else Reason.PANEL_LOST

    def _badge_of(self, person_id: str | None, at: datetime) -> str | None:
        if person_id is None:
            return None
        badges = self._gallery.credentials(person_id).badges
        return next((badge.number for badge in reversed(badges) if _is_valid(badge, at)), None)


class PanelTamper:
    """A sign of the door that tells a panel when the housing is opened, and when it is shut."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._told = False

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:  # noqa: ARG002 - Sign's signature
        """Tell the panel what has changed."""
        active = Alarm.TAMPER in condition.alarms
        if active != self._told:
            self._told = active
            self._panel.tamper(active=active)


def _is_valid(badge: Badge, at: datetime) -> bool:
    return (
        not badge.duress
        and (badge.revoked_at is None or at < badge.revoked_at)
        and (badge.valid_from is None or badge.valid_from <= at)
        and (badge.valid_until is None or at < badge.valid_until)
    )
