"""Searches of a collection: for faces, by a picture or by a stored face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.collection.copy import MOST_NEIGHBOURS
from edge.domain import FaceMatch
from edge.errors import NotFoundError
from edge.vision.quality_filter import QualityFilter
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.details import found_box, model_version, stored
from enroll.rekognition.detection import searched_face
from enroll.rekognition.images import pixels_of
from enroll.rekognition.members import WIRE, CollectionId, FaceId, Image, Percent

THRESHOLD = 80.0
"""Percent, where the client names none: Amazon's default. It is far from enough to open a door."""

MaxFaces = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    face_id: FaceId
    max_faces: MaxFaces | None = None
    face_match_threshold: Percent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacesByImage:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    image: Image
    max_faces: MaxFaces | None = None
    face_match_threshold: Percent | None = None
    quality_filter: QualityFilter | None = None


def search_faces(call: Call, request: SearchFaces) -> Answer:
    """Find the faces that are like a stored one, but for itself."""
    here = call.here
    searched = here.faces.get(request.face_id)
    if searched.collection_id != request.collection_id:
        raise NotFoundError(f"there is no face {request.face_id} in {request.collection_id}")
    limit = request.max_faces or MOST_NEIGHBOURS
    with here.core.galleries.of(request.collection_id) as gallery:
        found = gallery.search_faces(
            here.faces.embedding(request.face_id),
            limit=min(limit + 1, MOST_NEIGHBOURS),
            threshold=_threshold(request.face_match_threshold),
        )
    others = [match for match in found if match.face_id != request.face_id]
    return {
        "SearchedFaceId": request.face_id,
        "FaceMatches": _told(call, request.collection_id, others[:limit]),
        "FaceModelVersion": model_version(searched.model),
    }


def search_faces_by_image(call: Call, request: SearchFacesByImage) -> Answer:
    """Find the faces that are like the largest one of a picture."""
    here, examiner = call.here, call.here.core.examiner
    collection = here.collections.describe(request.collection_id)
    pixels = pixels_of(call, request.image)
    face = searched_face(call, pixels, request.quality_filter or QualityFilter.NONE)
    with here.core.galleries.of(request.collection_id) as gallery:
        found = gallery.search_faces(
            examiner.embed(pixels, face).embedding,
            limit=request.max_faces or MOST_NEIGHBOURS,
            threshold=_threshold(request.face_match_threshold),
        )
    return {
        "SearchedFaceBoundingBox": found_box(pixels, face),
        "SearchedFaceConfidence": face.confidence,
        "FaceMatches": _told(call, request.collection_id, found),
        "FaceModelVersion": model_version(collection.model),
    }


def _threshold(wanted: float | None) -> float:
    return THRESHOLD if wanted is None else wanted


def _told(call: Call, collection_id: str, matches: Sequence[FaceMatch]) -> list[Answer]:
    """Return *matches*, best first, with what is stored of each; who is gone by now is left out."""
    if not matches:
        return []
    face_ids = [match.face_id for match in matches]
    faces = {
        face.face_id: face
        for face in call.here.faces.list(collection_id, face_ids=face_ids, limit=len(face_ids))
    }
    return [
        {"Similarity": match.similarity, "Face": stored(faces[match.face_id])}
        for match in matches
        if match.face_id in faces
    ]
