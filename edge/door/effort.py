"""How much work a frame is worth; pure.

A frame is *searched*, and the face that is found embedded; or the face of the frame before is
*followed*; or, where nobody is and nothing moves, it is left alone. What is left out is told here,
and bounded: whatever is believed of a frame, the next search is never further away than a blink.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.domain import Face, Pose
from edge.door.watch import Presentation, PresentationPolicy, Spent, Watch, last_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortPolicy:
    """What is left out. Durations are seconds of the frames' clock.

    *follow*: whether faces are followed. *search_every*: the longest that a face is followed before
    the frame is searched, and whoever is found there embedded: so long may somebody nearer, or
    somebody else, go unseen. *gate*: whether frames in which nothing moves are left alone, while
    nobody is there. *search_idle*: the longest that they are. *linger*: how long after a face was
    seen every frame is searched. *better*, *turn*: by what factor a frame must count for more than the
    least of a full evidence, or by how many degrees the head must have turned against all of it, for
    the frame to tell something new.
    """

    follow: bool = True
    search_every: float = 0.25
    gate: bool = True
    search_idle: float = 0.3
    linger: float = 2.0
    better: float = 1.2
    turn: float = 10.0


def worth_searching(
    watch: Watch, face: Face, *, now: float, policy: PresentationPolicy, effort: EffortPolicy
) -> bool:
    """Tell whether a frame with *face* at *now* would improve the evidence of who it is.

    *face* may be that of the frame before. Only searched faces are embedded.
    """
    seen = last_seen(watch)
    if seen is None:
        return True
    if isinstance(seen, Spent) or not face.quality.good:
        return False
    if now < seen.quiet_until or seen.denials >= policy.attempts:
        return False
    if len(seen.good) < policy.frames:
        return True
    if seen.recognized:
        return False
    return len(seen.good) < policy.window or _tells_more(seen, face, effort)


def _tells_more(seen: Presentation, face: Face, effort: EffortPolicy) -> bool:
    """Tell whether a face is far better than the worst of the evidence, or turned as in none of it."""
    quality = face.quality
    if quality.weight > effort.better * min(shot.weight for shot in seen.good):
        return True
    return all(_apart(quality.pose, shot.pose) >= effort.turn for shot in seen.good)


def _apart(one: Pose, other: Pose) -> float:
    return max(abs(one.yaw - other.yaw), abs(one.pitch - other.pitch))
