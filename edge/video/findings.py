"""What is kept of a face in a video: numbers about it, from which nobody could be recognized."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from edge.domain import Box, Face, Pixels, Pose
from edge.vision.landmark_types import DEFAULT_TYPES, named_landmarks


@dataclass(frozen=True, slots=True)
class Point:
    """A named point of a face, in fractions of the frame."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face in a frame. *box* in fractions of the frame, percentages and degrees as in a Face.

    *attributes* is what else was asked for and can be told, as JSON would hold it.
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


def described(pixels: Pixels, face: Face, *, everything: bool) -> FoundFace:
    """Return what a :class:`~edge.domain.Face` tells by itself, without another network.

    By default five named points, all thirty where *everything* is asked for.
    """
    height, width = pixels.shape[:2]
    named = () if face.mesh is None else named_landmarks(face.mesh)
    return FoundFace(
        box=face.box.relative_to(width, height),
        confidence=face.confidence,
        pose=face.quality.pose,
        brightness=face.quality.brightness,
        sharpness=face.quality.sharpness,
        points=tuple(
            Point(str(each.type), each.x / width, each.y / height)
            for each in named
            if everything or each.type in DEFAULT_TYPES
        ),
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
