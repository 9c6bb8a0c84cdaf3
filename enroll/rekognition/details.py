"""Faces as Rekognition describes them: found ones with details, stored ones by what is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from edge.collection.faces import StoredFace
from edge.domain import Box, Face, ModelId, Pixels
from edge.examining import Examiner
from edge.users import user_id_of
from edge.vision.attributes import Attributes, EyeDirection, Statement
from edge.vision.landmark_types import DEFAULT_TYPES, Landmark, named_landmarks
from enroll.rekognition.call import Answer
from enroll.rekognition.members import Attribute


def model_version(model: ModelId) -> str:
    """Return *model* as a version: Amazon's has digits and dots alone, so the digest is a number.

    Equal versions are equal files; nothing follows from one being greater.
    """
    return f"1.{int(model.digest[:8], 16)}"


def box_of(box: Box) -> Answer:
    """Return a box that is in fractions of its picture."""
    return {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top}


def found_box(pixels: Pixels, face: Face) -> Answer:
    """Return the box of a face that was found in *pixels*."""
    height, width = pixels.shape[:2]
    return box_of(face.box.relative_to(width, height))


def stored(face: StoredFace) -> Answer:
    """Return a stored face."""
    told = {
        "FaceId": face.face_id,
        "BoundingBox": box_of(face.box),
        "ImageId": face.image_id,
        "Confidence": face.confidence,
        "IndexFacesModelVersion": model_version(face.model),
    }
    if face.external_image_id is not None:
        told["ExternalImageId"] = face.external_image_id
    if face.person_id is not None:
        told["UserId"] = user_id_of(face.person_id, face.person_external_id)
    return told


def compared(pixels: Pixels, face: Face) -> Answer:
    """Return a face that was found in *pixels*, with what is always told of one."""
    quality, pose = face.quality, face.quality.pose
    named = () if face.mesh is None else named_landmarks(face.mesh)
    return {
        "BoundingBox": found_box(pixels, face),
        "Confidence": face.confidence,
        "Pose": {"Roll": pose.roll, "Yaw": pose.yaw, "Pitch": pose.pitch},
        "Quality": {"Brightness": quality.brightness, "Sharpness": quality.sharpness},
        "Landmarks": _points(pixels, [each for each in named if each.type in DEFAULT_TYPES]),
    }


def detailed(
    examiner: Examiner, pixels: Pixels, face: Face, attributes: Collection[Attribute]
) -> Answer:
    """Return a face that was found in *pixels*, with those of *attributes* that are computed here.

    Whatever a client may ask about besides (age, beard, emotions, gender …) is nowhere computed, and
    so it is absent; as is what this face does not show well enough.
    """
    wanted = frozenset(_TELLERS) if Attribute.ALL in attributes else frozenset(attributes)
    told = compared(pixels, face)
    if not wanted & frozenset(_TELLERS):
        return told
    found = examiner.attributes(pixels, face)
    if Attribute.ALL in attributes:
        told["Landmarks"] = _points(pixels, found.landmarks)
    for attribute, (name, tell) in _TELLERS.items():
        value = tell(found) if attribute in wanted else None
        if value is not None:
            told[name] = value
    return told


def _statement(statement: Statement | None) -> Answer | None:
    if statement is None:
        return None
    return {"Value": statement.value, "Confidence": statement.confidence}


def _direction(direction: EyeDirection | None) -> Answer | None:
    if direction is None:
        return None
    return {
        "Yaw": direction.yaw,
        "Pitch": direction.pitch,
        "Confidence": direction.confidence,
    }


_TELLERS: Mapping[Attribute, tuple[str, Callable[[Attributes], Answer | None]]] = {
    Attribute.EYES_OPEN: ("EyesOpen", lambda found: _statement(found.eyes_open)),
    Attribute.MOUTH_OPEN: ("MouthOpen", lambda found: _statement(found.mouth_open)),
    Attribute.FACE_OCCLUDED: ("FaceOccluded", lambda found: _statement(found.face_occluded)),
    Attribute.EYE_DIRECTION: ("EyeDirection", lambda found: _direction(found.eye_direction)),
}
"""What is computed here beyond the default: its name in an answer, and what tells it."""


def _points(pixels: Pixels, landmarks: Sequence[Landmark]) -> list[Answer]:
    height, width = pixels.shape[:2]
    return [
        {"Type": str(each.type), "X": each.x / width, "Y": each.y / height} for each in landmarks
    ]
