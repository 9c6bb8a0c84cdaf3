"""How the door behaves as a thing: when it locks again, how long it may stand open, who frees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.config.kinds import STRICT, Number, Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """When the door locks again, when it raises an alarm, and what unlocks it beside a grant."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    extended_release_seconds: Annotated[
        Number,
        Field(
            ge=1,
            le=60,
            description="How long a grant releases the door for a person who needs more time; never "
            "less than lock.release_seconds. She may also stand in it for so much longer.",
        ),
    ] = 15.0
    relock: Annotated[
        Literal["on-open", "on-close", "after-time"],
        Field(
            description='When the door is locked again before its time is over. "on-close": once it '
            'was opened and closed. "on-open": as soon as it opens, so that nobody slips in behind; '
            'not for a bolt that would strike the frame. "after-time": never before. The first two '
            "need a door contact."
        ),
    ] = "on-close"
    held_open_warning_seconds: Annotated[
        Number,
        Field(ge=1, le=3600, description="After so long an open door warns by lights and buzzer."),
    ] = 30.0
    held_open_alarm_seconds: Annotated[
        Number,
        Field(ge=1, le=7200, description="After so long it raises an alarm, until it is closed."),
    ] = 60.0
    settle_seconds: Annotated[
        Number,
        Field(
            ge=0,
            le=5,
            description="An opening so soon after the lock was secured is not taken for a forced "
            "one: bolts are slower than relays.",
        ),
    ] = 1.0
    rex_releases: Annotated[
        Switch,
        Field(
            description="Whether the exit button unlocks the door through Ostiary. false only where "
            "the button itself frees the lock by its own wires; then a press only says that the "
            "opening which follows is not forced."
        ),
    ] = True
    rex_shunt_seconds: Annotated[
        Number,
        Field(
            ge=0,
            le=120,
            description="For so long after a press of the exit button an opening is not forced.",
        ),
    ] = 10.0
    rex_stuck_seconds: Annotated[
        Number,
        Field(
            ge=10,
            le=86400,
            description="An exit button that is pressed for longer is reported as dead, and "
            "releases nothing until it is let go. Shorter presses keep the door unlocked.",
        ),
    ] = 300.0
    fire_releases: Annotated[
        Switch,
        Field(
            description="Whether the fire input unlocks this door while it is active, also in "
            "lockdown. No software replaces the relay by which a fire panel cuts the current of a "
            "lock on an escape route."
        ),
    ] = True
    office_mode_hours: Annotated[
        Number,
        Field(
            gt=0,
            le=24,
            description="Office mode, in which the door stays unlocked, ends after so long at the "
            "latest.",
        ),
    ] = 10.0

    def __post_init__(self) -> None:
        if self.held_open_alarm_seconds < self.held_open_warning_seconds:
            raise ValueError("held_open_alarm_seconds should not be below the warning's")

    def demand_below(self, max_release_seconds: float) -> None:
        """Compare this section with the lock's own limit.

        :raises ValueError: if the lock would not hold what this section promises.
        """
        if self.extended_release_seconds >= max_release_seconds:
            raise ValueError(
                "portal.extended_release_seconds should be below lock.max_release_seconds"
            )
