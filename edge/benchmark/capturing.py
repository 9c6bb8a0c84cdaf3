"""The camera of the door: how many frames a second come out of it, and out of what looks at them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from edge.errors import CameraError, EndOfFootageError
from edge.hardware import Camera
from edge.vision.recognizer import Recognizer

FIRST_FRAME_SECONDS = 10.0
"""A camera on a USB bus that sleeps takes several seconds to its first frame."""

READ_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Captured:
    """Pixels of the frames, frames a second that were read and looked at, and how many had a face.

    Nothing of what was to be seen is kept.
    """

    width: int
    height: int
    frames_a_second: float
    faces: int
    frames: int


def watch_camera(camera: Camera, recognizer: Recognizer, *, seconds: float) -> Captured:
    """Read *camera* for *seconds*, or to the end of footage, and look at every frame as a door does.

    :raises CameraError: if no frame comes.
    """
    first = _first(camera)
    frames = faces = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            frame = camera.read(READ_SECONDS)
        except EndOfFootageError:
            break
        if frame is None:
            continue
        face = recognizer.largest(frame.pixels)
        if face is not None:
            recognizer.embed(frame.pixels, face)
            faces += 1
        frames += 1
    if not frames:
        raise CameraError(f"{camera.name} stopped giving frames.", remedy="Run `ostiary doctor`.")
    return Captured(*first, frames / (time.monotonic() - began), faces, frames)


def _first(camera: Camera) -> tuple[int, int]:
    until = time.monotonic() + FIRST_FRAME_SECONDS
    while time.monotonic() < until:
        frame = camera.read(READ_SECONDS)
        if frame is not None:
            return frame.width, frame.height
    raise CameraError(
        f"{camera.name} gave no frame in {FIRST_FRAME_SECONDS:.0f} s.",
        remedy="Is the cable seated, and no other program using it?",
    )
