"""Whatever happens in whatever order: no release without a reason and a deadline, and more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import EventKind
from edge.domain import InputName
from edge.portal import (
    EGRESS,
    Happening,
    InputChanged,
    Lockdown,
    Note,
    NoteKind,
    PortalPolicy,
    PortalState,
    Secured,
    Tick,
    condition_of,
    step,
)
from edge.portal.invariants import violations
from tests.edge.portal.strategies import happenings, pauses, policies

Story = list[tuple[float, Happening]]

stories: st.SearchStrategy[Story] = st.lists(
    st.tuples(pauses, happenings), min_size=20, max_size=60
)

BEGUN_AND_ENDED = (
    (NoteKind.DOOR_OPENED, NoteKind.DOOR_CLOSED),
    (NoteKind.TAMPERED, NoteKind.TAMPER_ENDED),
    (NoteKind.FIRE_RELEASE, NoteKind.FIRE_ENDED),
    (NoteKind.LOCKDOWN_BEGAN, NoteKind.LOCKDOWN_ENDED),
    (NoteKind.OFFICE_MODE_BEGAN, NoteKind.OFFICE_MODE_ENDED),
    (NoteKind.UNLOCK_SCHEDULE_BEGAN, NoteKind.UNLOCK_SCHEDULE_ENDED),
)


def told(
    story: Story, policy: PortalPolicy, *, state: PortalState | None = None
) -> tuple[PortalState, list[Note]]:
    """Let *story* happen; return how the door is then, and what was recorded."""
    state, now, notes = state or PortalState(), 1000.0, []
    for pause, happening in story:
        now += pause
        found = step(state, happening, now, policy)
        assert violations(state, happening, found, policy) == ()
        notes += [effect for effect in found.effects if isinstance(effect, Note)]
        state = found.state
    return state, notes


@settings(max_examples=400, deadline=None)
@given(story=stories, policy=policies)
def test_no_order_of_happenings_breaks_a_rule(story: Story, policy: PortalPolicy) -> None:
    """No release without a ground and a deadline, none but the way out in lockdown, and more."""
    told(story, policy)


@settings(deadline=None)
@given(story=stories, policy=policies)
def test_when_nothing_holds_any_more_the_door_is_locked(story: Story, policy: PortalPolicy) -> None:
    """After every reason is gone and the longest time is over, nothing is released."""
    endings: Story = [
        (0.0, InputChanged(InputName.FIRE, active=False)),
        (0.0, InputChanged(InputName.REX, active=False)),
        (0.0, Secured()),
        (20_000 + policy.longest + policy.schedule, Tick()),
    ]
    state, _ = told([*story, *endings], policy)
    assert state.release is None
    assert condition_of(state).why is None


@settings(deadline=None)
@given(story=stories, policy=policies)
def test_after_a_lockdown_only_the_way_out_releases(story: Story, policy: PortalPolicy) -> None:
    """Until somebody ends it, whatever else happens."""
    ended = Lockdown(active=False)
    during = [(0.0, Lockdown(active=True)), *(each for each in story if each[1] != ended)]
    state, now = PortalState(), 0.0
    for pause, happening in during:
        now += pause
        state = step(state, happening, now, policy).state
        assert state.release is None or state.release.why in EGRESS


@settings(deadline=None)
@given(story=stories, policy=policies)
def test_every_beginning_is_recorded_and_every_end(story: Story, policy: PortalPolicy) -> None:
    """Beginnings and ends take turns, and a beginning comes first."""
    _, notes = told(story, policy)
    kinds = [note.kind for note in notes]
    for began, ended in BEGUN_AND_ENDED:
        if began is NoteKind.FIRE_RELEASE and not policy.fire_releases:
            continue
        turns = [kind for kind in kinds if kind in (began, ended)]
        if began is NoteKind.DOOR_OPENED:
            continue  # a contact that was lost tells the same twice, or its end first
        assert turns[::2] == [began] * len(turns[::2])
        assert turns[1::2] == [ended] * len(turns[1::2])


@settings(deadline=None)
@given(story=stories, policy=policies)
def test_a_dead_input_is_said_once_and_so_is_its_return(story: Story, policy: PortalPolicy) -> None:
    """For each input, fault and recovery take turns."""
    _, notes = told(story, policy)
    for name in InputName:
        turns = [
            note.kind
            for note in notes
            if note.kind in (NoteKind.INPUT_FAULT, NoteKind.INPUT_RECOVERED)
            and note.detail.startswith(name)
        ]
        assert turns[::2] == [NoteKind.INPUT_FAULT] * len(turns[::2])
        assert turns[1::2] == [NoteKind.INPUT_RECOVERED] * len(turns[1::2])


@given(story=stories, policy=policies)
@settings(deadline=None)
def test_time_runs_forward_only(story: Story, policy: PortalPolicy) -> None:
    """Clocks that disagree never bring a deadline back."""
    state, now = PortalState(), 0.0
    for pause, happening in story:
        now += pause
        found = step(state, happening, now, policy)
        assert found.state.now >= state.now
        state = found.state


def test_every_note_is_an_event() -> None:
    """What the door has to say can be written to the audit."""
    assert {kind.value for kind in NoteKind} <= {kind.value for kind in EventKind}
