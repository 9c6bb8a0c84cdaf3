"""Requests about stream processors, with the limits of Amazon's service model.

Structures that name what there is not here are refused whole, and so are not spelled out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from enroll.rekognition.members import (
    WIRE,
    CollectionId,
    KmsKeyId,
    Percent,
    Refused,
    Tags,
    Token,
)

Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_.\-]+$")]
VideoArn = Annotated[str, Field(pattern=r"^arn:([a-z\d-]+):kinesisvideo:([a-z\d-]+):\d{12}:.+$")]
DataArn = Annotated[str, Field(pattern=r"^arn:([a-z\d-]+):kinesis:([a-z\d-]+):\d{12}:.+$")]
Regions = Annotated[tuple[Refused, ...], Field(min_length=0, max_length=10)]
RoleArn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class KinesisVideoStream:
    """Stands for a camera."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    arn: VideoArn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Which camera is watched."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    kinesis_video_stream: KinesisVideoStream | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KinesisDataStream:
    """Where Amazon would write who was seen."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    arn: DataArn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where Amazon would write who was seen."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    kinesis_data_stream: KinesisDataStream | None = None
    s3_destination: Annotated[Refused | None, Field(alias="S3Destination")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSearch:
    """Whose faces are looked for."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    collection_id: CollectionId | None = None
    face_match_threshold: Percent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a stream processor does."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    face_search: FaceSearch | None = None
    connected_home: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSharingPreference:
    """Whether pictures may go to whoever makes the service; here nothing goes anywhere."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    opt_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStreamProcessor:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    input: Input
    output: Output
    name: Name
    settings: Settings
    role_arn: RoleArn
    tags: Tags | None = None
    notification_channel: Refused | None = None
    kms_key_id: KmsKeyId | None = None
    regions_of_interest: Regions | None = None
    data_sharing_preference: DataSharingPreference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProcessor:
    """A request about one stream processor."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStreamProcessors:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    next_token: Token | None = None
    max_results: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStreamProcessor:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    name: Name
    start_selector: Refused | None = None
    stop_selector: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStreamProcessor:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    name: Name
    settings_for_update: Refused | None = None
    regions_of_interest_for_update: Regions | None = None
    data_sharing_preference_for_update: DataSharingPreference | None = None
    parameters_to_delete: tuple[str, ...] | None = None
