"""Turning a face upright and to one size, the same way for enrolling and for matching."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Pixels, Points
from edge.errors import ImageError

Similarity = NDArray[np.float64]
"""Rotation, uniform scale and shift as a ``(2, 3)`` matrix, from the frame to a chip."""


def fit_similarity(points: NDArray[np.floating], template: NDArray[np.floating]) -> Similarity:
    """Return the similarity that brings *points* nearest to *template*, both ``(n, 2)``.

    Least squares over rotation, uniform scale and shift, in closed form: S. Umeyama, "Least-squares
    estimation of transformation parameters between two point patterns", IEEE PAMI 13(4), 1991. In
    the plane a rotation with scale is one complex factor, so no decomposition is needed and a
    reflection cannot come out.

    :raises ImageError: if the points coincide: no size can be read from them.
    """
    source = np.asarray(points, np.float64) @ (1, 1j)
    target = np.asarray(template, np.float64) @ (1, 1j)
    spread = source - source.mean()
    power = float(np.vdot(spread, spread).real)
    if not np.isfinite(power) or power == 0:
        raise ImageError(
            "The points of a face coincide, so it cannot be aligned.",
            remedy="Use a picture in which the face is larger.",
        )
    factor = np.vdot(spread, target - target.mean()) / power
    shift = target.mean() - factor * source.mean()
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]]
    )


def cut(pixels: Pixels, to_chip: Similarity, *, side: int) -> Pixels:
    """Return the chip of *side* by *side* pixels that *to_chip* cuts out of *pixels*.

    What lies outside the frame is black. A face larger than the chip is averaged down in whole
    blocks first: sampling it directly would skip pixels, and what falls between them would turn
    into noise that differs from photo to photo.
    """
    block = int(1 / np.hypot(to_chip[0, 0], to_chip[1, 0]))
    if block > 1:
        pixels, to_chip = _averaged(pixels, to_chip, side=side, block=block)
    chip = cv2.warpAffine(pixels, to_chip, (side, side), flags=cv2.INTER_LINEAR)
    return chip.astype(np.uint8, copy=False)


def align(pixels: Pixels, points: Points, template: NDArray[np.floating], *, side: int) -> Pixels:
    """Return the face with the five *points* as a chip of *side* by *side* pixels, BGR.

    :raises ImageError: if the points coincide.
    """
    return cut(pixels, fit_similarity(points, template), side=side)


def _averaged(
    pixels: Pixels, to_chip: Similarity, *, side: int, block: int
) -> tuple[Pixels, Similarity]:
    """Return the part of *pixels* under the chip in means of *block* by *block*, and its matrix."""
    height, width = pixels.shape[:2]
    to_frame = cv2.invertAffineTransform(to_chip)
    corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]]) @ to_frame.T
    left, top = np.clip(np.floor(corners.min(axis=0)) - block, 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + block, 0, (width, height)).astype(int)
    columns, rows = int(right - left) // block, int(bottom - top) // block
    if not columns or not rows:
        return pixels, to_chip
    part = pixels[top : top + rows * block, left : left + columns * block]
    small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    # The centre of a block's first pixel lies half a block, less half a pixel, from its middle.
    middle = np.array([left, top]) + (block - 1) / 2
    shift = to_chip[:, :2] @ middle + to_chip[:, 2]
    return small.astype(np.uint8, copy=False), np.column_stack([to_chip[:, :2] * block, shift])
