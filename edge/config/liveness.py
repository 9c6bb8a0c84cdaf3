"""How a door tells a living face from a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.config.kinds import STRICT, Number, Switch, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessSettings:
    """How a face that matches proves that it is no picture."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    mode: Annotated[
        Literal["auto", "passive", "challenge", "off"],
        Field(
            description='"auto": by itself where the evidence is enough, else by moving as it is '
            'asked to. "passive": never asks, denies in doubt; without the optional network '
            '(`ostiary models fetch`) it stops photos but no videos. "challenge": always asks. '
            '"off": a photo opens the door.'
        ),
    ] = "auto"
    patience_seconds: Annotated[
        Number,
        Field(ge=1, le=30, description="How long a face may take to convince by itself."),
    ] = 5.0
    moves: Annotated[
        Whole, Field(ge=1, le=5, description="Movements that are asked for, in an order by chance.")
    ] = 3
    challenge_seconds: Annotated[
        Number, Field(ge=5, le=120, description="How long all of them may take together.")
    ] = 20.0
    prompter: Annotated[
        Literal["log", "fake"],
        Field(
            description='What tells the person at the door how to move, beside the live page: "log" '
            'writes it to the log; "fake" tells nobody, for trying things out.'
        ),
    ] = "log"
    attacks: Annotated[
        Whole,
        Field(
            ge=1,
            le=100,
            description="Faces that did not prove to live, within three minutes, after which the "
            "door raises an alarm and rests.",
        ),
    ] = 5
    rest_seconds: Annotated[
        Number,
        Field(
            ge=0,
            le=3600,
            description="How long it rests: no face opens it, the pages still do. Doubles with "
            "every further alarm of a day, up to an hour.",
        ),
    ] = 60.0
    watch_camera: Annotated[
        Switch,
        Field(
            description="true: a camera whose picture is frozen, looped or jumps opens nothing. "
            "false, for a source that repeats itself, such as a folder of pictures."
        ),
    ] = True
