"""Whatever happens at the door of a story, it can be told, and no lock is released for no reason."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.access.document import from_toml
from edge.config import LockSettings, PortalSettings
from edge.domain import InputName
from edge.simulation.play import play
from edge.simulation.scenario import Scenario, Site, Someone, Step
from edge.simulation.timeline import LineKind

RULES = from_toml(
    """
    zone = "Europe/Berlin"
    [schedules.Open]
    weekly = ["Mon-Fri 08:00-18:00"]
    [areas.House]
    anti_passback = "soft"
    [doors.Front]
    mode = "badge-and-face"
    modes = [{ schedule = "Open", mode = "pin-and-face" }]
    enters = "House"
    unlocking = { schedule = "Open", first_person = true }
    two_persons = { schedule = "Never" }
    office_mode = ["Staff"]
    lockdown = ["Staff"]
    [groups.Staff]
    permissions = [{ doors = "all", schedule = "Always" }]
    """
)
PEOPLE = {
    "Ada": Someone(groups=frozenset({"Staff"}), badge="1", pin="2748", duress_pin="7914"),
    "Bea": Someone(groups=frozenset({"Staff"}), badge="2", duress_badge="3", looks_like="Ada"),
    "Cem": Someone(badge="4", gave_face=False),
}
NAMES = st.sampled_from(sorted(PEOPLE))
BEGINS = st.sampled_from(["begins", "ends"])
MOVES = st.sampled_from(["opens", "closes"])
PRESSED = st.sampled_from(["pressed", "let go", "pressed and let go"])

ACTS = st.one_of(
    st.fixed_dictionaries({"face": NAMES}),
    st.fixed_dictionaries({"photo_of": NAMES}),
    st.fixed_dictionaries({"badge": st.sampled_from(["1", "2", "3", "4", "99"])}),
    st.fixed_dictionaries({"pin": st.sampled_from(["2748", "7914", "1111"])}),
    st.fixed_dictionaries({"leaves_elsewhere": NAMES}),
    st.fixed_dictionaries({"exit_button": PRESSED}),
    st.fixed_dictionaries({"door": MOVES}),
    st.fixed_dictionaries({"housing": MOVES}),
    st.fixed_dictionaries({"fire": BEGINS}),
    st.fixed_dictionaries({"lockdown": BEGINS}),
    st.fixed_dictionaries({"office_mode": BEGINS}),
    st.fixed_dictionaries({"wire_cut": st.sampled_from(InputName)}),
    st.fixed_dictionaries({"wire_mended": st.sampled_from(InputName)}),
    st.fixed_dictionaries({"power": st.sampled_from(["fails", "returns"])}),
    st.fixed_dictionaries({"clock_set": st.sampled_from([-3600.0, -60.0, 60.0, 86400.0])}),
    st.sampled_from(
        [
            {"stranger": True},
            {"leaves": True},
            {"goes_through": True},
            {"unlocked_from_the_pages": True},
            {},
        ]
    ),
)
STEPS = st.lists(
    st.builds(
        lambda act, after: Step(**act, after=after),
        ACTS,
        st.sampled_from([0.0, 0.5, 2.0, 12.0, 61.0, 3600.0]),
    ),
    min_size=1,
    max_size=25,
)
REASONS = ("is let in", "is obeyed", "exit button", "begins", "fire alarm", "without power")


@given(steps=STEPS, fails=st.sampled_from(["secure", "safe"]))
@settings(max_examples=150, deadline=None)
def test_any_story_is_told_and_every_release_has_a_reason(steps: list[Step], fails: str) -> None:
    """The reason stands beside the release, of the same second or earlier; and twice it is the same."""
    scenario = Scenario(
        title="Anything",
        starts=datetime(2026, 3, 2, 7, 55),  # noqa: DTZ001 - by the wall
        rules=RULES,
        site=Site(),
        lock=LockSettings(fails=fails),  # type: ignore[arg-type]
        portal=PortalSettings(),
        people=PEOPLE,
        steps=tuple(steps),
    )
    played = play(scenario)
    assert played == play(scenario)
    assert all(line.words for line in played.timeline)
    for number, line in enumerate(played.timeline):
        if line.kind is LineKind.LOCK and "is released" in line.words:
            beside = played.timeline[: number + 3]
            assert any(reason in each.words for each in beside for reason in REASONS), line
