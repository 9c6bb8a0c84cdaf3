"""Stored faces: indexed from a picture, listed, deleted. Vectors are kept, pictures never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.audit import EventKind
from edge.collection.face_rows import new_image_id
from edge.collection.faces import NewFace
from edge.domain import Face, Pixels, QualityReason
from edge.users import user_id_of
from edge.vision.quality_filter import QualityFilter, unfit
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.collections import MOST_LISTED, MaxResults
from enroll.rekognition.details import detailed, model_version, stored
from enroll.rekognition.detection import MOST_FACES
from enroll.rekognition.images import pixels_of
from enroll.rekognition.members import (
    WIRE,
    Attributes,
    CollectionId,
    ExternalImageId,
    FaceId,
    Image,
    Token,
    UserId,
)
from enroll.rekognition.paging import place_of, token_at

FaceIds = Annotated[tuple[FaceId, ...], Field(min_length=1, max_length=4096)]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    image: Image
    external_image_id: ExternalImageId | None = None
    detection_attributes: Attributes | None = None
    max_faces: Annotated[int, Field(ge=1)] | None = None
    quality_filter: QualityFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    next_token: Token | None = None
    max_results: MaxResults | None = None
    user_id: UserId | None = None
    face_ids: FaceIds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    face_ids: FaceIds


def index_faces(call: Call, request: IndexFaces) -> Answer:
    """Store the faces of a picture that are good enough, the largest ones."""
    here, examiner = call.here, call.here.core.examiner
    collection = here.collections.describe(request.collection_id)
    collection.refuse_other_model(here.core.embedder.model)
    pixels = pixels_of(call, request.image)
    chosen, left_out = _chosen(call, pixels, request)
    image_id = new_image_id()
    new = []
    for face in chosen:
        examined = examiner.embed(pixels, face)
        new.append(
            NewFace(
                embedding=examined.embedding,
                box=examined.box,
                confidence=face.confidence,
                quality=face.quality,
                external_image_id=request.external_image_id,
                image_id=image_id,
            )
        )
    attributes = request.detection_attributes or ()
    details = [detailed(examiner, pixels, face, attributes) for face in chosen]
    unindexed = [
        {
            "Reasons": [str(reason) for reason in reasons],
            "FaceDetail": detailed(examiner, pixels, face, attributes),
        }
        for face, reasons in left_out
    ]
    with here.database.transaction():
        kept = here.faces.index(request.collection_id, new)
        if kept:
            call.record(EventKind.FACES_INDEXED, f"{len(kept)} into {request.collection_id}")
    return {
        "FaceRecords": [
            {"Face": stored(face), "FaceDetail": detail}
            for face, detail in zip(kept, details, strict=True)
        ],
        "FaceModelVersion": model_version(collection.model),
        "UnindexedFaces": unindexed,
    }


def list_faces(call: Call, request: ListFaces) -> Answer:
    """List stored faces: all, a user's, or some that the client names."""
    here = call.here
    collection = here.collections.describe(request.collection_id)
    whose = None
    if request.user_id is not None:
        whose = call.users.get(request.collection_id, request.user_id).person_id
    scope = (call.operation, request.collection_id, whose)
    limit = request.max_results or MOST_LISTED
    found = here.faces.list(
        request.collection_id,
        person_id=whose,
        face_ids=request.face_ids,
        after=place_of(request.next_token, *scope),
        limit=limit + 1,
    )
    answer: Answer = {
        "Faces": [stored(face) for face in found[:limit]],
        "FaceModelVersion": model_version(collection.model),
    }
    if len(found) > limit:
        answer["NextToken"] = token_at(found[limit - 1].face_id, *scope)
    return answer


def delete_faces(call: Call, request: DeleteFaces) -> Answer:
    """Erase faces from every file; a user's must be taken from her first."""
    here, asked = call.here, tuple(dict.fromkeys(request.face_ids))
    with here.database.transaction():
        found = {
            face.face_id: face
            for face in here.faces.list(request.collection_id, face_ids=asked, limit=len(asked))
        }
        free = [face_id for face_id in asked if face_id in found and not found[face_id].person_id]
        deleted = here.faces.delete(request.collection_id, free)
        if deleted:
            call.record(EventKind.FACE_DELETED, f"{len(deleted)} faces of {request.collection_id}")
    kept: list[Answer] = []
    for face_id in asked:
        face = found.get(face_id)
        if face is None:
            kept.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
        elif face.person_id is not None:
            owner = user_id_of(face.person_id, face.person_external_id)
            reasons = ["ASSOCIATED_TO_AN_EXISTING_USER"]
            kept.append({"FaceId": face_id, "UserId": owner, "Reasons": reasons})
    answer: Answer = {"UnsuccessfulFaceDeletions": kept}
    if deleted:
        answer["DeletedFaces"] = list(deleted)
    return answer


def _chosen(
    call: Call, pixels: Pixels, request: IndexFaces
) -> tuple[list[Face], list[tuple[Face, Sequence[QualityReason]]]]:
    """Return the faces to store, largest first, and the others with why they are not."""
    examiner = call.here.core.examiner
    wanted = request.quality_filter or QualityFilter.AUTO
    chosen: list[Face] = []
    left_out: list[tuple[Face, Sequence[QualityReason]]] = []
    for face in examiner.faces(pixels, limit=MOST_FACES):
        reasons = unfit(face, wanted, own=examiner.limits)
        if reasons:
            left_out.append((face, reasons))
        elif len(chosen) == (request.max_faces or MOST_FACES):
            left_out.append((face, (QualityReason.EXCEEDS_MAX_FACES,)))
        else:
            chosen.append(face)
    return chosen, left_out
