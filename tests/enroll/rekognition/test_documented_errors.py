"""Every error that the service model has for an operation: provoked, or known never to come, and why."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from enroll.rekognition.operations import OFFERED
from tests.appliance import Appliance
from tests.enroll.rekognition.model import service_model

MODEL = service_model()

ANYWHERE = {
    "AccessDeniedException",
    "InternalServerError",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
}
"""Of every operation: the first is provoked for each below, two more in test_endpoint; capacity is not
bought here, so none can be exceeded."""

LIMITS = "what is beyond a limit is a ValidationException, and nothing else can be wrong with it"
AT_ONCE = "users change in one transaction, so nobody sees one half changed"
UNLIMITED = "there is no quota: the disk is the limit"

NEVER: Mapping[tuple[str, str], str] = {
    **{
        (operation, "InvalidParameterException"): LIMITS
        for operation in (
            "ListCollections",
            "DescribeCollection",
            "ListFaces",
            "ListUsers",
            "DeleteFaces",
            "CreateUser",
            "DeleteUser",
            "DisassociateFaces",
            "CreateCollection",
            "DeleteCollection",
            "GetFaceDetection",
            "GetFaceSearch",
            "DescribeStreamProcessor",
            "ListStreamProcessors",
            "StopStreamProcessor",
            "DeleteStreamProcessor",
            "GetFaceLivenessSessionResults",
        )
    },
    **{
        (operation, "ConflictException"): AT_ONCE
        for operation in ("DeleteUser", "AssociateFaces", "DisassociateFaces")
    },
    **{
        (operation, "ServiceQuotaExceededException"): UNLIMITED
        for operation in ("IndexFaces", "CreateUser", "CreateCollection")
    },
    ("ListCollections", "ResourceNotFoundException"): "it names no resource",
    ("UpdateStreamProcessor", "ResourceInUseException"): "nothing of face search can be updated",
    ("CreateStreamProcessor", "ServiceQuotaExceededException"): "their number is a LimitExceeded",
}

IMAGES = ("DetectFaces", "CompareFaces", "IndexFaces", "SearchFacesByImage", "SearchUsersByImage")
FACE = str(uuid.uuid4())
NOWHERE = {"CollectionId": "nowhere"}
ARN = "arn:aws:rekognition:eu-central-1:000000000000:collection/nowhere"

OF_NOTHING: Mapping[str, dict[str, Any]] = {
    "SearchFaces": NOWHERE | {"FaceId": FACE},
    "SearchFacesByImage": NOWHERE | {"Image": {"Bytes": b"x"}},
    "SearchUsers": NOWHERE | {"FaceId": FACE},
    "SearchUsersByImage": NOWHERE | {"Image": {"Bytes": b"x"}},
    "DescribeCollection": NOWHERE,
    "ListFaces": NOWHERE,
    "ListUsers": NOWHERE,
    "ListTagsForResource": {"ResourceArn": ARN},
    "IndexFaces": NOWHERE | {"Image": {"Bytes": b"x"}},
    "DeleteFaces": NOWHERE | {"FaceIds": [FACE]},
    "CreateUser": NOWHERE | {"UserId": "ada"},
    "DeleteUser": NOWHERE | {"UserId": "ada"},
    "AssociateFaces": NOWHERE | {"UserId": "ada", "FaceIds": [FACE]},
    "DisassociateFaces": NOWHERE | {"UserId": "ada", "FaceIds": [FACE]},
    "DeleteCollection": NOWHERE,
    "TagResource": {"ResourceArn": ARN, "Tags": {"a": "b"}},
    "UntagResource": {"ResourceArn": ARN, "TagKeys": ["a"]},
    "GetFaceDetection": {"JobId": "nothing"},
    "GetFaceSearch": {"JobId": "nothing"},
    "StartFaceSearch": NOWHERE | {"Video": {"S3Object": {"Bucket": "photos", "Name": "a.mp4"}}},
    "DescribeStreamProcessor": {"Name": "nothing"},
    "StartStreamProcessor": {"Name": "nothing"},
    "StopStreamProcessor": {"Name": "nothing"},
    "UpdateStreamProcessor": {"Name": "nothing"},
    "DeleteStreamProcessor": {"Name": "nothing"},
}
"""Requests about what does not exist."""

ELSEWHERE = {
    ("AssociateFaces", "InvalidParameterException"): "test_users",
    ("AssociateFaces", "ServiceQuotaExceededException"): "test_users",
    ("CreateCollection", "ResourceAlreadyExistsException"): "test_collections",
    ("CreateUser", "ConflictException"): "test_users",
    ("CreateUser", "IdempotentParameterMismatchException"): "test_users",
    ("SearchFaces", "InvalidParameterException"): "test_faces",
    ("SearchUsers", "InvalidParameterException"): "test_users",
    ("TagResource", "InvalidParameterException"): "test_tags",
    ("TagResource", "ServiceQuotaExceededException"): "test_tags",
    ("GetFaceDetection", "InvalidPaginationTokenException"): "test_video",
    ("GetFaceSearch", "InvalidPaginationTokenException"): "test_video",
    ("StartFaceDetection", "IdempotentParameterMismatchException"): "test_video",
    ("StartFaceDetection", "LimitExceededException"): "test_video",
    ("StartFaceSearch", "LimitExceededException"): "test_video",
    ("StartFaceDetection", "InvalidParameterException"): "test_video",
    ("CreateStreamProcessor", "InvalidParameterException"): "test_streams",
    ("CreateStreamProcessor", "LimitExceededException"): "tests/edge/streams",
    ("CreateStreamProcessor", "ResourceInUseException"): "test_streams",
    ("StartStreamProcessor", "InvalidParameterException"): "test_streams",
    ("StartStreamProcessor", "ResourceInUseException"): "test_streams",
    ("StopStreamProcessor", "ResourceInUseException"): "test_streams",
    ("DeleteStreamProcessor", "ResourceInUseException"): "test_streams",
    ("UpdateStreamProcessor", "InvalidParameterException"): "test_streams",
}
"""Errors that are provoked where the story belongs."""


def bomb() -> bytes:
    """Return a small file that unpacks to a huge picture."""
    data = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(data, "PNG")
    return data.getvalue()


def with_image(operation: str, collection: str, image: dict[str, Any]) -> dict[str, Any]:
    """Return a request of *operation* about *image*."""
    if operation == "CompareFaces":
        return {"SourceImage": image, "TargetImage": image}
    about: dict[str, Any] = {} if operation == "DetectFaces" else {"CollectionId": collection}
    return about | {"Image": image}


PROVOKED: dict[tuple[str, str], Callable[[Any, str], None]] = {}
"""What makes an error, given a client and an empty collection."""


def provoke(operation: str, error: str, make: Callable[[str], dict[str, Any]]) -> None:
    """Note that the request that *make* gives for a collection provokes *error*."""

    def ask(client: Any, collection: str) -> None:
        getattr(client, method_of(operation))(**make(collection))

    PROVOKED[operation, error] = ask


def method_of(operation: str) -> str:
    """Return boto3's name of an operation."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]


