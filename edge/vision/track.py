"""A face that was found is followed into the next picture, without a search; pure.

Where a face was, its mesh is drawn anew (the way of MediaPipe), which takes a fraction of the time
of a search. Whether that is still the same face is for nobody to believe: a step larger than a head
makes between two pictures, or a look that is no longer that of the face which was *found*, ends it.
The look is held against the found one, not against the last, so that nothing drifts. Whoever follows
must search again soon all the same: a face that is larger by now is seen by a search alone.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Box, Look, Pixels, Points, Pose
from edge.vision.align import fit_similarity

LEAST_PRESENCE = 0.9
"""Part, 0 to 1, by which the mesh must believe that it looks at a face. Of bare faces it is above
0.999."""

MOST_SHIFT, MOST_GROWTH = 0.35, 1.2
"""How far a face may move between two pictures, in lengths of the box's longer side, and by what
factor it may grow or shrink. Walking towards a camera or past it stays below at 10 pictures a second."""

MOST_TURN = 20.0
"""Degrees by which a head may turn between two pictures, in any direction."""

LEAST_LIKENESS = 0.7
"""Least correlation of a face's look with that of the found one. In a quarter of a second faces that
talk and turn keep 0.9 in the median, 0.7 in nineteen frames of twenty (fourteen clips); of two people
who both look ahead 96 pairs in 100 stay below 0.7 (194 photos of LFW)."""

_SIDE = 16
"""Pixels of a look's side: eyes, nose and mouth are there, noise and compression are not."""

_INNER = 0.125
"""Part of an aligned chip that is left out at each side: hair and background."""


def look_of(chip: Pixels) -> Look:
    """Return what an aligned face looks like: its luma in few pixels, of mean zero and length one."""
    edge = round(chip.shape[0] * _INNER)
    luma = cv2.cvtColor(chip[edge:-edge, edge:-edge], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(luma, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= small.mean()
    return np.asarray(small.ravel() / max(float(np.linalg.norm(small)), 1e-6), np.float32)


def likeness(one: Look, other: Look) -> float:
    """Return the correlation, -1 to 1, of two looks; light and contrast do not count."""
    return float(one @ other)


def motion(before: Points, after: Points) -> NDArray[np.float64]:
    """Return the similarity ``(2, 3)`` that brings a mesh to where it is in the next picture.

    :raises ImageError: if the points coincide.
    """
    return fit_similarity(before[:, :2], after[:, :2])


def moved(box: Box, by: NDArray[np.float64], *, width: int, height: int) -> Box | None:
    """Return where a box is after a motion, within a picture of *width* by *height* pixels.

    None where that is further than a face moves, or where its middle has left the picture.
    """
    scale = float(np.hypot(by[0, 0], by[1, 0]))
    across, down = (by[:, :2] @ np.array(box.centre) + by[:, 2]).tolist()
    shift = np.hypot(across - box.centre[0], down - box.centre[1])
    if shift > MOST_SHIFT * max(box.width, box.height):
        return None
    if not 1 / MOST_GROWTH <= scale <= MOST_GROWTH:
        return None
    if not (0 <= across < width and 0 <= down < height):
        return None
    half_width, half_height = scale * box.width / 2, scale * box.height / 2
    left, right = max(across - half_width, 0.0), min(across + half_width, float(width))
    top, bottom = max(down - half_height, 0.0), min(down + half_height, float(height))
    return Box(left, top, right - left, bottom - top)


def carried(points: Points, before: Points, after: Points, by: NDArray[np.float64]) -> Points:
    """Return five *points* that lay beside a mesh's five *before*, beside those *after*.

    What the detector knew better than the mesh, and the other way about, stays where it was in the
    face: its offset is turned and scaled with it.
    """
    return (after + (points - before) @ by[:, :2].T).astype(np.float32)


def turned_far(before: Pose, after: Pose) -> bool:
    """Tell whether a head turned further than heads do between two pictures."""
    turns = (after.yaw - before.yaw, after.pitch - before.pitch, after.roll - before.roll)
    return max(abs(turn) for turn in turns) > MOST_TURN
