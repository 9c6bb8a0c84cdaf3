"""How the record of events is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.config.kinds import STRICT, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """The record of events: how often it is signed, for how long it is kept, what a fault means."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    keep_days: Annotated[
        Whole,
        Field(
            ge=0,
            le=36_500,
            description="Events older than this are removed every night; 0 keeps them for ever. "
            "Keep them no longer than you need: they tell who was where, when.",
        ),
    ] = 0
    checkpoint_events: Annotated[
        Whole,
        Field(ge=1, le=100_000, description="After so many events the record is signed."),
    ] = 500
    checkpoint_minutes: Annotated[
        Whole,
        Field(ge=1, le=1440, description="And after so long, if there is anything new to sign."),
    ] = 60
    reserve_megabytes: Annotated[
        Whole,
        Field(
            ge=0,
            le=1024,
            description="Space put aside for the record, used when the disk is full: 16 MB are "
            "about 10,000 events. 0 puts none aside. When that is full, too, nobody is let in any "
            "more, since nothing may open unrecorded; the way out stays open.",
        ),
    ] = 16
    wrong_clock: Annotated[
        Literal["deny", "ignore"],
        Field(
            description="What a door does while its clock is plainly wrong, before the last event "
            'or before this program was written. "deny": whatever depends on a date or a schedule '
            'is denied. "ignore": schedules and dates are judged by the wrong clock.'
        ),
    ] = "deny"
