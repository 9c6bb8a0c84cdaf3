import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Pixels
from edge.errors import ImageError
from edge.vision.align import align, cut, fit_similarity

TEMPLATE = np.array([[38.0, 52.0], [74.0, 52.0], [56.0, 72.0], [42.0, 92.0], [71.0, 92.0]])


@given(
    angle=st.floats(-180, 180),
    scale=st.floats(0.05, 20),
    shift=st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)),
)
def test_any_similarity_is_undone_exactly(
    angle: float, scale: float, shift: tuple[float, float]
) -> None:
    """Points that are a turned, scaled and moved template are brought back onto it."""
    turn = np.radians(angle)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = scale * TEMPLATE @ rotation.T + shift

    matrix = fit_similarity(points, TEMPLATE)

    assert np.allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=1e-6)


@given(noise=st.lists(st.floats(-10, 10), min_size=10, max_size=10))
def test_no_similarity_near_the_answer_fits_better(noise: list[float]) -> None:
    """The answer is a minimum of the squared distances: every small change makes them larger."""
    points = TEMPLATE + np.reshape(noise, (5, 2))
    best = fit_similarity(points, TEMPLATE)

    def cost(factor: complex, shift: complex) -> float:
        moved = factor * (points @ (1, 1j)) + shift
        return float((np.abs(moved - TEMPLATE @ (1, 1j)) ** 2).sum())

    factor, shift = complex(best[0, 0], best[1, 0]), complex(best[0, 2], best[1, 2])
    for step in (1e-3, -1e-3, 1e-3j, -1e-3j):
        assert cost(factor, shift) <= cost(factor + step, shift)
        assert cost(factor, shift) <= cost(factor, shift + step)


def test_mirrored_points_are_never_reflected() -> None:
    """A reflection would turn a face into somebody else's: the matrix keeps its handedness."""
    mirrored = TEMPLATE * (-1, 1)

    matrix = fit_similarity(mirrored, TEMPLATE)

    assert np.linalg.det(matrix[:, :2]) > 0


def test_coinciding_points_are_refused() -> None:
    """Five times the same point has no size, and a picture cannot be made of it."""
    with pytest.raises(ImageError, match="coincide"):
        fit_similarity(np.ones((5, 2), np.float32), TEMPLATE)


def test_chip_shows_the_eyes_where_the_template_wants_them(astronaut: Pixels) -> None:
    """A mark at a face's point lands at the template's point."""
    points = (TEMPLATE * 0.8 + (150, 40)).astype(np.float32)
    marked = np.zeros_like(astronaut)
    for x, y in points:
        cv2.circle(marked, (round(float(x)), round(float(y))), 2, (255, 255, 255), -1)

    chip = align(marked, points, TEMPLATE, side=112)

    assert chip.shape == (112, 112, 3)
    for x, y in TEMPLATE.round().astype(int):
        assert chip[y, x].min() > 200


def test_outside_of_the_frame_is_black() -> None:
    """A face at the edge of the frame is completed with black."""
    white = np.full((100, 100, 3), 255, np.uint8)
    to_chip = np.array([[1.0, 0, 50], [0, 1.0, 0]])

    chip = cut(white, to_chip, side=100)

    assert chip[:, :50].max() == 0
    assert chip[:, 50:].min() == 255


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_large_face_is_averaged_not_sampled(astronaut: Pixels, scale: int) -> None:
    """The same face photographed larger gives the same chip, also with fine noise upon it."""
    to_chip = np.array([[0.9, 0.05, -150], [-0.05, 0.9, -20]])
    small = cut(astronaut, to_chip, side=112)
    large = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    noise = np.random.default_rng(1).normal(0, 20, large.shape)
    noisy = np.clip(large + noise, 0, 255).astype(np.uint8)
    shrink = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5]])
    from_large = np.column_stack(
        [to_chip[:, :2] @ shrink[:, :2], to_chip[:, :2] @ shrink[:, 2] + to_chip[:, 2]]
    )

    chip = cut(noisy, from_large, side=112)

    apart = np.abs(chip.astype(int) - small.astype(int)).mean()
    sampled = cv2.warpAffine(noisy, from_large, (112, 112), flags=cv2.INTER_LINEAR)
    assert apart < 0.7 * np.abs(sampled.astype(int) - small.astype(int)).mean()


def test_face_that_lies_wholly_outside_gives_a_black_chip() -> None:
    """Points beyond the frame, however large the face, are no reason to fail."""
    white = np.full((50, 50, 3), 255, np.uint8)

    chip = cut(white, np.array([[0.1, 0, 900], [0, 0.1, 900]]), side=112)

    assert chip.max() == 0
