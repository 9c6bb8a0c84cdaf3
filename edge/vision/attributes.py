"""What can honestly be told about a face, in Amazon Rekognition's words; pure functions.

Told: whether the eyes and the mouth are open, whether something covers the face, where the eyes
look. Not told, because nothing here was trained or could be measured for it: age, beard, emotions,
eyeglasses, gender, moustache, smile. Nor sunglasses: the networks draw eyes behind them without much
doubt, and flat dark lenses painted on photos, all there was to measure on, say nothing of real ones.

Every yes or no is a logistic function of one measured quantity. For eyes and mouth its threshold and
slope were fitted to frames of six clips that were looked at one by one, see `bench/attributes.py`;
frames in which even that did not decide count half for either answer, so that near the threshold
the confidence is near 50 %. Both answers counted alike, so a confidence is the probability of being
right where both are as likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Face, Points, Pose
from edge.vision.iris import Eye
from edge.vision.landmark_types import Landmark, named_landmarks
from edge.vision.pose import axes_of

LEAST_SIZE = 30.0
"""Pixels of a face's shorter side below which nothing is told. Of labelled frames, scaled down, up to
4 % are misjudged at 40 pixels, 7 % at 30, 11 % at 24."""

MOST_YAW, MOST_PITCH = 40.0, 35.0
"""Degrees beyond which nothing is told: the far eye, or the lids, are hidden. The door's limits."""

_EYES_OPEN, _EYES_SLOPE = 0.476, 18.5
"""Gap between the lids in diameters of the iris, mean of both eyes: 0.24 ± 0.09 in 52 frames with
closed eyes, 0.73 ± 0.11 in 79 with open ones. The iris is the ruler since it is 11.7 mm wide in
everybody. The mesh's own lids hardly move when an eye closes."""

_MOUTH_OPEN, _MOUTH_SLOPE = 0.097, 29.0
"""Gap between the inner lips in widths of the inner mouth: 0.06 ± 0.02 in 38 frames with closed lips,
0.26 ± 0.12 in 46 with the teeth or the mouth's inside to be seen."""

_BARE, _BARE_SLOPE = 24.7, 0.286
"""The mesh's certainty, in log odds, that it looks at a face: 39 in the median of bare faces, 19 with a
hand before the mouth, 10 with half of the face covered, 8 with a mask. Fitted to 125 photos of LFW,
bare (also blurred, dark, small, noisy, compressed) and with such covers painted on. The detector's
confidence separates them even better there, but falls in other footage when a mouth opens wide."""

_SURELY_COVERED = 90.0
"""Percent of confidence from which nothing is told of a covered face: which part of it is drawn and
which is guessed is not known."""

_DEPTH, _RISE, _RADIUS = 0.5, -0.15, 0.85
"""The eyeball, in diameters of the iris: its centre lies *depth* behind the middle between the corners
of the lids, and an iris that looks straight ahead *rise* below it (so above); the iris turns about
it at *radius*, 10 of 11.7 mm. The first two were fitted to a woman who keeps looking at the camera
while her head turns through 13° and nods through 20°: her direction then stays within 1.2° and 1.7°
(standard deviations)."""

