"""Stored videos by boto3: started, done by the worker, and asked for page by page."""

from __future__ import annotations

import shutil
import threading
import uuid
from typing import Any

import cv2
import pytest
from botocore.exceptions import ClientError

from edge.collection.faces import Faces
from edge.demonstration.footage import CARPHONE, locate
from edge.domain import Pixels
from edge.video_worker import work
from enroll.rekognition import video
from tests.enroll.rekognition.conftest import Appliance

CLIP = {"S3Object": {"Bucket": "photos", "Name": "carphone.mp4"}}


@pytest.fixture(autouse=True)
def clip(appliance: Appliance) -> None:
    """Lay the man in the car into the bucket."""
    shutil.copy(locate(CARPHONE), appliance.buckets / "carphone.mp4")


@pytest.fixture
def passengers(client: Any, collection: str, carphone: list[Pixels]) -> str:
    """Index the man."""
    picture = bytes(cv2.imencode(".png", carphone[60])[1])
    client.index_faces(CollectionId=collection, Image={"Bytes": picture}, ExternalImageId="man")
    return collection


def refused(call: Any, **request: Any) -> str:
    """Return the name of the error that a request is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def do_all(appliance: Appliance) -> None:
    """Let the worker do what waits."""
    work(appliance.core, stop=threading.Event(), until_idle=0.5)


def test_faces_are_detected_and_told_page_by_page(client: Any, appliance: Appliance) -> None:
    """In the order of time; what the video is comes with each page."""
    job_id = client.start_face_detection(Video=CLIP, JobTag="tag")["JobId"]
    waiting = client.get_face_detection(JobId=job_id)
    assert waiting["JobStatus"] == "IN_PROGRESS"
    assert "Faces" not in waiting

    do_all(appliance)

    times: list[int] = []
    more: dict[str, Any] = {}
    while True:
        page = client.get_face_detection(JobId=job_id, MaxResults=7, **more)
        assert (page["JobStatus"], page["JobTag"], page["Video"]) == ("SUCCEEDED", "tag", CLIP)
        assert page["VideoMetadata"]["DurationMillis"] == pytest.approx(4004, abs=1)
        assert page["VideoMetadata"]["Codec"] == "h264"
        times += [face["Timestamp"] for face in page["Faces"]]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert len(times) == 20
    assert times == sorted(times)
    face = page["Faces"][0]["Face"]
    assert {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"} == set(face)
    assert len(face["Landmarks"]) == 5


def test_all_landmarks_are_told_if_all_is_asked_for(client: Any, appliance: Appliance) -> None:
    """ALL brings what can be told."""
    job_id = client.start_face_detection(Video=CLIP, FaceAttributes="ALL")["JobId"]
    do_all(appliance)

    page = client.get_face_detection(JobId=job_id, MaxResults=1)
    assert len(page["Faces"][0]["Face"]["Landmarks"]) == 30


def test_the_man_is_found_in_the_collection_that_holds_him(
    client: Any, appliance: Appliance, passengers: str
) -> None:
    """One person, at twenty moments, with the face that was indexed; until it is erased."""
    job_id = client.start_face_search(Video=CLIP, CollectionId=passengers)["JobId"]
    do_all(appliance)

    found = client.get_face_search(JobId=job_id)["Persons"]
    assert len(found) == 20
    assert {each["Person"]["Index"] for each in found} == {0}
    assert {each["FaceMatches"][0]["Face"]["ExternalImageId"] for each in found} == {"man"}
    assert all(each["FaceMatches"][0]["Similarity"] > 99 for each in found)
    by_index = client.get_face_search(JobId=job_id, SortBy="INDEX")["Persons"]
    assert by_index == found

    (face,) = Faces(appliance.core.database).list(passengers)
    client.delete_faces(CollectionId=passengers, FaceIds=[face.face_id])
    assert not any(
        "FaceMatches" in each for each in client.get_face_search(JobId=job_id)["Persons"]
    )


def test_nobody_is_found_in_a_collection_of_others(
    client: Any, appliance: Appliance, collection: str, woman: bytes
) -> None:
    """He is told of, like nobody."""
    client.index_faces(CollectionId=collection, Image={"Bytes": woman})
    job_id = client.start_face_search(Video=CLIP, CollectionId=collection)["JobId"]
    do_all(appliance)

    found = client.get_face_search(JobId=job_id)["Persons"]
    assert len(found) == 20
    assert not any("FaceMatches" in each for each in found)


def test_a_file_that_is_no_video_fails_and_says_why(client: Any, appliance: Appliance) -> None:
    """The job, not the request."""
    (appliance.buckets / "text.mp4").write_bytes(b"a letter")
    text = {"S3Object": {"Bucket": "photos", "Name": "text.mp4"}}
    job_id = client.start_face_detection(Video=text)["JobId"]
    do_all(appliance)

    answer = client.get_face_detection(JobId=job_id)
    assert answer["JobStatus"] == "FAILED"
    assert "no MP4" in answer["StatusMessage"]


def test_a_token_starts_one_job(client: Any, appliance: Appliance, collection: str) -> None:
    """With another request it is refused; another key's token is another one."""
    token = str(uuid.uuid4())
    first = client.start_face_detection(Video=CLIP, ClientRequestToken=token)

    again = client.start_face_detection(Video=CLIP, ClientRequestToken=token)
    others = appliance.client().start_face_detection(Video=CLIP, ClientRequestToken=token)

    assert first["JobId"] == again["JobId"] != others["JobId"]
    different = refused(
        client.start_face_detection, Video=CLIP, ClientRequestToken=token, JobTag="other"
    )
    assert different == "IdempotentParameterMismatchException"
    do_all(appliance)


