"""Films of a door, of 640×480 at 30 frames a second, each frame a JPEG as cameras send them.

Of the demonstration's footage, with the noise of a sensor. They are written to a folder and decoded
one by one, so that whoever watches keeps no more of a film in memory than a door does.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from edge.demonstration.attacker import with_noise
from edge.demonstration.footage import ASTRONAUT, CARPHONE, COFFEE, clip, picture
from edge.domain import Frame, Pixels
from edge.errors import CameraError, EndOfFootageError

FPS = 30
JPEG_QUALITY = 90

MAN, STRANGER, NOBODY, CHANGE = "the man", "a stranger", "nobody", "people change"
FILMS = (MAN, STRANGER, NOBODY, CHANGE)

WIDTH, HEIGHT = 640, 480
ENROLMENT = 24
"""Frames of the clip that the man is enrolled from, and is not shown in afterwards."""

PART = 48
"""Frames that each of those who change stays before the door."""


def write_films(folder: Path, *, most: int | None = None) -> tuple[Pixels, ...]:
    """Write every film into a folder of its name; return the pictures to enrol the man from.

    *most*: frames of each; by default all there are.
    """
    hall = _scaled(picture(COFFEE), WIDTH, HEIGHT)
    first, later = clip(CARPHONE)[:ENROLMENT], clip(CARPHONE)[ENROLMENT:]
    # Forwards and back: so nobody jumps, and the watch over the camera finds no film in a loop.
    man = [_before(hall, frame, left=56, top=24, width=528) for frame in (*later, *later[::-1])]
    her = picture(ASTRONAUT)[20:320, 60:360]  # head and shoulders, near the camera
    stranger = _before(hall, her, left=100, top=20, width=440)
    behind = [_before(hall, frame, left=0, top=200, width=250) for frame in later]
    both = [_before(frame, her, left=240, top=90, width=390) for frame in behind]
    nobody = [hall] * FPS
    films = {
        MAN: [*nobody, *man],
        STRANGER: [*nobody, *[stranger] * len(man)],
        NOBODY: [hall] * len(man),
        CHANGE: [*man[:PART], *[stranger] * PART, *man[PART:], *both, *nobody],
    }
    draw = np.random.default_rng(0)
    for name, frames in films.items():
        (folder / name).mkdir(parents=True)
        for number, pixels in enumerate(frames[:most]):
            coded = cv2.imencode(
                ".jpg", with_noise(pixels, draw), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            )[1]
            (folder / name / f"{number:06}.jpg").write_bytes(coded.tobytes())
    return tuple(
        _before(hall, frame, left=56, top=24, width=528) for frame in first[:: ENROLMENT // 4]
    )


def _scaled(image: Pixels, width: int, height: int) -> Pixels:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _before(scene: Pixels, image: Pixels, *, left: int, top: int, width: int) -> Pixels:
    """Put *image* before *scene*, *width* pixels wide, cut where the frame ends."""
    height = round(image.shape[0] * width / image.shape[1])
    shown = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    frame = scene.copy()
    bottom, right = min(top + height, HEIGHT), min(left + width, WIDTH)
    frame[top:bottom, left:right] = shown[: bottom - top, : right - left]
    return frame


class Film:
    """A camera that plays the film in *folder* as fast as it is looked at, with the film's own clock.

    *ahead*: the next frame is decoded by a thread of its own while the last one is looked at, as
    :class:`edge.hardware.camera_live.LiveCamera` does it.
    """

    def __init__(self, folder: Path, *, ahead: bool) -> None:
        self.name = folder.name
        self.shown = 0
        self._files = sorted(folder.iterdir())
        self._decoded = 0
        self._next: Frame | None = None
        self._there, self._wanted = threading.Semaphore(0), threading.Semaphore(1)
        self._ahead = ahead
        self._thread: threading.Thread | None = None

    def read(self, timeout: float) -> Frame | None:  # noqa: ARG002 - the camera's protocol
        if self._ahead:
            self._start()
            self._there.acquire()
            frame = self._next
            self._wanted.release()
        else:
            frame = self.decode()
        if frame is None:
            raise EndOfFootageError(f"{self.name} is over")
        self.shown += 1
        return frame

    def close(self) -> None:
        """Nothing to give back."""

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._decode_ahead, daemon=True)
            self._thread.start()

    def _decode_ahead(self) -> None:
        while True:
            self._wanted.acquire()
            self._next = self.decode()
            self._there.release()
            if self._next is None:
                return

    def decode(self) -> Frame | None:
        """Return the next frame, or None after the last."""
        number, self._decoded = self._decoded, self._decoded + 1
        if number >= len(self._files):
            return None
        coded = np.frombuffer(self._files[number].read_bytes(), np.uint8)
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        if picture is None:
            raise CameraError(f"{self._files[number]} cannot be decoded")
        pixels = picture.astype(np.uint8, copy=False)
        return Frame(pixels, datetime.now(UTC), 1000 + number / FPS, number)