_PERSON, _PIXELS, _NEAR = 4.0, 100.0, 10.0
"""Degrees by which a direction errs, per axis: *person* from one person to the next (root mean square
over four who look into the camera), and *pixels* divided by the face's size in pixels, from how far
the direction moves when a picture is made smaller: 1.7° at 60 pixels, 2.5° at 40, 3.3° at 30. Its
confidence is the probability that it is at most *near* degrees off, if both err as a normal
distribution does. How far the two eyes differ was tried and predicts nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An answer; *confidence* in percent from 50, as good as a guess, to 100."""

    value: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class EyeDirection:
    """Where the eyes look, in degrees, seen from the camera and so independent of the head's pose.

    Both zero is into the camera. Rekognition names the axes but not the signs: they are those of
    :class:`edge.domain.Pose`. *confidence* in percent that it is at most 10° off.
    """

    yaw: float
    pitch: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is told about a face. None where it is too small, too turned or covered to tell."""

    landmarks: tuple[Landmark, ...]
    eyes_open: Statement | None
    mouth_open: Statement | None
    face_occluded: Statement | None
    eye_direction: EyeDirection | None


def attributes_of(
    face: Face, mesh: Points, eyes: tuple[Eye, Eye], *, certainty: float
) -> Attributes:
    """Return what can be told about *face* with its ``(468, 3)`` *mesh* and its *eyes*.

    *certainty* is the mesh's, see :meth:`edge.vision.landmarks.Landmarks.certainty`. Of a face that
    is surely covered only that is told.
    """
    landmarks = named_landmarks(mesh, eyes)
    if not can_be_told(face.quality.size, face.quality.pose):
        return Attributes(landmarks, None, None, None, None)
    occluded = face_occluded(certainty)
    if occluded.value and occluded.confidence >= _SURELY_COVERED:
        return Attributes(landmarks, None, None, occluded, None)
    opened = eyes_open(eyes)
    size = face.quality.size
    direction = eye_direction(mesh, eyes, size=size) if opened.value else None
    return Attributes(landmarks, opened, mouth_open(mesh), occluded, direction)


def can_be_told(size: float, pose: Pose) -> bool:
    """Tell whether a face *size* pixels wide with this *pose* shows enough for any statement."""
    return size >= LEAST_SIZE and abs(pose.yaw) <= MOST_YAW and abs(pose.pitch) <= MOST_PITCH


def eyes_open(eyes: tuple[Eye, Eye]) -> Statement:
    """Return whether the eyes are open. With one open and one closed it is nearly undecided."""
    gap = float(np.mean([eye.gap for eye in eyes]))
    return _statement(_EYES_SLOPE * (gap / _iris_diameter(eyes) - _EYES_OPEN))


def mouth_open(mesh: Points) -> Statement:
    """Return whether the lips of a ``(468, 3)`` *mesh* are apart. A smile with teeth is open."""
    gap = float(np.linalg.norm(mesh[13] - mesh[14]))
    width = max(float(np.linalg.norm(mesh[78] - mesh[308])), 1e-6)
    return _statement(_MOUTH_SLOPE * (gap / width - _MOUTH_OPEN))


def face_occluded(certainty: float) -> Statement:
    """Return whether something covers the face, from the mesh's *certainty* in log odds.

    Dark lenses are seldom noticed, and blurred or dark faces are taken for covered ones more often
    than others; see `docs/attributes.md`.
    """
    return _statement(_BARE_SLOPE * (_BARE - certainty))


def eye_direction(mesh: Points, eyes: tuple[Eye, Eye], *, size: float) -> EyeDirection:
    """Return where the *eyes* of a ``(468, 3)`` *mesh* look.

    An eyeball is a sphere whose centre lies behind the lids in the head's own axes; the iris turns
    about it. *size* of the face in pixels decides how sure the answer is.
    """
    _, down, inward = axes_of(mesh)
    turned = np.stack([_turn(eye, _iris_diameter(eyes), down, inward) for eye in eyes])
    across, lower = np.clip(turned.mean(axis=0), -1, 1)
    variance = _PERSON**2 + (_PIXELS / size) ** 2
    return EyeDirection(
        yaw=float(np.degrees(np.arcsin(across))),
        pitch=-float(np.degrees(np.arcsin(lower))),
        confidence=100 * -float(np.expm1(-(_NEAR**2) / (2 * variance))),
    )


def _turn(
    eye: Eye, diameter: float, down: NDArray[np.float64], inward: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the sines of an eye's turn to the viewer's right and down, from the camera's axis."""
    middle = (eye.rim[0] + eye.rim[8]) / 2
    shift = (eye.pupil - middle).astype(np.float64) / diameter
    return np.asarray((shift - _DEPTH * inward[:2] - _RISE * down[:2]) / _RADIUS, np.float64)


def _iris_diameter(eyes: tuple[Eye, Eye]) -> float:
    return max(float(np.mean([eye.iris_diameter for eye in eyes])), 1e-6)


def _statement(log_odds: float) -> Statement:
    return Statement(value=log_odds > 0, confidence=100 * _logistic(abs(log_odds)))


def _logistic(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))
