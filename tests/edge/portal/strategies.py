"""Anything that can happen to a door, in any order, and doors of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

from edge.domain import InputName
from edge.portal import (
    Granted,
    Happening,
    InputChanged,
    InputLost,
    Lockdown,
    OfficeMode,
    PortalPolicy,
    Relock,
    Secured,
    Tick,
    UnlockSchedule,
    Withdrawn,
)

happenings: st.SearchStrategy[Happening] = st.one_of(
    st.builds(InputChanged, st.just(InputName.CONTACT), st.booleans()),
    st.builds(InputChanged, st.sampled_from(InputName), st.booleans()),
    st.builds(Granted, extended=st.booleans()),
    st.builds(UnlockSchedule, st.booleans()),
    st.builds(OfficeMode, st.booleans()),
    st.builds(Lockdown, st.booleans()),
    st.builds(InputLost, st.sampled_from(InputName)),
    st.sampled_from([Tick(), Tick(), Tick(), Withdrawn(), Secured()]),
)

pauses = st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 100), st.floats(-5, 20_000))
"""Seconds between two happenings; clocks of threads may differ, so also a step back."""

policies = st.builds(
    PortalPolicy,
    release=st.floats(0.5, 5),
    extended_release=st.floats(5, 30),
    lease=st.floats(0.5, 10),
    held_warning=st.floats(1, 10),
    held_alarm=st.floats(10, 40),
    settle=st.floats(0, 2),
    relock=st.sampled_from(Relock),
    rex_releases=st.booleans(),
    rex_shunt=st.floats(0, 10),
    rex_stuck=st.floats(1, 60),
    fire_releases=st.booleans(),
    office=st.floats(10, 36_000),
    schedule=st.floats(1, 60),
)
