"""Users: people to whom faces are handed, and searches for them by their fused vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.collection.people import Person
from edge.collection.search import Gallery
from edge.domain import Embedding, Face, Match, Pixels
from edge.errors import AlreadyExistsError, NotFoundError, TooManyFacesError
from edge.users import Association, Refused, user_id_of
from edge.vision.quality_filter import QualityFilter, unfit
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.details import detailed, model_version
from enroll.rekognition.detection import MOST_FACES
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.images import pixels_of
from enroll.rekognition.members import (
    WIRE,
    ClientRequestToken,
    CollectionId,
    FaceId,
    Image,
    Percent,
    Token,
    UserId,
)
from enroll.rekognition.paging import place_of, token_at
from enroll.rekognition.searching import THRESHOLD

AGREEMENT = 75.0
"""Percent that a face must be alike to a user to be handed to her, where the client names none."""

MOST_USERS = 500
"""In one answer."""

MaxUsers = Annotated[int, Field(ge=1, le=MOST_USERS)]
FaceIds = Annotated[tuple[FaceId, ...], Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUser:
    """A request to make or delete one user."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    user_id: UserId
    client_request_token: ClientRequestToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    max_results: MaxUsers | None = None
    next_token: Token | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    user_id: UserId
    face_ids: FaceIds
    user_match_threshold: Percent | None = None
    client_request_token: ClientRequestToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisassociateFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    user_id: UserId
    face_ids: FaceIds
    client_request_token: ClientRequestToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchUsers:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    user_id: UserId | None = None
    face_id: FaceId | None = None
    user_match_threshold: Percent | None = None
    max_users: MaxUsers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchUsersByImage:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    image: Image
    user_match_threshold: Percent | None = None
    max_users: MaxUsers | None = None
    quality_filter: QualityFilter | None = None


def create_user(call: Call, request: NamedUser) -> Answer:
    """Make a user without faces."""

    def act() -> Answer:
        try:
            call.users.create(request.collection_id, request.user_id, actor=call.actor)
        except AlreadyExistsError as error:
            raise ServiceError(
                "ConflictException", f"There is a user {request.user_id}."
            ) from error
        return {}

    return call.once(request.client_request_token, request, act)


def delete_user(call: Call, request: NamedUser) -> Answer:
    """Erase a user; her faces stay and are nobody's."""

    def act() -> Answer:
        call.users.delete(request.collection_id, request.user_id, actor=call.actor)
        return {}

    return call.once(request.client_request_token, request, act)


def list_users(call: Call, request: ListUsers) -> Answer:
    """List the users of a collection."""
    scope = (call.operation, request.collection_id)
    limit = request.max_results or MOST_USERS
    found = call.here.people.list_by_id(
        request.collection_id, after=place_of(request.next_token, *scope), limit=limit + 1
    )
    answer: Answer = {
        "Users": [
            {
                "UserId": user_id_of(person.person_id, person.external_id),
                "UserStatus": _status(person),
            }
            for person in found[:limit]
        ]
    }
    if len(found) > limit:
        answer["NextToken"] = token_at(found[limit - 1].person_id, *scope)
    return answer


def associate_faces(call: Call, request: AssociateFaces) -> Answer:
    """Hand faces to a user, those that look like her."""
    threshold = request.user_match_threshold

    def act() -> Answer:
        try:
            became = call.users.associate(
                request.collection_id,
                request.user_id,
                request.face_ids,
                threshold=AGREEMENT if threshold is None else threshold,
                actor=call.actor,
            )
        except TooManyFacesError as error:
            raise ServiceError("ServiceQuotaExceededException", str(error)) from error
        return {
            "AssociatedFaces": [{"FaceId": face_id} for face_id in became.changed],
            "UnsuccessfulFaceAssociations": [_refused(each) for each in became.refused],
            "UserStatus": _status(became.user),
        }

    return call.once(request.client_request_token, request, act)


def disassociate_faces(call: Call, request: DisassociateFaces) -> Answer:
    """Take faces from a user; they stay and are nobody's."""

    def act() -> Answer:
        became: Association = call.users.disassociate(
            request.collection_id, request.user_id, request.face_ids, actor=call.actor
        )
        return {
            "DisassociatedFaces": [{"FaceId": face_id} for face_id in became.changed],
            "UnsuccessfulFaceDisassociations": [_refused(each) for each in became.refused],
            "UserStatus": _status(became.user),
        }

    return call.once(request.client_request_token, request, act)


