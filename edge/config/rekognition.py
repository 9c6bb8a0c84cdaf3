"""What callers of the Rekognition interface may name: folders of files, and cameras."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from edge.config.kinds import STRICT, CameraSource, FilePath, Text

# The names that the service model of Rekognition allows for an S3Object's bucket, and for a stream.
_BUCKET = re.compile(r"[0-9A-Za-z.\-_]{3,255}")
_CAMERA = re.compile(r"[a-zA-Z0-9_.\-]{1,128}")


def _is_bucket(value: str) -> str:
    if not _BUCKET.fullmatch(value):
        raise ValueError("the name of a bucket should be 3 to 255 letters, digits, dots, - or _")
    return value


def _is_camera(value: str) -> str:
    if not _CAMERA.fullmatch(value):
        raise ValueError("the name of a camera should be 1 to 128 letters, digits, dots, - or _")
    return value


BucketName = Annotated[Text, AfterValidator(_is_bucket)]
CameraName = Annotated[Text, AfterValidator(_is_camera)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RekognitionSettings:
    """What the Rekognition interface reads from."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    buckets: Annotated[
        Mapping[BucketName, FilePath],
        Field(
            description="Folders whose pictures and videos callers may name as an S3Object, by the "
            'name of the bucket: { photos = "/srv/photos", "site.videos" = "/srv/videos" }. They '
            "are only read. Whoever has an access key for an operation that reads S3Objects can "
            "have every file in them looked at."
        ),
    ] = field(default_factory=dict)
    # Not in the repr: the address of a network camera usually holds a password.
    cameras: Annotated[
        Mapping[CameraName, CameraSource],
        Field(
            description="Cameras that stream processors may watch, by the name of the stream: "
            '{ lobby = "rtsp://user:password@10.0.0.7/stream" }. Written as camera.source is; a '
            "device that the door watches cannot be opened a second time."
        ),
    ] = field(default_factory=dict, repr=False)
