"""What is kept of a face in a video: numbers about it, from which nobody could be recognized."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from edge.domain import Box, Face, Pixels, Pose
from edge.vision.attribute_reader import AttributeReader
from edge.vision.landmark_types import DEFAULT_TYPES, Landmark, named_landmarks


@dataclass(frozen=True, slots=True)
class Point:
    """A named point of a face, in fractions of the frame."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face in a frame. *box* in fractions of the frame, percentages and degrees as in a Face.

    *attributes* is what else was asked for and can be told, in Rekognition's words, as JSON holds it.
    """

    box: Box
    confidence: float
    pose: Pose
    brightness: float
    sharpness: float
    points: tuple[Point, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Describe(Protocol):
    """Says what is kept of a face that was found in *pixels*; *everything* or the default."""

    def __call__(self, pixels: Pixels, face: Face, *, everything: bool) -> FoundFace: ...


class Describer:
    """A :class:`Describe` that asks for what tells more about a face when that is first wanted.

    By default five named points, which a face tells by itself. *everything* is all thirty, and whether
    eyes and mouth are open where the face shows it; whether it is covered and where it looks is not
    told of faces in videos, as at Amazon. One object serves one thread.
    """

    def __init__(self, load: Callable[[], AttributeReader]) -> None:
        self._load = load
        self._reader: AttributeReader | None = None

    def __call__(self, pixels: Pixels, face: Face, *, everything: bool) -> FoundFace:
        if face.mesh is None:
            return _found(pixels, face, (), {})
        if not everything:
            named = named_landmarks(face.mesh)
            return _found(pixels, face, [each for each in named if each.type in DEFAULT_TYPES], {})
        if self._reader is None:
            self._reader = self._load()
        told = self._reader.attributes(pixels, face)
        stated = {"EyesOpen": told.eyes_open, "MouthOpen": told.mouth_open}
        return _found(
            pixels,
            face,
            told.landmarks,
            {
                name: {"Value": each.value, "Confidence": each.confidence}
                for name, each in stated.items()
                if each is not None
            },
        )


def _found(
    pixels: Pixels, face: Face, named: Iterable[Landmark], attributes: Mapping[str, Any]
) -> FoundFace:
    height, width = pixels.shape[:2]
    return FoundFace(
        box=face.box.relative_to(width, height),
        confidence=face.confidence,
        pose=face.quality.pose,
        brightness=face.quality.brightness,
        sharpness=face.quality.sharpness,
        points=tuple(Point(str(each.type), each.x / width, each.y / height) for each in named),
        attributes=attributes,
    )


def to_text(face: FoundFace) -> str:
    """Return *face* as it is stored."""
    box, pose = face.box, face.pose
    return json.dumps(
        {
            "box": [box.left, box.top, box.width, box.height],
            "confidence": face.confidence,
            "pose": [pose.yaw, pose.pitch, pose.roll],
            "brightness": face.brightness,
            "sharpness": face.sharpness,
            "points": [[point.name, point.x, point.y] for point in face.points],
            "attributes": dict(face.attributes),
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def from_text(text: str) -> FoundFace:
    """Return the face that :func:`to_text` wrote."""
    stored = json.loads(text)
    return FoundFace(
        box=Box(*stored["box"]),
        confidence=stored["confidence"],
        pose=Pose(*stored["pose"]),
        brightness=stored["brightness"],
        sharpness=stored["sharpness"],
        points=tuple(Point(*point) for point in stored["points"]),
        attributes=stored["attributes"],
    )
