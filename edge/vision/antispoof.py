"""Whether skin looks real in one picture: MiniFASNetV2-SE, an optional network.

It was trained on prints and screens before cameras; it sees the printed dots, the glow and the
lost contrast that geometry cannot see, and is fooled by none of the motion that a video shows.
A single answer proves little: see ``docs/liveness.md``.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.domain import Box, Pixels
from edge.vision.tflite import Network

SIDE = 128
"""Pixels of the network's square input."""

CONTEXT = 1.5
"""Side of the square that the network sees, in longer sides of the face's box; as published."""


class AntiSpoof:
    """Judges faces by their texture. One object serves one thread.

    :raises ModelError: if the file is no network that can be run.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._network = Network(path, threads=threads)

    def log_odds(self, pixels: Pixels, box: Box) -> float:
        """Return the natural logarithm of the odds that the face in *box* is no picture."""
        rgb = _square(pixels, box)[None, :, :, ::-1].astype(np.float32) / np.float32(255)
        real, spoof = self._network.run(rgb)[0].ravel()
        return float(real - spoof)


def _square(pixels: Pixels, box: Box) -> Pixels:
    """Return the square around *box*, mirrored where it leaves the frame."""
    scale = SIDE / max(CONTEXT * max(box.width, box.height), 1.0)
    across, down = box.centre
    to_chip = np.array(
        [[scale, 0, SIDE / 2 - scale * across], [0, scale, SIDE / 2 - scale * down]], np.float64
    )
    chip = cv2.warpAffine(
        pixels,
        to_chip,
        (SIDE, SIDE),
        flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return chip.astype(np.uint8, copy=False)