for name in IMAGES:
    provoke(name, "InvalidParameterException", lambda at, name=name: with_image(name, at, {}))  # type: ignore[misc]
    provoke(
        name,
        "InvalidImageFormatException",
        lambda at, name=name: with_image(name, at, {"Bytes": b"no picture"}),  # type: ignore[misc]
    )
    provoke(
        name,
        "ImageTooLargeException",
        lambda at, name=name: with_image(name, at, {"Bytes": bomb()}),  # type: ignore[misc]
    )
    provoke(
        name,
        "InvalidS3ObjectException",
        lambda at, name=name: with_image(  # type: ignore[misc]
            name, at, {"S3Object": {"Bucket": "photos", "Name": "nothing.jpg"}}
        ),
    )
for name, request in OF_NOTHING.items():
    provoke(name, "ResourceNotFoundException", lambda _, request=request: request)  # type: ignore[misc]
for name in ("ListTagsForResource", "UntagResource"):
    provoke(
        name,
        "InvalidParameterException",
        lambda _, request=OF_NOTHING[name]: request | {"ResourceArn": "a" * 20},  # type: ignore[misc]
    )
for name in ("ListFaces", "ListUsers"):
    provoke(
        name,
        "InvalidPaginationTokenException",
        lambda at: {"CollectionId": at, "NextToken": "nonsense"},
    )
