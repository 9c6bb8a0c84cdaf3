"""Whether a face is good enough to be recognized, and if not, why, in Rekognition's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Pixels, Points, Pose, Quality, QualityReason
from edge.vision.align import fit_similarity

_BLURRED, _SHARP = 0.003, 0.3
"""Ends of the sharpness scale: Laplacian variance over luma variance of an aligned face. Below the
first nothing of a face is left; the second is a portrait in full focus."""

_SEEN_FROM = slice(16, 96)
"""Columns and rows of a 112-pixel chip that hold face rather than hair and background."""

_AGREED, _CONTRADICTED = 0.10, 0.30
"""Disagreement of the two sets of points, in lengths of the diagonal from eye to mouth corner. Of
bare faces half lie below 0.06, 95 % below 0.10 and 99 % below 0.12; a photograph of a gearbox that
passed for a face reaches 0.2 to 0.4."""

_FULL_SIZE = 50.0
"""Pixels of a face's shorter side from which more pixels hardly raise the cosine to another photo of
the same person: medians of 80 people 0.71 at 94, 0.71 at 47, 0.66 at 28, 0.60 at 19."""

_FULL_SHARPNESS = 50.0
"""Percent from which more sharpness hardly raises that cosine: 0.71 at 75, 0.70 at 55, 0.66 at 35,
0.60 at 22, 0.48 at 16."""


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a face must reach to be recognized or enrolled.

    Percentages run from 0 to 100, angles are degrees either way, sizes pixels of the frame.
    """

    min_confidence: float = 80.0
    """Percent. The 500 LFW photos reach 90, covered and dark faces 86, false faces at most 78."""

    min_size: float = 40.0
    """Pixels of the box's shorter side. Nothing is lost at 37 yet; a video of 176×144 shows its man
    at 44 to 55."""

    max_yaw: float = 40.0
    """Degrees as the mesh sees them, about 50 in truth: it flattens a profile. Beyond it the far eye
    is hidden and alignment guesses; 1 % of LFW is."""

    max_pitch: float = 35.0
    """Degrees; beyond it the brow or the chin hides the eyes or the mouth."""

    max_roll: float = 45.0
    """Degrees. Alignment undoes roll, but the detector was not trained beyond."""

    min_sharpness: float = 25.0
    """Percent. At 35 (a 94-pixel face blurred with a sigma of 2 pixels) one more match in 100 is lost
    at FMR 1e-5, at 22 (3 pixels) 19 more. LFW's least sharp have 42."""

    min_brightness: float = 8.0
    """Percent of mean luma. At 10 two more matches in 100 are lost at FMR 1e-5, at 5 twenty-four
    more. LFW's darkest have 28."""

    max_brightness: float = 80.0
    """Percent of mean luma: more is skin that has lost its shading. At 83 twenty more matches in 100
    are lost at FMR 1e-5. LFW's brightest have 71."""

    max_occlusion: float = 0.5
    """Part from 0 to 1, as estimated by :func:`occlusion_of`."""


def sharpness_of(chip: Pixels) -> float:
    """Return how sharp an aligned face is, in percent.

    The variance of the Laplacian says how much fine detail there is; divided by the variance of the
    luma it does not change with light or contrast. Shown on a logarithmic scale, as blur is felt.
    The noise of a camera in the dark counts as detail: brightness has to refuse that.
    """
    luma = _face_luma(chip)
    spread = _variance(luma)
    if spread < 1:  # less than one grey level: nothing to be seen
        return 0.0
    detail = _variance(cv2.Laplacian(luma, cv2.CV_32F)) / spread
    share = np.log(max(detail, _BLURRED) / _BLURRED) / np.log(_SHARP / _BLURRED)
    return 100.0 * float(min(share, 1.0))


def brightness_of(chip: Pixels) -> float:
    """Return the mean luma of an aligned face, in percent."""
    return 100.0 * float(_face_luma(chip).mean()) / 255.0