def test_what_cannot_be_started_is_refused_at_once(
    client: Any, appliance: Appliance, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by the name that Amazon gives it."""
    start, search = client.start_face_detection, client.start_face_search
    channel = {
        "SNSTopicArn": "arn:aws:sns:eu-central-1:000000000000:AmazonRekognition",
        "RoleArn": "arn:aws:iam::000000000000:role/r",
    }
    gone = {"S3Object": {"Bucket": "photos", "Name": "gone.mp4"}}

    assert refused(start, Video=gone) == "InvalidS3ObjectException"
    assert refused(start, Video={}) == "InvalidParameterException"
    assert refused(start, Video=CLIP, NotificationChannel=channel) == "InvalidParameterException"
    assert refused(search, Video=CLIP, CollectionId="none") == "ResourceNotFoundException"
    narrow = appliance.client(appliance.key("StartFaceSearch", collections=("other*",)))
    assert refused(narrow.start_face_search, Video=CLIP, CollectionId=collection) == (
        "AccessDeniedException"
    )
    monkeypatch.setattr(video, "MOST_BYTES", 10)
    assert refused(start, Video=CLIP) == "VideoTooLargeException"


def test_twenty_jobs_may_wait(client: Any, appliance: Appliance) -> None:
    """The next is told to come later."""
    for _ in range(20):
        client.start_face_detection(Video=CLIP)

    assert refused(client.start_face_detection, Video=CLIP) == "LimitExceededException"
    appliance.core.video.execute("DELETE FROM jobs")


def test_results_are_told_to_whoever_may_see_them(
    client: Any, appliance: Appliance, passengers: str
) -> None:
    """By the right id, the right operation, a token of this list, and a key for the collection."""
    job_id = client.start_face_search(Video=CLIP, CollectionId=passengers)["JobId"]
    do_all(appliance)
    get = client.get_face_search
    token = get(JobId=job_id, MaxResults=5)["NextToken"]

    assert refused(get, JobId="none") == "ResourceNotFoundException"
    assert refused(client.get_face_detection, JobId=job_id) == "ResourceNotFoundException"
    for wrong in ({"NextToken": "nonsense"}, {"NextToken": token, "SortBy": "INDEX"}):
        assert refused(get, JobId=job_id, **wrong) == "InvalidPaginationTokenException"
    narrow = appliance.client(appliance.key("GetFaceSearch", collections=("other*",)))
    assert refused(narrow.get_face_search, JobId=job_id) == "AccessDeniedException"
