"""What a job is: a stored video, what is asked of it, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from edge.storage.database import Row
from edge.storage.times import from_text, from_text_or_none
from edge.video.container import Format
from edge.video.reading import VideoMetadata


class Kind(StrEnum):
    """What is asked. The values are stored: never rename one."""

    DETECTION = "DETECTION"
    SEARCH = "SEARCH"


class Status(StrEnum):
    """What became of a job, in Rekognition's words."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One analysis of one object of a bucket.

    *collection_id* and *threshold*, in percent, belong to a search. *everything* asks for all that
    can be told of a face.
    """

    kind: Kind
    bucket: str
    name: str
    collection_id: str | None = None
    threshold: float | None = None
    everything: bool = False
    job_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A request, and how far it is; *done_ms* of *metadata*'s duration. Times are aware.

    *message* tells why it failed.
    """

    job_id: str
    request: Request
    status: Status
    message: str | None
    begun: int
    done_ms: int
    metadata: VideoMetadata | None
    created_at: datetime
    finished_at: datetime | None


COLUMNS = (
    "job_id, kind, bucket, object, collection_id, threshold, everything, job_tag,"
    " status, message, begun, done_ms, metadata, created_at, finished_at"
)


def job_of(row: Row) -> Job:
    """Return the job in a row of :data:`COLUMNS`."""
    job_id, kind, bucket, name, collection_id, threshold, everything, job_tag, *rest = row
    status, message, begun, done_ms, metadata, created_at, finished_at = rest
    return Job(
        job_id=job_id,
        request=Request(
            kind=Kind(kind),
            bucket=bucket,
            name=name,
            collection_id=collection_id,
            threshold=threshold,
            everything=bool(everything),
            job_tag=job_tag,
        ),
        status=Status(status),
        message=message,
        begun=begun,
        done_ms=done_ms,
        metadata=None if metadata is None else _metadata_of(metadata),
        created_at=from_text(created_at),
        finished_at=from_text_or_none(finished_at),
    )


def metadata_to_text(metadata: VideoMetadata) -> str:
    """Return *metadata* as it is stored."""
    return json.dumps(asdict(metadata))


def _metadata_of(text: str) -> VideoMetadata:
    values = json.loads(text)
    return VideoMetadata(**values | {"format": Format(values["format"])})
