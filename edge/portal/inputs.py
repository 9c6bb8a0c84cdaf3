"""What the inputs of a door do to it: contact, exit button, tamper, fire; and their loss."""

from __future__ import annotations

from dataclasses import replace

from edge.domain import InputName
from edge.portal.policy import PortalPolicy, Relock
from edge.portal.state import Alarm, Passage, PortalState, Position


def changed(
    state: PortalState, name: InputName, policy: PortalPolicy, *, active: bool
) -> PortalState:
    """Return *state* after the input *name* became *active*, or not; a lost one is back by that."""
    if name is InputName.CONTACT:
        state = _opened(state, policy) if active else _closed(state, policy)
    elif name is InputName.REX:
        state = _pressed(state, policy) if active else replace(state, rex_since=None)
        if active and name in state.dead:
            return state  # stuck; only letting go helps
    elif name is InputName.TAMPER:
        tamper = frozenset({Alarm.TAMPER})
        state = replace(state, alarms=state.alarms | tamper if active else state.alarms - tamper)
    else:
        state = replace(state, fire=active)
    return replace(state, dead=state.dead - {name})


def lost(state: PortalState, name: InputName) -> PortalState:
    """Return *state* without the input *name*.

    A lost contact leaves the position unknown: nothing is forced or held open any more, a release
    ends by its time alone, and alarms stay until the door is seen closed. A fire goes on burning
    where its line is lost.
    """
    state = replace(state, dead=state.dead | {name})
    if name is InputName.CONTACT:
        return replace(
            state,
            position=Position.UNKNOWN,
            held_from=None,
            warned=False,
            grant=_unopened(state.grant),
            exit=_unopened(state.exit),
        )
    if name is InputName.REX:
        return replace(state, rex_since=None)
    return state


def _opened(state: PortalState, policy: PortalPolicy) -> PortalState:
    if state.position is Position.OPEN:
        return state
    forced = (
        state.position is Position.CLOSED
        and not state.released
        and not state.now < state.shunt_until
        and not state.now < state.secured_at + policy.settle
    )
    longer = 0.0
    if state.grant is not None and state.grant.extended:
        longer = policy.extended_release - policy.release
    used = policy.relock is Relock.ON_OPEN
    return replace(
        state,
        position=Position.OPEN,
        openings=state.openings + 1,
        held_from=state.now + longer,
        grant=None if used else _through(state.grant),
        exit=None if used else _through(state.exit),
        alarms=state.alarms | {Alarm.FORCED_OPEN} if forced else state.alarms,
    )


def _closed(state: PortalState, policy: PortalPolicy) -> PortalState:
    state = replace(
        state,
        position=Position.CLOSED,
        held_from=None,
        warned=False,
        alarms=state.alarms - {Alarm.FORCED_OPEN, Alarm.HELD_OPEN},
    )
    if policy.relock is not Relock.ON_CLOSE:
        return state
    return replace(state, grant=_unused(state.grant), exit=_unused(state.exit))


def _pressed(state: PortalState, policy: PortalPolicy) -> PortalState:
    if state.rex_since is not None:
        return state
    now = state.now
    passage = Passage(now + policy.release) if policy.rex_releases else None
    return replace(
        state,
        rex_since=now,
        exit=passage,
        shunt_until=now + policy.rex_shunt,
        dead=state.dead - {InputName.REX},
    )


def _through(passage: Passage | None) -> Passage | None:
    return None if passage is None else replace(passage, opened=True)


def _unopened(passage: Passage | None) -> Passage | None:
    return None if passage is None else replace(passage, opened=False)


def _unused(passage: Passage | None) -> Passage | None:
    return passage if passage is None or not passage.opened else None
