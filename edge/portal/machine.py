"""The machine of one door: a state, a happening and the time give a state and what follows.

Its heart is one question that is asked at every step: for what reason, and until when, is this
door to be released now? The lock is told the difference to what it was told before. So there is
no way to a release that has no reason or no deadline, whatever the order of what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.domain import Reason, Signal
from edge.portal.effects import Effect, Release, Secure, Show, Why
from edge.portal.happenings import (
    Granted,
    Happening,
    InputChanged,
    InputLost,
    Lockdown,
    OfficeMode,
    Secured,
    UnlockSchedule,
    Withdrawn,
)
from edge.portal.inputs import changed, lost
from edge.portal.notes import notes_between
from edge.portal.passing import passed
from edge.portal.policy import PortalPolicy
from edge.portal.state import Passage, PortalState

RECORDED_FIRST = frozenset({Why.OFFICE_MODE, Why.UNLOCK_SCHEDULE})
"""The releases that wait for their record. A grant was recorded by whoever gave it; a way out
waits for nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a happening; *refused* tells why a grant or a command was not obeyed."""

    state: PortalState
    effects: tuple[Effect, ...] = ()
    refused: Reason | None = None


def refusal(state: PortalState, now: float) -> Reason | None:
    """Return why a grant would be refused at *now*, if it would be."""
    if state.lockdown:
        return Reason.LOCKDOWN
    running = state.grant is not None and now < state.grant.until
    return Reason.BUSY if running else None


def step(state: PortalState, happening: Happening, now: float, policy: PortalPolicy) -> Step:
    """Return what becomes of *state* when *happening* happens at *now*, in monotonic seconds.

    A *now* before the newest that *state* was told counts as that one.
    """
    before = state
    state = passed(state, max(now, state.now), policy)
    refused = None
    if isinstance(happening, Granted):
        refused = refusal(state, state.now)
        if refused is None:
            state = _granted(state, happening, policy)
    elif isinstance(happening, OfficeMode) and happening.active and state.lockdown:
        refused = Reason.LOCKDOWN
    else:
        state = _happened(state, happening, policy)
    wanted = _wanted(state, policy)
    told = _told(before, wanted)
    secured = state.now if before.release is not None and wanted is None else state.secured_at
    after = replace(state, release=wanted, secured_at=secured)
    notes = notes_between(before, after, happening, policy)
    recorded_first = wanted is not None and wanted.why in RECORDED_FIRST
    signal = signal_of(after)
    shown = () if signal is signal_of(before) else (Show(signal),)
    acted = (*notes, *told) if recorded_first else (*told, *notes)
    return Step(after, (*acted, *shown), refused)


def signal_of(state: PortalState) -> Signal:
    """Return what the door shows by itself, while nobody is being looked at."""
    if state.alarms:
        return Signal.ALARM
    if state.warned:
        return Signal.WARNING
    if state.released:
        return Signal.GRANTED
    return Signal.DENIED if state.lockdown else Signal.READY


def _granted(state: PortalState, granted: Granted, policy: PortalPolicy) -> PortalState:
    seconds = policy.extended_release if granted.extended else policy.release
    return replace(state, grant=Passage(state.now + seconds, extended=granted.extended))


def _happened(state: PortalState, happening: Happening, policy: PortalPolicy) -> PortalState:
    match happening:
        case InputChanged(name, active):
            state = changed(state, name, policy, active=active)
        case InputLost(name):
            state = lost(state, name)
        case Withdrawn():
            state = replace(state, grant=None)
        case Secured():
            state = replace(state, grant=None, exit=None, office_until=None)
        case Lockdown(active=True):
            state = replace(state, lockdown=True, grant=None, office_until=None)
        case Lockdown():
            state = replace(state, lockdown=False)
        case OfficeMode(active):
            state = replace(state, office_until=state.now + policy.office if active else None)
        case UnlockSchedule(active=True):
            state = replace(state, schedule_until=state.now + policy.schedule)
        case UnlockSchedule():
            state = replace(state, schedule_until=None)
    return state


def _wanted(state: PortalState, policy: PortalPolicy) -> Release | None:
    """Return for what reason, and until when, the door is to be released now.

    While several reasons hold, the strongest is named, and the latest deadline counts: between
    the end of one and the next look at the others the lock must not fall shut for a moment.
    """
    now, standing = state.now, state.standing(policy)
    whys: list[Why] = [Why.FIRE] if standing is Why.FIRE else []
    untils: list[float] = []
    if state.exit is not None:
        whys.append(Why.EXIT)
        untils.append(state.exit.until)
    if state.grant is not None:
        whys.append(Why.GRANT)
        untils.append(state.grant.until)
    if standing is not None:
        whys.append(standing)
        told = state.release.until if state.release is not None else now
        fresh = told - now > policy.lease / 2
        untils.append(min(told, now + policy.lease) if fresh else now + policy.lease)
    return Release(max(untils), whys[0]) if whys else None


def _told(before: PortalState, wanted: Release | None) -> tuple[Release | Secure, ...]:
    if wanted == before.release:
        return ()
    return (Secure(),) if wanted is None else (wanted,)
