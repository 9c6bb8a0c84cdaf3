"""What is worth recording between two states of a door: every beginning and every end, once."""

from __future__ import annotations

from collections.abc import Iterator

from edge.domain import InputName
from edge.portal.effects import EGRESS, Note, NoteKind
from edge.portal.happenings import Happening, InputLost, Lockdown, OfficeMode
from edge.portal.policy import PortalPolicy
from edge.portal.state import Alarm, PortalState, Position

SUSPENDED = {
    InputName.CONTACT: "; forced and held open are not watched",
    InputName.REX: "; it releases nothing",
    InputName.TAMPER: "",
    InputName.FIRE: "",
}
"""What a door does without each of its inputs."""


def notes_between(
    before: PortalState, after: PortalState, happening: Happening, policy: PortalPolicy
) -> tuple[Note, ...]:
    """Return what is to be recorded of the step from *before* to *after* by *happening*.

    What happens while a way out is free, or ends, may be recorded later.
    """
    owed = any(
        state.release is not None and state.release.why in EGRESS for state in (before, after)
    )
    found = (
        *_of_the_leaf(before, after),
        *_of_inputs(before, after, happening, policy),
        *_of_modes(before, after, happening),
    )
    return tuple(Note(kind, detail, owed) for kind, detail in found)


def _of_the_leaf(before: PortalState, after: PortalState) -> Iterator[tuple[NoteKind, str]]:
    began = after.alarms - before.alarms
    if after.rex_since is not None and after.rex_since != before.rex_since:
        yield NoteKind.EXIT_REQUESTED, ""
    if after.position is not before.position:
        if after.position is Position.OPEN:
            yield NoteKind.DOOR_OPENED, _by(before, after)
        elif after.position is Position.CLOSED:
            yield NoteKind.DOOR_CLOSED, ""
    if Alarm.FORCED_OPEN in began:
        yield NoteKind.FORCED_OPEN, ""
    if after.warned and not before.warned:
        yield NoteKind.HELD_OPEN_WARNING, ""
    if Alarm.HELD_OPEN in began:
        yield NoteKind.HELD_OPEN, ""


def _by(before: PortalState, after: PortalState) -> str:
    """Return by what the door was free to open at *after*, in a word; "" if by nothing."""
    release = before.release
    if release is not None and after.now < release.until:
        return release.why
    return "exit" if after.now < before.shunt_until else ""


def _of_inputs(
    before: PortalState, after: PortalState, happening: Happening, policy: PortalPolicy
) -> Iterator[tuple[NoteKind, str]]:
    if Alarm.TAMPER in after.alarms - before.alarms:
        yield NoteKind.TAMPERED, ""
    if Alarm.TAMPER in before.alarms - after.alarms:
        yield NoteKind.TAMPER_ENDED, ""
    if after.fire and not before.fire:
        if policy.fire_releases:
            yield NoteKind.FIRE_RELEASE, ""
        else:
            yield NoteKind.ALARM, "fire; this door is not released by it"
    if before.fire and not after.fire:
        yield NoteKind.FIRE_ENDED, ""
    how = "lost" if isinstance(happening, InputLost) else "active for too long"
    for name in sorted(after.dead - before.dead):
        yield NoteKind.INPUT_FAULT, f"{name} {how}{SUSPENDED[name]}"
    for name in sorted(before.dead - after.dead):
        yield NoteKind.INPUT_RECOVERED, name


def _of_modes(
    before: PortalState, after: PortalState, happening: Happening
) -> Iterator[tuple[NoteKind, str]]:
    said = happening.detail if isinstance(happening, Lockdown | OfficeMode) else ""
    if after.lockdown and not before.lockdown:
        yield NoteKind.LOCKDOWN_BEGAN, said
    if before.lockdown and not after.lockdown:
        yield NoteKind.LOCKDOWN_ENDED, said
    if after.office_until is not None and before.office_until is None:
        yield NoteKind.OFFICE_MODE_BEGAN, said
    if before.office_until is not None and after.office_until is None:
        yield NoteKind.OFFICE_MODE_ENDED, said
    if after.scheduled and not before.scheduled:
        yield NoteKind.UNLOCK_SCHEDULE_BEGAN, ""
    if before.scheduled and not after.scheduled:
        yield NoteKind.UNLOCK_SCHEDULE_ENDED, ""
