"""Stored videos: analyses are started, wait their turn, and are asked for until they have ended.

There is no SNS here: a request that names a NotificationChannel would wait for a message that never
comes, so it is refused. Of a job that has not ended nothing is told but that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.buckets import Buckets
from edge.collection.faces import StoredFace
from edge.errors import BucketError, NotFoundError, ObjectTooLargeError, TooManyJobsError
from edge.video.findings import FoundFace
from edge.video.job import Job, Kind, Request, Status
from edge.video.jobs import Jobs
from edge.video.reading import MOST_BYTES, VideoMetadata
from edge.video.results import Page, Results, SortBy
from edge.video.work import Found, Similar
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.details import box_of, stored
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.images import named
from enroll.rekognition.members import (
    WIRE,
    ClientRequestToken,
    CollectionId,
    Percent,
    Refused,
    S3Object,
    Token,
)
from enroll.rekognition.paging import place_of, token_at
from enroll.rekognition.searching import THRESHOLD

MOST_RESULTS = 1000
"""Of one page, as at Amazon; also where the client names no number."""

TOKEN_VALID = timedelta(hours=24)
"""How long a page's token can be used, as at Amazon."""

JobId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9-_]+$")]
JobTag = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[a-zA-Z0-9_.\-:+=\/]+$")]
MaxResults = Annotated[int, Field(ge=1)]