def occlusion_of(presence: float, found: Points, drawn: Points) -> float:
    """Return an estimate, 0 to 1, of how much of the face is covered.

    No network here was trained to see covers. What they tell is indirect: the mesh doubts that it
    looks at a face (*presence*, 0 to 1), or the detector (*found*) and the mesh (*drawn*, both
    ``(5, 2)``) put eyes, nose and mouth in different places. A turn between the two does not count:
    of a tilted head the detector sees too little tilt. How often 0.5 is exceeded, of 60 photos: bare
    never, painted over below the eyes 76 %, over one side 47 %, over nose and mouth as by a mask
    37 %, over the eyes 3 %, by a hand before a cheek never.
    """
    diagonal = float(np.linalg.norm(drawn[0] - drawn[4]))
    turn = fit_similarity(found, drawn)[:, :2]
    turn /= np.hypot(turn[0, 0], turn[1, 0])
    centre = found.mean(axis=0)
    level = (found - centre) @ turn.T + centre
    apart = float(np.linalg.norm(level - drawn, axis=1).mean()) / max(diagonal, 1e-6)
    contradicted = (apart - _AGREED) / (_CONTRADICTED - _AGREED)
    return float(np.clip(max(1 - presence, contradicted), 0, 1))


def judge(
    *,
    confidence: float,
    size: float,
    pose: Pose,
    sharpness: float,
    brightness: float,
    occlusion: float,
    limits: QualityLimits,
) -> Quality:
    """Return the quality of a face with every reason, if any, that makes it unfit."""
    quality = Quality(
        sharpness=sharpness,
        brightness=brightness,
        pose=pose,
        size=size,
        occlusion=occlusion,
        weight=_weight(size, pose, sharpness, occlusion),
    )
    return replace(quality, reasons=reasons_against(confidence, quality, limits))


def reasons_against(
    confidence: float, quality: Quality, limits: QualityLimits
) -> tuple[QualityReason, ...]:
    """Return every reason for which a face of that *confidence* in percent is below *limits*."""
    pose = quality.pose
    faults = {
        QualityReason.LOW_CONFIDENCE: confidence < limits.min_confidence,
        QualityReason.SMALL_BOUNDING_BOX: quality.size < limits.min_size,
        QualityReason.EXTREME_POSE: (
            abs(pose.yaw) > limits.max_yaw
            or abs(pose.pitch) > limits.max_pitch
            or abs(pose.roll) > limits.max_roll
        ),
        QualityReason.LOW_BRIGHTNESS: quality.brightness < limits.min_brightness,
        QualityReason.LOW_SHARPNESS: quality.sharpness < limits.min_sharpness,
        # Rekognition has no word for too bright or covered.
        QualityReason.LOW_FACE_QUALITY: (
            quality.brightness > limits.max_brightness or quality.occlusion > limits.max_occlusion
        ),
    }
    return tuple(reason for reason, present in faults.items() if present)


def _weight(size: float, pose: Pose, sharpness: float, occlusion: float) -> float:
    """Return how much a face should count, 0 to 1: large, frontal, sharp and bare counts most."""
    turn = np.cos(np.radians(min(abs(pose.yaw), 90))) * np.cos(np.radians(min(abs(pose.pitch), 90)))
    plain = min(size / _FULL_SIZE, 1) * min(sharpness / _FULL_SHARPNESS, 1) * (1 - occlusion)
    return float(np.clip(turn * plain, 0, 1))


def _variance(values: NDArray[Any]) -> float:
    return float(cv2.meanStdDev(values)[1][0, 0]) ** 2


def _face_luma(chip: Pixels) -> Pixels:
    scale = chip.shape[0] / 112
    inner = slice(round(_SEEN_FROM.start * scale), round(_SEEN_FROM.stop * scale))
    return cv2.cvtColor(chip[inner, inner], cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