def search_users(call: Call, request: SearchUsers) -> Answer:
    """Find the users who are like a stored face, or like another user."""
    here, collection_id = call.here, request.collection_id
    if (request.user_id is None) == (request.face_id is None):
        raise invalid("Give either a FaceId or a UserId.")
    collection = here.collections.describe(collection_id)
    herself = None
    answer: Answer = {"FaceModelVersion": model_version(collection.model)}
    embedding: Embedding | None
    if request.user_id is not None:
        herself = call.users.get(collection_id, request.user_id).person_id
        embedding = call.users.embedding(collection_id, request.user_id)
        answer["SearchedUser"] = {"UserId": request.user_id}
    else:
        face = here.faces.get(request.face_id or "")
        if face.collection_id != collection_id:
            raise NotFoundError(f"there is no face {request.face_id} in {collection_id}")
        embedding = here.faces.embedding(face.face_id)
        answer["SearchedFace"] = {"FaceId": face.face_id}
    matches: Sequence[Match] = ()
    if embedding is not None:
        limit = request.max_users or MOST_USERS
        with here.core.galleries.of(collection_id) as gallery:
            found = _alike(gallery, embedding, request.user_match_threshold, limit + 1)
        matches = [match for match in found if match.person_id != herself][:limit]
    return answer | {"UserMatches": _told(call, matches)}


def search_users_by_image(call: Call, request: SearchUsersByImage) -> Answer:
    """Find the users who are like the largest face of a picture."""
    here, examiner = call.here, call.here.core.examiner
    collection = here.collections.describe(request.collection_id)
    pixels = pixels_of(call, request.image)
    searched, others = _searched(call, pixels, request.quality_filter or QualityFilter.NONE)
    answer: Answer = {
        "UserMatches": [],
        "FaceModelVersion": model_version(collection.model),
        "UnsearchedFaces": [
            {"FaceDetails": detailed(examiner, pixels, face, ()), "Reasons": reasons}
            for face, reasons in others
        ],
    }
    if searched is None:
        return answer
    limit = request.max_users or MOST_USERS
    with here.core.galleries.of(request.collection_id) as gallery:
        embedding = examiner.embed(pixels, searched).embedding
        found = _alike(gallery, embedding, request.user_match_threshold, limit)
    return answer | {
        "UserMatches": _told(call, found),
        "SearchedFace": {"FaceDetail": detailed(examiner, pixels, searched, ())},
    }


def _searched(
    call: Call, pixels: Pixels, wanted: QualityFilter
) -> tuple[Face | None, list[tuple[Face, list[str]]]]:
    """Return the largest face that is good enough, and the others with why they are not searched."""
    examiner = call.here.core.examiner
    searched: Face | None = None
    others: list[tuple[Face, list[str]]] = []
    for face in examiner.faces(pixels, limit=MOST_FACES):
        reasons = [str(reason) for reason in unfit(face, wanted, own=examiner.limits)]
        if reasons:
            others.append((face, reasons))
        elif searched is None:
            searched = face
        else:
            others.append((face, ["FACE_NOT_LARGEST"]))
    return searched, others


def _alike(
    gallery: Gallery, embedding: Embedding, threshold: float | None, limit: int
) -> tuple[Match, ...]:
    least = THRESHOLD if threshold is None else threshold
    found = gallery.search_people(embedding, limit=limit)
    return tuple(match for match in found if match.similarity >= least)


def _told(call: Call, matches: Sequence[Match]) -> list[Answer]:
    """Return *matches*, best first; who is gone by now is left out."""
    found = call.here.people.get_many([match.person_id for match in matches])
    people = {person.person_id: person for person in found}
    return [
        {
            "Similarity": match.similarity,
            "User": {
                "UserId": user_id_of(match.person_id, people[match.person_id].external_id),
                "UserStatus": _status(people[match.person_id]),
            },
        }
        for match in matches
        if match.person_id in people
    ]


def _status(person: Person) -> str:
    return "ACTIVE" if person.faces else "CREATED"


def _refused(refused: Refused) -> Answer:
    told: Answer = {"FaceId": refused.face_id, "Reasons": [str(refused.reason)]}
    if refused.owner is not None:
        told["UserId"] = refused.owner
    if refused.similarity is not None:
        told["Confidence"] = refused.similarity
    return told
