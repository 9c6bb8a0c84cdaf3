from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from edge.domain import Box
from edge.vision.yunet import CHANNELS, STRIDES, faces_in, without_repeats

SIDE = 64
Outputs = tuple[NDArray[np.float32], ...]


@st.composite
def outputs(draw: st.DrawFn) -> Outputs:
    """Draw what the network could give for a picture of 64 × 64."""
    return tuple(
        draw(
            hnp.arrays(
                np.float32,
                (1, SIDE // stride, SIDE // stride, CHANNELS),
                elements=st.floats(-6, 6, width=32),
            )
        )
        for stride in STRIDES
    )


@st.composite
def rows(draw: st.DrawFn) -> NDArray[np.float32]:
    """Draw faces of all sizes that lie about and over each other."""
    count = draw(st.integers(0, 12))
    values = draw(hnp.arrays(np.float32, (count, 15), elements=st.floats(0, 1, width=32)))
    values[:, :2] *= 30
    values[:, 2:4] = values[:, 2:4] * 20 + 1
    return values


def plainly(given: Outputs, confidence: float) -> list[list[float]]:
    """Reckon cell by cell, in float64, as the publisher describes it."""
    faces = []
    for stride, output in zip(STRIDES, given, strict=True):
        for down, across in np.ndindex(output.shape[1:3]):
            sure, there, x, y, width, height, *points = output[0, down, across].tolist()
            score = math.sqrt(1 / (1 + math.exp(-sure)) / (1 + math.exp(-there)))
            if score < confidence:
                continue
            wide, high = math.exp(width) * stride, math.exp(height) * stride
            left, top = (across + x) * stride - wide / 2, (down + y) * stride - high / 2
            spots = [
                (value + (across if place % 2 == 0 else down)) * stride
                for place, value in enumerate(points)
            ]
            faces.append([left, top, wide, high, *spots, score])
    return faces


def box(row: NDArray[np.float32]) -> Box:
    """Return the box of a face."""
    return Box(*row[:4].tolist())


def shared(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the common part of two boxes."""
    return box(one).overlap(box(other))


@given(outputs(), st.floats(0.05, 0.95))
def test_cells_become_faces(given: Outputs, confidence: float) -> None:
    """Fast or plainly reckoned, the same cells see the same faces."""
    found = faces_in(given, confidence=confidence)
    expected = np.array(plainly(given, confidence)).reshape(-1, 15)
    if np.any(np.abs(np.array([row[14] for row in plainly(given, 0.0)]) - confidence) < 1e-6):
        return  # rounding alone decides
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_numbers_beyond_all_measure_give_faces_without_an_overflow() -> None:
    """A network that is shown nonsense may answer so; nothing is raised, nothing warned of."""
    given = [np.full((1, 2, 2, CHANNELS), 1e4, np.float32) for _ in STRIDES]
    with np.errstate(all="raise"):
        assert len(faces_in(given, confidence=0.6)) == 12


@given(rows(), st.floats(0.1, 0.9))
def test_of_faces_that_share_much_the_surest_is_kept(
    given: NDArray[np.float32], overlap: float
) -> None:
    """No two that are left share too much; who was dropped shares too much with one surer."""
    kept = without_repeats(given, overlap=overlap)
    assert kept[:, 14].tolist() == sorted(kept[:, 14].tolist(), reverse=True)
    for one, other in itertools.combinations(kept, 2):
        assert shared(one, other) <= overlap + 1e-4
    for row in given:
        assert any(
            np.array_equal(row, one) or (one[14] >= row[14] and shared(row, one) > overlap - 1e-4)
            for one in kept
        )
