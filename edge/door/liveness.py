"""Whether the face of a presentation lives; pure: samples of its frames go in, a judgement comes out.

Two kinds of evidence meet. *Depth*: how far the head was seen to turn as only a solid thing can. No
picture of one moment has it, but a video of somebody who turns does. *Texture*: what an optional
network thinks of the skin. It sees screens and prints, but is wrong about single people, cameras
and lamps. So neither opens a door by itself where both can be had, and a texture that is clearly a
picture's cannot be outweighed by any movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.liveness.eyes import blinks
from edge.liveness.parallax import parallax
from edge.liveness.sample import Sample, since


class Mode(StrEnum):
    """What a door demands of a face that matches."""

    PASSIVE = "passive"
    AUTO = "auto"
    CHALLENGE = "challenge"
    OFF = "off"


class Life(StrEnum):
    """What is known of a face."""

    LIVE = "live"
    NOT_LIVE = "not-live"
    UNDECIDED = "undecided"


class Cue(StrEnum):
    """What spoke against a face, for the record; never shown to the person."""

    FLAT = "flat"
    STILL = "still"
    TEXTURE = "texture"
    CHALLENGE = "challenge"
    INTERRUPTED = "interrupted"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessPolicy:
    """How evidence is weighed. Durations are seconds; measured in ``docs/liveness.md``.

    *mode*: what is demanded. *window*: the most recent samples that are judged. *least_seconds* and
    *least_samples*: less proves nothing. *patience*: how long a face may take to convince by itself.
    """

    mode: Mode = Mode.AUTO
    window: float = 3.0
    least_seconds: float = 0.8
    least_samples: int = 8
    patience: float = 5.0

    solid: float = 3.0
    """Degrees of parallax that pictures do not reach, flat or bent, but for some on which the mesh
    slips: see the measurement."""

    still: float = 0.5
    """Degrees of parallax below which a face is as still as a picture that somebody holds."""

    picture: float = -4.0
    """Mean log odds of the texture below which it is a picture, whatever it does."""

    texture_ceiling: float = 6.0
    """Log odds above which the network's certainty means nothing more."""

    depth_weight: float = 6.0
    """What *solid* parallax counts for in log odds; less counts in proportion, more no more."""

    evidence: float = 5.0
    """Log odds that texture and depth must reach together, of a face that turns or blinks."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of a face, and what spoke against it."""

    life: Life
    cues: tuple[Cue, ...] = ()


UNDECIDED = Judgement(Life.UNDECIDED)


def judge(samples: Sequence[Sample], policy: LivenessPolicy) -> Judgement:
    """Return what *samples* of one face, in the order of time, prove by themselves.

    Without a texture a video cannot be told from a person: then only *passive* is satisfied by
    depth, and *auto* is left undecided, to be settled by a challenge.
    """
    if not samples:
        return UNDECIDED
    recent = since(samples, samples[-1].at - policy.window)
    textures = [sample.texture for sample in recent if sample.texture is not None]
    texture = sum(textures) / len(textures) if textures else None
    enough = len(recent) >= policy.least_samples
    if not enough or recent[-1].at - recent[0].at < policy.least_seconds:
        return UNDECIDED
    if texture is not None and texture < policy.picture:
        return Judgement(Life.NOT_LIVE, (Cue.TEXTURE,))
    depth = parallax([sample.mesh for sample in recent])
    if depth < policy.still:
        return Judgement(Life.UNDECIDED, (Cue.STILL,))
    if texture is None:
        convinced = policy.mode is Mode.PASSIVE and depth >= policy.solid
    else:
        weighed = min(texture, policy.texture_ceiling)
        weighed += policy.depth_weight * min(depth / policy.solid, 1)
        # A picture that deceives the network cannot blink; one that is waved shows some depth.
        moved = depth >= policy.solid or blinks(recent) > 0
        convinced = moved and weighed >= policy.evidence
    if convinced:
        return Judgement(Life.LIVE)
    return Judgement(Life.UNDECIDED, () if depth >= policy.solid else (Cue.FLAT,))
