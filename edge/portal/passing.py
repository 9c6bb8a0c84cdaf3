"""What time alone does to a door: passages and reasons end, buttons stick, open doors are held."""

from __future__ import annotations

from dataclasses import replace

from edge.domain import InputName
from edge.portal.policy import PortalPolicy
from edge.portal.state import Alarm, Passage, PortalState, Position


def passed(state: PortalState, now: float, policy: PortalPolicy) -> PortalState:
    """Return *state* as it is at *now*, which is not before its own time."""
    state = _ended(replace(state, now=now))
    state = _pressed(state, policy)
    return _held(state, policy)


def _ended(state: PortalState) -> PortalState:
    now = state.now
    return replace(
        state,
        grant=_running(state.grant, now),
        exit=_running(state.exit, now),
        office_until=_lasting(state.office_until, now),
        schedule_until=_lasting(state.schedule_until, now),
    )


def _pressed(state: PortalState, policy: PortalPolicy) -> PortalState:
    """Keep the way out free while the button is pressed, unless it is stuck.

    What was used up, since somebody went through, is not renewed: that takes a new press.
    """
    if state.rex_since is None or InputName.REX in state.dead:
        return state
    now = state.now
    if now - state.rex_since >= policy.rex_stuck:
        return replace(state, dead=state.dead | {InputName.REX})
    passage = state.exit
    if passage is not None and passage.until - now <= policy.lease / 2:
        passage = replace(passage, until=now + policy.lease)
    return replace(state, exit=passage, shunt_until=now + policy.rex_shunt)


def _held(state: PortalState, policy: PortalPolicy) -> PortalState:
    if state.position is not Position.OPEN or state.held_from is None:
        return state
    if state.standing(policy) is not None:
        # Whoever leaves a door unlocked may leave it open.
        alarms = state.alarms - {Alarm.HELD_OPEN}
        return replace(state, held_from=state.now, warned=False, alarms=alarms)
    if Alarm.FORCED_OPEN in state.alarms:
        return state
    held = state.now - state.held_from
    if held >= policy.held_alarm:
        return replace(state, warned=True, alarms=state.alarms | {Alarm.HELD_OPEN})
    return replace(state, warned=state.warned or held >= policy.held_warning)


def _running(passage: Passage | None, now: float) -> Passage | None:
    return passage if passage is not None and now < passage.until else None


def _lasting(until: float | None, now: float) -> float | None:
    return until if until is not None and now < until else None