class FaceAttributes(StrEnum):
    """What is asked about the faces of a video."""

    DEFAULT = "DEFAULT"
    ALL = "ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video in a bucket."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    s3_object: Annotated[S3Object | None, Field(alias="S3Object")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFaceDetection:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    video: Video
    client_request_token: ClientRequestToken | None = None
    notification_channel: Refused | None = None
    face_attributes: FaceAttributes | None = None
    job_tag: JobTag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFaceSearch:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    video: Video
    collection_id: CollectionId
    face_match_threshold: Percent | None = None
    client_request_token: ClientRequestToken | None = None
    notification_channel: Refused | None = None
    job_tag: JobTag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFaceDetection:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    job_id: JobId
    max_results: MaxResults | None = None
    next_token: Token | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFaceSearch:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    job_id: JobId
    max_results: MaxResults | None = None
    next_token: Token | None = None
    sort_by: SortBy | None = None


def start_face_detection(call: Call, request: StartFaceDetection) -> Answer:
    """Queue the search for all faces of a video."""
    bucket, name = _checked(call, request.video, request.notification_channel)
    wanted = Request(
        kind=Kind.DETECTION,
        bucket=bucket,
        name=name,
        everything=request.face_attributes is FaceAttributes.ALL,
        job_tag=request.job_tag,
    )
    return _started(call, wanted, request.client_request_token)


def start_face_search(call: Call, request: StartFaceSearch) -> Answer:
    """Queue the search of a collection for whoever is seen in a video."""
    call.here.collections.describe(request.collection_id)
    bucket, name = _checked(call, request.video, request.notification_channel)
    threshold = request.face_match_threshold
    wanted = Request(
        kind=Kind.SEARCH,
        bucket=bucket,
        name=name,
        collection_id=request.collection_id,
        threshold=THRESHOLD if threshold is None else threshold,
        job_tag=request.job_tag,
    )
    return _started(call, wanted, request.client_request_token)


def get_face_detection(call: Call, request: GetFaceDetection) -> Answer:
    """Return the faces of a video, in the order of time."""
    job = Jobs(call.here.core.video).get(request.job_id, Kind.DETECTION)
    answer = _told(job)
    if job.status is Status.SUCCEEDED:
        page = _page(call, job, request.max_results, request.next_token, SortBy.TIMESTAMP)
        answer["Faces"] = [
            {"Timestamp": each.at_ms, "Face": _face(each.face)} for each in page.found
        ]
        _go_on(call, answer, page, job, SortBy.TIMESTAMP)
    return answer


def get_face_search(call: Call, request: GetFaceSearch) -> Answer:
    """Return who was seen in a video, and which faces of the collection they are like.

    Faces that were erased since are not told.
    """
    job = Jobs(call.here.core.video).get(request.job_id, Kind.SEARCH)
    call.require(job.request.collection_id or "")
    answer, sort_by = _told(job), request.sort_by or SortBy.TIMESTAMP
    if job.status is Status.SUCCEEDED:
        page = _page(call, job, request.max_results, request.next_token, sort_by)
        matches = _matches(call, job, page.found)
        answer["Persons"] = [_person(each, matches) for each in page.found]
        _go_on(call, answer, page, job, sort_by)
    return answer


def _checked(call: Call, video: Video, channel: Refused | None) -> tuple[str, str]:
    """Return the bucket and the name of a video that is there and not too large.

    :raises ServiceError: InvalidParameterException, InvalidS3ObjectException, or
        VideoTooLargeException.
    """
    if channel is not None:
        raise invalid("There is no SNS here: leave out NotificationChannel, and poll with Get….")
    bucket, name = named(video.s3_object)
    buckets = Buckets(call.here.core.settings.rekognition.buckets)
    try:
        buckets.open(bucket, name, limit=MOST_BYTES).close()
    except ObjectTooLargeError as error:
        raise ServiceError("VideoTooLargeException", str(error)) from error
    except BucketError as error:
        raise ServiceError("InvalidS3ObjectException", str(error)) from error
    return bucket, name


def _started(call: Call, wanted: Request, token: str | None) -> Answer:
    own = None if token is None else f"{call.key.key_id}/{token}"
    try:
        job_id = Jobs(call.here.core.video).start(wanted, token=own, now=call.now)
    except TooManyJobsError as error:
        raise ServiceError("LimitExceededException", str(error)) from error
    return {"JobId": job_id}


def _told(job: Job) -> Answer:
    """Return what is told of a job in every answer."""
    video = {"S3Object": {"Bucket": job.request.bucket, "Name": job.request.name}}
    answer: Answer = {"JobStatus": str(job.status), "JobId": job.job_id, "Video": video}
    if job.message is not None:
        answer["StatusMessage"] = job.message
    if job.request.job_tag is not None:
        answer["JobTag"] = job.request.job_tag
    if job.metadata is not None and job.status is Status.SUCCEEDED:
        answer["VideoMetadata"] = _metadata(job.metadata)
    return answer


def _metadata(metadata: VideoMetadata) -> Answer:
    return {
        "Codec": metadata.codec,
        "DurationMillis": metadata.duration_ms,
        "Format": str(metadata.format),
        "FrameRate": metadata.frame_rate,
        "FrameHeight": metadata.height,
        "FrameWidth": metadata.width,
    }


def _page(
    call: Call, job: Job, max_results: int | None, token: str | None, sort_by: SortBy
) -> Page:
    """Return the page that *token* begins.

    :raises ServiceError: InvalidPaginationTokenException, if it is not of this list, or a day old.
    """
    first, place = 0, place_of(token, call.operation, job.job_id, sort_by)
    if place is not None:
        given_at, _, number = place.partition("/")
        if not (given_at.isdecimal() and number.isdecimal()):
            raise _bad_token()
        if call.now.timestamp() - int(given_at) > TOKEN_VALID.total_seconds():
            raise _bad_token()
        first = int(number)
    limit = min(max_results or MOST_RESULTS, MOST_RESULTS)
    return Results(call.here.core.video).page(job.job_id, first=first, limit=limit, sort_by=sort_by)


def _bad_token() -> ServiceError:
    return ServiceError(
        "InvalidPaginationTokenException", "The NextToken is not one of this list, or too old."
    )


def _go_on(call: Call, answer: Answer, page: Page, job: Job, sort_by: SortBy) -> None:
    if page.following is not None:
        place = f"{int(call.now.timestamp())}/{page.following}"
        answer["NextToken"] = token_at(place, call.operation, job.job_id, sort_by)


def _matches(call: Call, job: Job, found: Iterable[Found]) -> dict[int, list[Answer]]:
    """Return the FaceMatches of each person in *found*, best first."""
    results, collection_id = Results(call.here.core.video), job.request.collection_id or ""
    persons = {each.person for each in found if each.person is not None}
    similar = {person: results.matches(job.job_id, person) for person in persons}
    ids = sorted({each.face_id for some in similar.values() for each in some})
    try:
        faces = call.here.faces.list(collection_id, face_ids=ids, limit=max(len(ids), 1))
    except NotFoundError:  # the collection was erased since
        faces = ()
    known = {face.face_id: face for face in faces}
    return {person: _face_matches(some, known) for person, some in similar.items()}


def _face_matches(similar: Iterable[Similar], known: dict[str, StoredFace]) -> list[Answer]:
    return [
        {"Similarity": each.similarity, "Face": stored(known[each.face_id])}
        for each in similar
        if each.face_id in known
    ]


def _person(found: Found, matches: dict[int, list[Answer]]) -> Answer:
    index = found.person or 0
    answer: Answer = {
        "Timestamp": found.at_ms,
        "Person": {"Index": index, "Face": _face(found.face)},
    }
    if matches.get(index):
        answer["FaceMatches"] = matches[index]
    return answer


def _face(face: FoundFace) -> Answer:
    """Return a face of a video as Rekognition describes it."""
    return {
        "BoundingBox": box_of(face.box),
        "Confidence": face.confidence,
        "Pose": {"Roll": face.pose.roll, "Yaw": face.pose.yaw, "Pitch": face.pose.pitch},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
        "Landmarks": [{"Type": each.name, "X": each.x, "Y": each.y} for each in face.points],
        **face.attributes,
    }
