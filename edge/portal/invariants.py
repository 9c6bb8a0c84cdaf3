"""What must hold after every step of the machine, whatever happened before.

Written without a look at how the machine does it, so that tests and a benchmark of a million
happenings can hold it against these rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge.domain import InputName, Reason
from edge.portal.effects import EGRESS, Note, NoteKind, Release, Secure, Why
from edge.portal.happenings import Granted, Happening, InputChanged
from edge.portal.machine import RECORDED_FIRST, Step
from edge.portal.policy import PortalPolicy
from edge.portal.state import Alarm, PortalState, Position

ALARM_NOTES = {
    Alarm.FORCED_OPEN: NoteKind.FORCED_OPEN,
    Alarm.HELD_OPEN: NoteKind.HELD_OPEN,
    Alarm.TAMPER: NoteKind.TAMPERED,
}


def violations(
    before: PortalState, happening: Happening, found: Step, policy: PortalPolicy
) -> tuple[str, ...]:
    """Return what *found*, the step from *before* by *happening*, breaks; nothing if all is well."""
    return (
        *_of_the_release(found.state, policy),
        *_of_the_way_out(before, happening, found.state, policy),
        *_of_refusals(before, happening, found),
        *_of_effects(before, found),
        *_of_alarms(before, found),
    )


def _of_the_release(state: PortalState, policy: PortalPolicy) -> Iterator[str]:
    release = state.release
    if release is None:
        return
    if not state.now < release.until <= state.now + policy.longest:
        yield f"released until {release.until}, at {state.now}"
    grounds = {
        Why.FIRE: state.fire and policy.fire_releases,
        Why.EXIT: state.exit is not None and policy.rex_releases,
        Why.GRANT: state.grant is not None,
        Why.OFFICE_MODE: state.office_until is not None and state.now < state.office_until,
        Why.UNLOCK_SCHEDULE: state.schedule_until is not None and state.now < state.schedule_until,
    }
    if not grounds[release.why]:
        yield f"released for {release.why}, which is not so"
    if state.lockdown and release.why not in EGRESS:
        yield f"released for {release.why} in lockdown"


def _of_the_way_out(
    before: PortalState, happening: Happening, state: PortalState, policy: PortalPolicy
) -> Iterator[str]:
    if state.fire and policy.fire_releases and state.release is None:
        yield "locked in a fire"
    pressed = happening == InputChanged(InputName.REX, active=True) and before.rex_since is None
    if pressed and policy.rex_releases and state.release is None:
        yield "locked although the exit button was pressed"


def _of_refusals(before: PortalState, happening: Happening, found: Step) -> Iterator[str]:
    if not isinstance(happening, Granted):
        return
    if before.lockdown and found.refused is not Reason.LOCKDOWN:
        yield "a grant was not refused in lockdown"
    if found.refused is None and found.state.release is None:
        yield "a grant did not release"
    if found.refused is Reason.BUSY and found.state.grant != before.grant:
        yield "a refused grant changed the one that runs"


def _of_effects(before: PortalState, found: Step) -> Iterator[str]:
    told, noted, late = before.release, 0, 0
    for effect in found.effects:
        if isinstance(effect, Release):
            told = effect
            if effect.why in EGRESS and noted:
                yield "a way out waited for a record"
            late += effect.why in RECORDED_FIRST
        elif isinstance(effect, Secure):
            told = None
            if noted:
                yield "securing waited for a record"
        elif isinstance(effect, Note):
            noted += 1
            if late:
                yield "a standing release came before its record"
    if told != found.state.release:
        yield f"the lock was told {told}, the state says {found.state.release}"


def _of_alarms(before: PortalState, found: Step) -> Iterator[str]:
    state = found.state
    notes = [effect.kind for effect in found.effects if isinstance(effect, Note)]
    for alarm, kind in ALARM_NOTES.items():
        began = alarm in state.alarms and alarm not in before.alarms
        if notes.count(kind) != began:
            yield f"{alarm} began {began:d} times and was recorded {notes.count(kind)} times"
    blind = InputName.CONTACT in state.dead
    if blind and InputName.CONTACT in before.dead:
        for kind in (NoteKind.FORCED_OPEN, NoteKind.HELD_OPEN):
            if kind in notes:
                yield f"{kind} was told by a contact that is dead"
    if blind and state.position is not Position.UNKNOWN:
        yield "a position of a contact that is dead"
    if state.position is Position.CLOSED and state.alarms - {Alarm.TAMPER}:
        yield "an alarm of an open door that is closed"
    release = before.release
    lasted = release is not None and state.now < release.until
    if lasted and Alarm.FORCED_OPEN in state.alarms - before.alarms:
        yield "a released door was forced"
