"""Tags of collections and stream processors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.collection.tags import Tags as CollectionTags
from edge.errors import CollectionError, NotFoundError
from edge.streams.tags import ProcessorTags
from enroll.rekognition.call import Answer, Call, Resource, resource_of
from enroll.rekognition.errors import ServiceError
from enroll.rekognition.members import WIRE, ResourceArn, TagKey, Tags
from enroll.rekognition.streams import reached


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
    store, name = _tags(call, resource_of(request.resource_arn))
    try:
        store.put(name, request.tags)
    except NotFoundError:
        raise
    except CollectionError as error:
        raise ServiceError("ServiceQuotaExceededException", str(error)) from error
    return {}


def untag_resource(call: Call, request: UntagResource) -> Answer:
    """Remove tags."""
    store, name = _tags(call, resource_of(request.resource_arn))
    store.remove(name, request.tag_keys)
    return {}


def list_tags_for_resource(call: Call, request: ListTagsForResource) -> Answer:
    """Return all tags."""
    store, name = _tags(call, resource_of(request.resource_arn))
    return {"Tags": store.get(name)}


def _tags(call: Call, resource: Resource) -> tuple[CollectionTags | ProcessorTags, str]:
    """Return where a resource's tags are kept, and by which name.

    :raises NotFoundError: if there is no such stream processor.
    :raises ServiceError: AccessDeniedException.
    """
    if resource.kind == "streamprocessor":
        reached(call, resource.name)
        return ProcessorTags(call.here.core.video), resource.name
    call.require(resource.name)
    return CollectionTags(call.here.database), resource.name
