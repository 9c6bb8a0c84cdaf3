"""Whoever holds pictures before a door again and again is made to wait; pure.

Amazon advises for its own liveness check: at most five failures in three minutes a device, then half
an hour or an hour of rest. A door must not shut its people out for so long because one of them is
tried to be impersonated, so it begins with a minute and doubles.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackPolicy:
    """When a door rests, and for how long. Durations are seconds.

    *limit* attacks within *window* stop it for *rest*, the next time for twice that, up to *longest*;
    after *peace* without an alarm it begins anew.
    """

    limit: int = 5
    window: float = 180.0
    rest: float = 60.0
    longest: float = 3600.0
    peace: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Attacks:
    """The attacks at one door, by seconds of the frames' clock."""

    recent: tuple[float, ...] = ()
    alarms: int = 0
    alarmed_at: float = float("-inf")
    resting_until: float = float("-inf")

    def resting(self, now: float) -> bool:
        """Whether no face opens the door at the moment."""
        return now < self.resting_until


def attacked(attacks: Attacks, now: float, policy: AttackPolicy) -> Attacks:
    """Return what is known after one more attack *now*; another number of alarms means an alarm."""
    recent = (*(at for at in attacks.recent if now - at <= policy.window), now)
    if len(recent) < policy.limit:
        return Attacks(recent, attacks.alarms, attacks.alarmed_at, attacks.resting_until)
    alarms = 1 if now - attacks.alarmed_at > policy.peace else attacks.alarms + 1
    rest = min(policy.rest * 2.0 ** min(alarms - 1, 20), policy.longest)
    return Attacks((), alarms, now, now + rest)
