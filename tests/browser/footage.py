"""Films for the cameras of a test: the same man for the kiosk and, other seconds of him, the door."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from edge.domain import Pixels

WIDTH, HEIGHT = 640, 480


def enlarged(pixels: Pixels) -> Pixels:
    """Return a picture as a webcam would show it: 640 × 480, filled, the middle of it."""
    height, width = pixels.shape[:2]
    scale = max(WIDTH / width, HEIGHT / height)
    large = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    top, left = (large.shape[0] - HEIGHT) // 2, (large.shape[1] - WIDTH) // 2
    return large[top : top + HEIGHT, left : left + WIDTH].astype(np.uint8)


def write_y4m(path: Path, frames: Iterable[Pixels], *, fps: int) -> Path:
    """Write what Chromium plays as a camera, over and over: uncompressed YUV 4:2:0."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            file.write(b"FRAME\n")
            file.write(cv2.cvtColor(enlarged(frame), cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def write_film(path: Path, frames: Iterable[Pixels], *, fps: int) -> Path:
    """Write what a door's camera plays: a film of Motion-JPEG."""
    codec = cv2.VideoWriter.fourcc(*"MJPG")
    film = cv2.VideoWriter(str(path), codec, fps, (WIDTH, HEIGHT))
    try:
        for frame in frames:
            film.write(enlarged(frame))
    finally:
        film.release()
    return path
