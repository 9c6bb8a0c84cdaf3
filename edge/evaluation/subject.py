"""Which of the faces in a photo is the person whose folder it lies in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from edge.domain import Face

REACH = 0.5
"""How far, in box sizes, a face may lie off the photo's centre on each side of its box.

A portrait shows more shoulder than sky, so the centre may fall on the chin or below it; a face
farther away than this is a bystander, and the person meant was missed.
"""


class FacePolicy(StrEnum):
    """How the person meant is told from bystanders."""

    NEAREST = "nearest"
    LARGEST = "largest"


class Sight(StrEnum):
    """What came of looking for the person meant."""

    FOUND = "found"
    NO_FACE = "no face"
    OFF_CENTRE = "no face near the centre"
    UNREADABLE = "unreadable"


def person_meant(
    faces: Sequence[Face], *, width: int, height: int, policy: FacePolicy
) -> tuple[Sight, Face | None]:
    """Return the face that is meant in a photo of *width* by *height* pixels, or why there is none.

    ``largest`` takes the face of the largest box. ``nearest`` takes the face whose box is centred
    nearest the photo's centre, and fails if even that one lies off it (see :data:`REACH`).
    """
    if not faces:
        return Sight.NO_FACE, None
    if policy is FacePolicy.LARGEST:
        return Sight.FOUND, max(faces, key=lambda face: face.box.area)
    centre = (width / 2, height / 2)
    nearest = min(faces, key=lambda face: math.dist(face.box.centre, centre))
    across, down = (abs(at - to) for at, to in zip(nearest.box.centre, centre, strict=True))
    reach = 0.5 + REACH
    if across <= reach * nearest.box.width and down <= reach * nearest.box.height:
        return Sight.FOUND, nearest
    return Sight.OFF_CENTRE, None
