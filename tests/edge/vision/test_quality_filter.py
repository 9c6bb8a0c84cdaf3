"""The five quality bars, from none to high."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Face, Pixels, Pose, Quality, QualityReason
from edge.vision.quality import QualityLimits
from edge.vision.quality_filter import QualityFilter, unfit
from edge.vision.recognizer import Recognizer

BARS = [QualityFilter.NONE, QualityFilter.LOW, QualityFilter.MEDIUM, QualityFilter.HIGH]


def face_of(confidence: float, size: float, yaw: float, sharpness: float, brightness: float, occlusion: float) -> Face:  # fmt: skip
    """Return a face of that quality."""
    quality = Quality(sharpness, brightness, Pose(yaw, 0.0, 0.0), size, occlusion, 0.5)
    return Face(Box(0, 0, size, size), confidence, None, None, quality)  # type: ignore[arg-type]


faces = st.builds(
    face_of,
    st.floats(0, 100),
    st.floats(1, 500),
    st.floats(-90, 90),
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0, 1),
)


@given(face=faces)
def test_a_higher_bar_lets_no_more_through(face: Face) -> None:
    """Whoever passes one passes every lower one."""
    passing = [not unfit(face, bar, own=QualityLimits()) for bar in BARS]
    assert passing == sorted(passing, reverse=True)
    assert passing[0]


def test_auto_is_the_installations_own(recognizer: Recognizer, astronaut: Pixels) -> None:
    """As strict as the door."""
    face = recognizer.faces(astronaut)[0]
    strict = replace(QualityLimits(), min_size=300)
    assert unfit(face, QualityFilter.AUTO, own=QualityLimits()) == ()
    assert unfit(face, QualityFilter.AUTO, own=strict) == (QualityReason.SMALL_BOUNDING_BOX,)
    assert unfit(face, QualityFilter.HIGH, own=strict) == ()
