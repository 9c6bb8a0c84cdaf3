"""Frames of every size show the same faces, as large a part of the height."""

from __future__ import annotations

import pytest

from edge.benchmark.frames import door_frames
from edge.benchmark.running import SIZES
from edge.vision.recognizer import Recognizer


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_face_is_found_in_every_frame(recognizer: Recognizer, width: int, height: int) -> None:
    """In all twenty, so that no contender is compared on less."""
    frames = door_frames(width, height)

    assert len(frames) == 20
    assert {frame.shape for frame in frames} == {(height, width, 3)}
    for frame in frames[::3]:
        face = recognizer.largest(frame)
        assert face is not None
        assert 0.12 < face.box.height / height < 0.9
