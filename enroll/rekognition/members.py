"""What requests are made of, with the limits of Amazon's service model (rekognition, 2016-06-27).

A request is a frozen dataclass; the names on the wire are the fields' in capitals (`face_ids` is
`FaceIds`). Members that nobody here knows are passed over, as Amazon does; a test holds every type
to the model that ships in botocore.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

WIRE = ConfigDict(
    extra="ignore", strict=True, alias_generator=to_pascal, allow_inf_nan=False, frozen=True
)

LARGEST_IMAGE = 5 * 2**20
"""Bytes of a picture that comes with the request."""

_SERIALIZATION = "not_serialized"
_PATTERN = "string_pattern_mismatch"


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError(_SERIALIZATION, "is not base64") from None


def _only(pattern: str) -> AfterValidator:
    """Return what refuses a text of other letters than Unicode's classes and signs of a tag."""
    allowed = frozenset(pattern)

    def check(value: str) -> str:
        if not all(
            letter in allowed or unicodedata.category(letter)[0] in "LZN" for letter in value
        ):
            raise PydanticCustomError(_PATTERN, "has a sign that no tag may have")
        return value

    return AfterValidator(check)


def _not_reserved(value: str) -> str:
    if value.startswith("aws:"):
        raise PydanticCustomError(_PATTERN, "may not begin with aws:")
    return value


_TAG_SIGNS = "_.:/=+-@"
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

Blob = Annotated[bytes, BeforeValidator(_decoded), Field(min_length=1, max_length=LARGEST_IMAGE)]
CollectionId = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9_.\-]+$")]
UserId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_.\-:]+$")]
ExternalImageId = Annotated[
    str, Field(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9_.\-:]+$")
]
FaceId = Annotated[str, Field(pattern=_UUID)]
SessionId = Annotated[str, Field(min_length=36, max_length=36, pattern=_UUID)]
Percent = Annotated[float, Field(ge=0, le=100)]
Token = Annotated[str, Field(max_length=255)]
ClientRequestToken = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9-_]+$")]
KmsKeyId = Annotated[
    str,
    Field(min_length=1, max_length=2048, pattern=r"^[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,2048}$"),
]
ResourceArn = Annotated[str, Field(min_length=20, max_length=2048)]
TagKey = Annotated[
    str, Field(min_length=1, max_length=128), _only(_TAG_SIGNS), AfterValidator(_not_reserved)
]
TagValue = Annotated[str, Field(min_length=0, max_length=256), _only(_TAG_SIGNS)]
Tags = Annotated[Mapping[TagKey, TagValue], Field(min_length=0, max_length=200)]
Bucket = Annotated[str, Field(min_length=3, max_length=255, pattern=r"^[0-9A-Za-z\.\-_]*$")]
ObjectName = Annotated[str, Field(min_length=1, max_length=1024)]


Refused = Mapping[str, Any]
"""A structure that is refused, whatever is in it: it names what there is not here."""


class Attribute(StrEnum):
    """What a client may ask about a face."""

    DEFAULT = "DEFAULT"
    ALL = "ALL"
    AGE_RANGE = "AGE_RANGE"
    BEARD = "BEARD"
    EMOTIONS = "EMOTIONS"
    EYE_DIRECTION = "EYE_DIRECTION"
    EYEGLASSES = "EYEGLASSES"
    EYES_OPEN = "EYES_OPEN"
    GENDER = "GENDER"
    MOUTH_OPEN = "MOUTH_OPEN"
    MUSTACHE = "MUSTACHE"
    FACE_OCCLUDED = "FACE_OCCLUDED"
    SMILE = "SMILE"
    SUNGLASSES = "SUNGLASSES"


Attributes = tuple[Attribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Object:
    """A file of a folder that the settings name as a bucket."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    bucket: Bucket | None = None
    name: ObjectName | None = None
    version: ObjectName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture, given with the request or lying in a bucket."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    bytes: Blob | None = field(default=None, repr=False)  # no face in a traceback
    s3_object: Annotated[S3Object | None, Field(alias="S3Object")] = None
