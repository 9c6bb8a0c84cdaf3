"""The thirty named points of a face, in Amazon Rekognition's words, read from the mesh.

Left and right are the viewer's, as in Rekognition's answers: ``eyeLeft`` has the smaller x of an
upright face.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edge.domain import Points
from edge.vision.iris import Eye


class LandmarkType(StrEnum):
    """Names of points, in the order of Rekognition's ``Landmark.Type``."""

    EYE_LEFT = "eyeLeft"
    EYE_RIGHT = "eyeRight"
    NOSE = "nose"
    MOUTH_LEFT = "mouthLeft"
    MOUTH_RIGHT = "mouthRight"
    LEFT_EYE_BROW_LEFT = "leftEyeBrowLeft"
    LEFT_EYE_BROW_RIGHT = "leftEyeBrowRight"
    LEFT_EYE_BROW_UP = "leftEyeBrowUp"
    RIGHT_EYE_BROW_LEFT = "rightEyeBrowLeft"
    RIGHT_EYE_BROW_RIGHT = "rightEyeBrowRight"
    RIGHT_EYE_BROW_UP = "rightEyeBrowUp"
    LEFT_EYE_LEFT = "leftEyeLeft"
    LEFT_EYE_RIGHT = "leftEyeRight"
    LEFT_EYE_UP = "leftEyeUp"
    LEFT_EYE_DOWN = "leftEyeDown"
    RIGHT_EYE_LEFT = "rightEyeLeft"
    RIGHT_EYE_RIGHT = "rightEyeRight"
    RIGHT_EYE_UP = "rightEyeUp"
    RIGHT_EYE_DOWN = "rightEyeDown"
    NOSE_LEFT = "noseLeft"
    NOSE_RIGHT = "noseRight"
    MOUTH_UP = "mouthUp"
    MOUTH_DOWN = "mouthDown"
    LEFT_PUPIL = "leftPupil"
    RIGHT_PUPIL = "rightPupil"
    UPPER_JAWLINE_LEFT = "upperJawlineLeft"
    MID_JAWLINE_LEFT = "midJawlineLeft"
    CHIN_BOTTOM = "chinBottom"
    MID_JAWLINE_RIGHT = "midJawlineRight"
    UPPER_JAWLINE_RIGHT = "upperJawlineRight"


@dataclass(frozen=True, slots=True)
class Landmark:
    """One named point, in pixels of the frame."""

    type: LandmarkType
    x: float
    y: float


DEFAULT_TYPES = tuple(LandmarkType)[:5]
"""What Rekognition tells of a face when only its default attributes are asked for."""

_OF_MESH: dict[LandmarkType, tuple[int, ...]] = {
    LandmarkType.EYE_LEFT: (33, 133),
    LandmarkType.EYE_RIGHT: (362, 263),
    LandmarkType.NOSE: (1,),
    LandmarkType.MOUTH_LEFT: (61,),
    LandmarkType.MOUTH_RIGHT: (291,),
    LandmarkType.LEFT_EYE_BROW_LEFT: (70, 46),
    LandmarkType.LEFT_EYE_BROW_RIGHT: (107, 55),
    LandmarkType.LEFT_EYE_BROW_UP: (105, 52),
    LandmarkType.RIGHT_EYE_BROW_LEFT: (336, 285),
    LandmarkType.RIGHT_EYE_BROW_RIGHT: (300, 276),
    LandmarkType.RIGHT_EYE_BROW_UP: (334, 282),
    LandmarkType.LEFT_EYE_LEFT: (33,),
    LandmarkType.LEFT_EYE_RIGHT: (133,),
    LandmarkType.LEFT_EYE_UP: (159,),
    LandmarkType.LEFT_EYE_DOWN: (145,),
    LandmarkType.RIGHT_EYE_LEFT: (362,),
    LandmarkType.RIGHT_EYE_RIGHT: (263,),
    LandmarkType.RIGHT_EYE_UP: (386,),
    LandmarkType.RIGHT_EYE_DOWN: (374,),
    LandmarkType.NOSE_LEFT: (98,),
    LandmarkType.NOSE_RIGHT: (327,),
    LandmarkType.MOUTH_UP: (0,),
    LandmarkType.MOUTH_DOWN: (17,),
    LandmarkType.LEFT_PUPIL: (33, 133),
    LandmarkType.RIGHT_PUPIL: (362, 263),
    LandmarkType.UPPER_JAWLINE_LEFT: (127,),
    LandmarkType.MID_JAWLINE_LEFT: (58,),
    LandmarkType.CHIN_BOTTOM: (152,),
    LandmarkType.MID_JAWLINE_RIGHT: (288,),
    LandmarkType.UPPER_JAWLINE_RIGHT: (356,),
}
"""Points of MediaPipe's mesh whose mean is meant: the centre of an eye lies between its corners, a
brow between its edges. Rekognition's jaw begins at the height of the eyes and has its middle a
little below the mouth, in published answers of its."""

_OF_LEFT_EYE: dict[LandmarkType, int] = {
    LandmarkType.LEFT_EYE_LEFT: 0,
    LandmarkType.LEFT_EYE_RIGHT: 8,
    LandmarkType.LEFT_EYE_UP: 12,
    LandmarkType.LEFT_EYE_DOWN: 4,
}
"""Points of an eye's rim, see :data:`edge.vision.iris.RIM`. The right eye is the left in a mirror."""

_OF_RIGHT_EYE: dict[LandmarkType, int] = {
    LandmarkType.RIGHT_EYE_LEFT: 8,
    LandmarkType.RIGHT_EYE_RIGHT: 0,
    LandmarkType.RIGHT_EYE_UP: 12,
    LandmarkType.RIGHT_EYE_DOWN: 4,
}


def named_landmarks(mesh: Points, eyes: tuple[Eye, Eye] | None = None) -> tuple[Landmark, ...]:
    """Return the thirty points of a ``(468, 3)`` *mesh*, in the order of their types.

    Where the iris network saw the *eyes*, the viewer's left first, their rims and pupils are its;
    without it a pupil is the centre of its eye.
    """
    points = {kind: mesh[list(indices), :2].mean(axis=0) for kind, indices in _OF_MESH.items()}
    if eyes is not None:
        left, right = eyes
        points |= {kind: left.rim[index] for kind, index in _OF_LEFT_EYE.items()}
        points |= {kind: right.rim[index] for kind, index in _OF_RIGHT_EYE.items()}
        points[LandmarkType.LEFT_PUPIL] = left.pupil
        points[LandmarkType.RIGHT_PUPIL] = right.pupil
    return tuple(_landmark(kind, points[kind]) for kind in LandmarkType)


def _landmark(kind: LandmarkType, point: Points) -> Landmark:
    x, y = np.asarray(point, np.float64).tolist()
    return Landmark(kind, x, y)