for name in ("ListCollections", "ListStreamProcessors"):
    provoke(name, "InvalidPaginationTokenException", lambda _: {"NextToken": "nonsense"})
for name in ("StartFaceDetection", "StartFaceSearch"):
    wanted = {"CollectionId": None} if name == "StartFaceSearch" else {}

    def about(at: str, file: str, *, wanted: dict[str, Any] = wanted) -> dict[str, Any]:
        """Return a request about a video."""
        told = dict.fromkeys(wanted, at)
        return told | {"Video": {"S3Object": {"Bucket": "photos", "Name": file}}}

    provoke(
        name,
        "InvalidS3ObjectException",
        lambda at, about=about: about(at, "nothing.mp4"),  # type: ignore[misc]
    )
    provoke(
        name,
        "VideoTooLargeException",
        lambda at, about=about: about(at, "huge.mp4"),  # type: ignore[misc]
    )
provoke(
    "StartFaceSearch", "InvalidParameterException", lambda at: {"CollectionId": at, "Video": {}}
)
provoke(
    "CreateFaceLivenessSession",
    "InvalidParameterException",
    lambda _: {"Settings": {"AuditImagesLimit": 1}},
)
provoke("GetFaceLivenessSessionResults", "SessionNotFoundException", lambda _: {"SessionId": FACE})


def twice(operation: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Note that a token that comes with two different requests is refused."""

    def ask(client: Any, collection: str) -> None:
        token, method = f"t-{uuid.uuid4()}", getattr(client, method_of(operation))
        client.create_user(CollectionId=collection, UserId="ada")
        method(CollectionId=collection, ClientRequestToken=token, **first)
        method(CollectionId=collection, ClientRequestToken=token, **second)

    PROVOKED[operation, "IdempotentParameterMismatchException"] = ask


twice("DeleteUser", {"UserId": "ada"}, {"UserId": "bob"})
for name in ("AssociateFaces", "DisassociateFaces"):
    twice(
        name,
        {"UserId": "ada", "FaceIds": [FACE]},
        {"UserId": "ada", "FaceIds": [str(uuid.uuid4())]},
    )
SEARCHED = {"Video": {"S3Object": {"Bucket": "photos", "Name": "any.mp4"}}}
twice("StartFaceSearch", SEARCHED, SEARCHED | {"FaceMatchThreshold": 99})


def test_the_model_is_covered() -> None:
    """Whatever an operation may answer with is provoked somewhere, or cannot come, and never both."""
    documented = {
        (operation.name, shape.name)
        for operation in OFFERED
        for shape in MODEL.operation_model(operation.name).error_shapes
        if shape.name not in ANYWHERE
    }
    told = [set(PROVOKED), set(ELSEWHERE), set(NEVER)]
    assert set().union(*told) == documented
    assert sum(map(len, told)) == len(documented)


@pytest.mark.parametrize(("operation", "error"), sorted(PROVOKED))
def test_errors_are_the_models(
    appliance: Appliance, client: Any, collection: str, operation: str, error: str
) -> None:
    """The request that is wrong in that way gets that name."""
    for file in ("huge.mp4", "any.mp4"):
        with (appliance.buckets / file).open("wb") as sparse:
            sparse.truncate(10 * 2**30 + 1 if file == "huge.mp4" else 10)
    with pytest.raises(ClientError) as caught:
        PROVOKED[operation, error](client, collection)
    assert caught.value.response["Error"]["Code"] == error


@pytest.mark.parametrize("operation", [operation.name for operation in OFFERED])
def test_what_a_key_may_not(appliance: Appliance, operation: str) -> None:
    """A key for one thing cannot do another."""
    allowed = "DetectFaces" if operation != "DetectFaces" else "CompareFaces"
    client = appliance.client(appliance.key(allowed), parameter_validation=False)
    with pytest.raises(client.exceptions.AccessDeniedException):
        getattr(client, method_of(operation))()
