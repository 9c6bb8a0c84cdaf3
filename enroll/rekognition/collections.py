"""Collections: made, described, listed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.audit import EventKind
from edge.collection.tags import Tags as StoredTags
from edge.erasing import forget_gone
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.details import model_version
from enroll.rekognition.errors import denied
from enroll.rekognition.members import WIRE, CollectionId, Tags, Token
from enroll.rekognition.paging import place_of, token_at

MOST_LISTED = 1000
"""Where the client names no number."""

MaxResults = Annotated[int, Field(ge=0, le=4096)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCollection:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId
    tags: Tags | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCollection:
    """A request about one collection."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCollections:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    next_token: Token | None = None
    max_results: MaxResults | None = None


def create_collection(call: Call, request: CreateCollection) -> Answer:
    """Make a collection for vectors of this appliance's embedder."""
    here, embedder = call.here, call.here.core.embedder
    with here.database.transaction():
        collection = here.collections.create(
            request.collection_id, model=embedder.model, dimension=embedder.dimension
        )
        if request.tags:
            StoredTags(here.database).put(request.collection_id, request.tags)
        call.record(EventKind.COLLECTION_CREATED, request.collection_id)
    return {
        "StatusCode": 200,
        "CollectionArn": call.arn("collection", request.collection_id),
        "FaceModelVersion": model_version(collection.model),
    }


def describe_collection(call: Call, request: NamedCollection) -> Answer:
    """Tell what a collection holds and which embedder made it."""
    collection = call.here.collections.describe(request.collection_id)
    return {
        "FaceCount": collection.faces,
        "UserCount": collection.people,
        "FaceModelVersion": model_version(collection.model),
        "CollectionARN": call.arn("collection", request.collection_id),
        "CreationTimestamp": collection.created_at.timestamp(),
    }


def list_collections(call: Call, request: ListCollections) -> Answer:
    """List the collections that the caller's key reaches, the oldest first."""
    after = int(place_of(request.next_token, call.operation) or 0)
    reached = sorted(
        (each for each in call.here.collections.list() if call.may_use(each.collection_id)),
        key=lambda each: each.row,
    )
    behind = [each for each in reached if each.row > after]
    shown = behind[: request.max_results or MOST_LISTED]
    answer: Answer = {
        "CollectionIds": [each.collection_id for each in shown],
        "FaceModelVersions": [model_version(each.model) for each in shown],
    }
    if len(behind) > len(shown):
        answer["NextToken"] = token_at(str(shown[-1].row), call.operation)
    return answer


def delete_collection(call: Call, request: NamedCollection) -> Answer:
    """Erase a collection with everybody in it; the door's own can be erased on the door only."""
    if request.collection_id == call.here.collection_id:
        raise denied("The door's own collection cannot be deleted through this API.")
    with call.here.database.transaction():
        deleted = call.here.collections.delete(request.collection_id)
        call.record(
            EventKind.COLLECTION_DELETED,
            f"{request.collection_id}, {deleted.people} people, {deleted.faces} faces",
        )
    forget_gone(call.here.database, call.here.audit)
    return {"StatusCode": 200}
