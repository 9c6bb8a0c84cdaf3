"""What stream processors for label detection are told at Amazon: read as the model has it, to be refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from enroll.rekognition.members import WIRE, Bucket, Percent

Labels = Annotated[tuple[str, ...], Field(min_length=1, max_length=128)]
KmsKeyId = Annotated[
    str, Field(min_length=1, max_length=2048, pattern=r"^[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,2048}$")
]
TopicArn = Annotated[str, Field(alias="SNSTopicArn", pattern=r"^arn:aws:sns:.*:\w{12}:.+$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedHome:
    """Which labels are detected."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    labels: Labels
    min_confidence: Percent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedHomeForUpdate:
    """Which labels are detected from now on."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    labels: Labels | None = None
    min_confidence: Percent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForUpdate:
    """What changes."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    connected_home_for_update: ConnectedHomeForUpdate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Destination:
    """Where labels would be written."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    bucket: Bucket | None = None
    key_prefix: Annotated[str, Field(max_length=1024)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationChannel:
    """Whom Amazon would tell."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    sns_topic_arn: TopicArn


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundingBox:
    """Part of a frame."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    width: float | None = None
    height: float | None = None
    left: float | None = None
    top: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A corner of a part of a frame."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOfInterest:
    """Part of a frame that is looked at."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    bounding_box: BoundingBox | None = None
    polygon: tuple[Point, ...] | None = None


RegionsOfInterest = Annotated[tuple[RegionOfInterest, ...], Field(min_length=0, max_length=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStart:
    """From where a stream is read."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    producer_timestamp: Annotated[int, Field(ge=0)] | None = None
    fragment_number: (
        Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[0-9]+$")] | None
    ) = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSelector:
    """From where a stream is read."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    kvs_stream_start_selector: Annotated[
        StreamStart | None, Field(alias="KVSStreamStartSelector")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSelector:
    """How long a stream is read."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    max_duration_in_seconds: Annotated[int, Field(ge=1, le=120)] | None = None


class Parameter(StrEnum):
    """What can be taken back."""

    MIN_CONFIDENCE = "ConnectedHomeMinConfidence"
    REGIONS_OF_INTEREST = "RegionsOfInterest"
