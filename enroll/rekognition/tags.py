"""Tags of collections and stream processors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.collection.tags import Tags as CollectionTags
from edge.errors import CollectionError, NotFoundError
from enroll.rekognition.call import Answer, Call, Resource, resource_of
from enroll.rekognition.errors import ServiceError
from enroll.rekognition.members import WIRE, ResourceArn, TagKey, Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class TagResource:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    resource_arn: ResourceArn
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class UntagResource:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    resource_arn: ResourceArn
    tag_keys: Annotated[tuple[TagKey, ...], Field(min_length=0, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTagsForResource:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    resource_arn: ResourceArn


def tag_resource(call: Call, request: TagResource) -> Answer:
    """Add tags, or replace their values."""
    name = _collection(call, resource_of(request.resource_arn))
    try:
        CollectionTags(call.here.database).put(name, request.tags)
    except NotFoundError:
        raise
    except CollectionError as error:
        raise ServiceError("ServiceQuotaExceededException", str(error)) from error
    return {}


def untag_resource(call: Call, request: UntagResource) -> Answer:
    """Remove tags."""
    name = _collection(call, resource_of(request.resource_arn))
    CollectionTags(call.here.database).remove(name, request.tag_keys)
    return {}


def list_tags_for_resource(call: Call, request: ListTagsForResource) -> Answer:
    """Return all tags."""
    name = _collection(call, resource_of(request.resource_arn))
    return {"Tags": CollectionTags(call.here.database).get(name)}


def _collection(call: Call, resource: Resource) -> str:
    call.require(resource.name)
    return resource.name
