"""How good a face must be for whoever uses the API, in Rekognition's five words."""

from __future__ import annotations

from enum import StrEnum

from edge.domain import Face, QualityReason
from edge.vision.quality import QualityLimits, reasons_against


class QualityFilter(StrEnum):
    """A quality bar. AUTO is the door's own, by the settings; NONE lets everything through."""

    NONE = "NONE"
    AUTO = "AUTO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


_LOW = QualityLimits(
    min_confidence=70.0,
    min_size=20.0,
    max_yaw=60.0,
    max_pitch=50.0,
    max_roll=90.0,
    min_sharpness=12.0,
    min_brightness=4.0,
    max_brightness=90.0,
    max_occlusion=0.8,
)
"""Takes what can still be recognized now and then: a face of 19 pixels, or blurred to a sharpness of
16, still has a median cosine of 0.5 to 0.6 to another photo of its owner."""

_HIGH = QualityLimits(
    min_confidence=85.0,
    min_size=50.0,
    max_yaw=20.0,
    max_pitch=20.0,
    max_roll=20.0,
    min_sharpness=50.0,
    min_brightness=20.0,
    max_brightness=70.0,
    max_occlusion=0.25,
)
"""Takes what a passport office would: from these sizes and sharpnesses on, more of either hardly
raises the cosine to another photo (see :mod:`edge.vision.quality`)."""


def unfit(face: Face, wanted: QualityFilter, *, own: QualityLimits) -> tuple[QualityReason, ...]:
    """Return why *face* is below the bar *wanted*; *own* are the limits of this installation."""
    limits = {
        QualityFilter.NONE: None,
        QualityFilter.AUTO: own,
        QualityFilter.LOW: _LOW,
        QualityFilter.MEDIUM: QualityLimits(),
        QualityFilter.HIGH: _HIGH,
    }[wanted]
    return () if limits is None else reasons_against(face.confidence, face.quality, limits)
