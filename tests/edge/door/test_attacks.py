from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.door.attacks import AttackPolicy, Attacks, attacked

POLICY = AttackPolicy(limit=3, window=60, rest=10, longest=35)


def after(*times: float) -> Attacks:
    """Return what is known after attacks at *times*."""
    attacks = Attacks()
    for at in times:
        attacks = attacked(attacks, at, POLICY)
    return attacks


def test_a_door_rests_after_too_many_attacks() -> None:
    """Two are a person whom the door misjudged; three within a minute are somebody who tries."""
    assert not after(0, 1).resting(1)
    attacks = after(0, 1, 2)
    assert attacks.resting(2)
    assert attacks.resting(11.9)
    assert not attacks.resting(12)
    assert attacks.alarms == 1


def test_attacks_far_apart_are_no_series() -> None:
    """People are misjudged now and then, all day."""
    assert after(0, 50, 100, 150, 200).alarms == 0


def test_every_alarm_doubles_the_rest_up_to_the_longest() -> None:
    """10, 20, 35 seconds."""
    rests = []
    attacks = Attacks()
    for series in range(4):
        for at in range(3):
            attacks = attacked(attacks, 100.0 * series + at, POLICY)
        rests.append(attacks.resting_until - attacks.alarmed_at)
    assert rests == [10, 20, 35, 35]


def test_a_day_of_peace_begins_anew() -> None:
    """Tomorrow's first alarm is a first one again."""
    attacks = after(0, 1, 2, 100_000, 100_001, 100_002)
    assert (attacks.alarms, attacks.resting_until) == (1, 100_012)


@given(st.lists(st.floats(0, 1000), max_size=60).map(sorted))
def test_the_door_never_rests_longer_than_the_longest(times: list[float]) -> None:
    """Whatever comes in, people get in again."""
    attacks = after(*times)
    last = times[-1] if times else 0.0
    assert not attacks.resting(last + POLICY.longest + 1)
    assert len(attacks.recent) < POLICY.limit
