"""A stored video: what it says of itself, and its frames at an even distance in time.

Times are the container's own, in milliseconds from its beginning, so that a video whose frames are
not evenly spaced, as telephones make them, tells the truth about when somebody was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

import cv2
import numpy as np

from edge.domain import Pixels
from edge.errors import VideoError
from edge.video.container import REMEDY, Format, identify

MOST_BYTES = 10 * 1024**3
"""Of one video, as in Amazon Rekognition."""

LONGEST_MS = 6 * 3600 * 1000
"""Of one video, as in Amazon Rekognition."""

INTERVAL_MS = 200
"""Between two frames that are looked at. Who crosses the picture within 0.6 s is then seen in the
three good frames that a door asks for before it decides; and at five frames a second a small
computer keeps up with the video."""

MOST_PIXELS = 7680 * 4320
"""Of one frame: 8K, 100 MB."""

_LEAST_SHARE = 0.5
"""Part of the announced length that must be decoded. Announced lengths are often a little wrong."""

_USUAL_FPS = 25.0
_FASTEST_FPS = 1000.0


@dataclass(frozen=True, slots=True)
class VideoMetadata:
    """What a video says of itself; *width* and *height* are those of the upright frame."""

    codec: str
    format: Format
    duration_ms: int
    frame_rate: float
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """One frame, upright, and when it is shown, in milliseconds from the beginning."""

    pixels: Pixels
    at_ms: int


class StoredVideo:
    """A video in *file*, which stays the caller's and must stay open.

    :raises VideoError: if it is no video that can be read, is cut off, or is too large or too long.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._format = identify(file)
        # By its number, so that nothing that takes the file's name meanwhile is read instead. One
        # thread: the decoder's threads would each hold frames, and there is no hurry.
        self._capture = cv2.VideoCapture(
            f"/proc/self/fd/{file.fileno()}", cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1]
        )
        try:
            if not self._capture.isOpened():
                raise VideoError("The video cannot be decoded.", remedy=REMEDY)
            self.metadata = self._read_metadata()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the decoder; may be called twice."""
        self._capture.release()

    def frames(self, interval_ms: int = INTERVAL_MS) -> Iterator[VideoFrame]:
        """Yield the first frame, and then the first of every *interval_ms*; once.

        :raises VideoError: if nothing can be decoded, decoding ends long before the video should,
            or it is longer than it may be.
        """
        due, at = 0, -1.0
        usual = 1000.0 / self.metadata.frame_rate
        while self._capture.grab():
            told = float(self._capture.get(cv2.CAP_PROP_POS_MSEC))
            # Some old files carry no times: their frames follow each other evenly.
            at = told if told > at else at + usual if at >= 0 else 0.0
            if at > LONGEST_MS:
                raise _too_long()
            at_ms = round(at)
            if at_ms < due:
                continue
            due = (at_ms // interval_ms + 1) * interval_ms
            there, image = self._capture.retrieve()
            if there and image.ndim == 3:
                yield VideoFrame(np.ascontiguousarray(image, dtype=np.uint8), at_ms)
        if at < 0:
            raise VideoError("No frame of the video can be decoded.", remedy=REMEDY)
        if at + usual < self.metadata.duration_ms * _LEAST_SHARE:
            raise VideoError(
                f"The video is damaged: it should be {self.metadata.duration_ms} ms long, and "
                f"nothing can be decoded after {round(at)} ms.",
                remedy=REMEDY,
            )

    def _read_metadata(self) -> VideoMetadata:
        fps = self._number(cv2.CAP_PROP_FPS)
        fps = fps if 0 < fps <= _FASTEST_FPS else _USUAL_FPS
        metadata = VideoMetadata(
            codec=_four_letters(int(self._number(cv2.CAP_PROP_FOURCC))),
            format=self._format,
            duration_ms=max(round(self._number(cv2.CAP_PROP_FRAME_COUNT) / fps * 1000), 0),
            frame_rate=fps,
            width=int(self._number(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(self._number(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        if metadata.duration_ms > LONGEST_MS:
            raise _too_long()
        if metadata.width * metadata.height > MOST_PIXELS:
            raise VideoError(
                f"The video's frames of {metadata.width}×{metadata.height} pixels are too large.",
                remedy="Scale it down; faces need 40 pixels.",
            )
        return metadata

    def _number(self, what: int) -> float:
        value = float(self._capture.get(what))
        return value if np.isfinite(value) else 0.0


def _too_long() -> VideoError:
    return VideoError("The video is longer than 6 hours.", remedy="Cut it into parts.")


def _four_letters(code: int) -> str:
    """Return a codec's name; FFmpeg gives four letters in a number, the lowest byte first."""
    letters = bytes(code >> shift & 0xFF for shift in (0, 8, 16, 24))
    return "".join(chr(letter) for letter in letters if 32 < letter < 127).lower()
