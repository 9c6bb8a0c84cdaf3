import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Points
from edge.vision.iris import RIM, Eye
from edge.vision.landmark_types import DEFAULT_TYPES, LandmarkType, named_landmarks

PLACES = np.random.default_rng(5).uniform(0, 100, (468, 3)).astype(np.float32)


def eye(x: float, y: float) -> Eye:
    """Make an eye around a place: the corners 10 pixels apart."""
    rim = np.full((RIM, 2), (x, y), np.float32)
    rim[0, 0] -= 5
    rim[8, 0] += 5
    iris = np.array([[x, y], [x + 2, y], [x, y - 2], [x - 2, y], [x, y + 2]], np.float32)
    return Eye(rim, iris)


def where(mesh: Points, eyes: tuple[Eye, Eye] | None = None) -> dict[LandmarkType, list[float]]:
    """Look the named points up by their names."""
    return {each.type: [each.x, each.y] for each in named_landmarks(mesh, eyes)}


def test_every_name_of_rekognition_has_one_point_in_its_order() -> None:
    """Thirty points, each once, in the order in which Rekognition lists them."""
    assert [each.type for each in named_landmarks(PLACES)] == list(LandmarkType)
    assert len(LandmarkType) == 30


def test_the_default_points_are_eyes_nose_and_mouth() -> None:
    """Who asks Rekognition for no more gets these five."""
    assert [str(kind) for kind in DEFAULT_TYPES] == [
        "eyeLeft",
        "eyeRight",
        "nose",
        "mouthLeft",
        "mouthRight",
    ]


def test_without_the_iris_network_a_pupil_is_the_centre_of_its_eye() -> None:
    """Nothing is invented: the point between the corners stands for it."""
    points = where(PLACES)

    assert points[LandmarkType.LEFT_PUPIL] == points[LandmarkType.EYE_LEFT]
    assert points[LandmarkType.RIGHT_PUPIL] == points[LandmarkType.EYE_RIGHT]


def test_with_the_iris_network_eyes_are_its() -> None:
    """Pupils and corners come from the network that looked closer."""
    points = where(PLACES, (eye(40, 50), eye(70, 52)))

    assert points[LandmarkType.LEFT_PUPIL] == [40, 50]
    assert points[LandmarkType.RIGHT_PUPIL] == [70, 52]
    assert points[LandmarkType.LEFT_EYE_LEFT] == [35, 50]
    assert points[LandmarkType.LEFT_EYE_RIGHT] == [45, 50]


def test_the_right_eyes_rim_begins_at_its_outer_corner() -> None:
    """The network saw that eye in a mirror, so its first point is the viewer's right corner."""
    right = eye(70, 52)
    mirrored = Eye(right.rim * (-1, 1) + np.float32(140) * np.array([1, 0], np.float32), right.iris)

    points = where(PLACES, (eye(40, 50), mirrored))

    assert points[LandmarkType.RIGHT_EYE_LEFT] == [65, 52]
    assert points[LandmarkType.RIGHT_EYE_RIGHT] == [75, 52]


@given(
    x=st.integers(-500, 500), y=st.integers(-500, 500), scale=st.sampled_from([0.25, 0.5, 2.0, 4.0])
)
def test_points_follow_the_face(x: int, y: int, scale: float) -> None:
    """A face elsewhere or of another size has the same points there."""
    moved = PLACES * np.float32(scale) + np.array([x, y, 0], np.float32)

    expected = np.array(list(where(PLACES).values())) * scale + (x, y)

    np.testing.assert_allclose(list(where(moved).values()), expected, atol=1e-2)
