"""Collections by boto3: made, described, listed, deleted, and the building that they are for."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.audit import EventKind
from tests.enroll.rekognition.conftest import DOOR, Appliance


def test_the_building(client: Any, collection: str, woman: bytes, man: tuple[bytes, ...]) -> None:
    """A collection of scanned badges tells who arrives, and who is a stranger."""
    indexed = client.index_faces(
        CollectionId=collection, Image={"Bytes": man[0]}, ExternalImageId="badge-1001"
    )
    assert [each["Face"]["ExternalImageId"] for each in indexed["FaceRecords"]] == ["badge-1001"]

    found = client.search_faces_by_image(
        CollectionId=collection, Image={"Bytes": man[2]}, FaceMatchThreshold=99
    )
    (match,) = found["FaceMatches"]
    assert match["Similarity"] > 99
    assert match["Face"]["ExternalImageId"] == "badge-1001"

    nobody = client.search_faces_by_image(
        CollectionId=collection, Image={"Bytes": woman}, FaceMatchThreshold=99
    )
    assert nobody["FaceMatches"] == []


def test_a_collection_is_described(client: Any, appliance: Appliance, woman: bytes) -> None:
    """Its name in Amazon's form, its counts, its model, and when it was made."""
    name = f"test-{uuid.uuid4()}"
    made = client.create_collection(CollectionId=name, Tags={"floor": "2"})
    client.index_faces(CollectionId=name, Image={"Bytes": woman})
    client.create_user(CollectionId=name, UserId="ada")
    told = client.describe_collection(CollectionId=name)

    assert made["StatusCode"] == 200
    assert made["CollectionArn"] == told["CollectionARN"]
    assert (
        told["CollectionARN"] == f"arn:aws:rekognition:eu-central-1:000000000000:collection/{name}"
    )
    assert (told["FaceCount"], told["UserCount"]) == (1, 1)
    assert told["FaceModelVersion"] == made["FaceModelVersion"]
    assert abs(told["CreationTimestamp"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_collection_is_deleted_with_everybody(
    client: Any, appliance: Appliance, collection: str, woman: bytes
) -> None:
    """It is gone, a new one of its name is empty, and both are in the record with who did it."""
    client.index_faces(CollectionId=collection, Image={"Bytes": woman})
    assert client.delete_collection(CollectionId=collection)["StatusCode"] == 200
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_collection(CollectionId=collection)
    client.create_collection(CollectionId=collection)
    found = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": woman})

    assert found["FaceMatches"] == []
    told = [entry.event for entry in appliance.audit if collection in entry.event.detail]
    assert [event.kind for event in told] == [
        EventKind.COLLECTION_CREATED,
        EventKind.FACES_INDEXED,
        EventKind.COLLECTION_DELETED,
        EventKind.COLLECTION_CREATED,
    ]
    assert all("by key AKOS" in event.detail for event in told)


def test_the_list_goes_on(appliance: Appliance) -> None:
    """In pages of any size, each collection once, in the order in which they were made."""
    prefix = f"page-{uuid.uuid4()}"
    client = appliance.client(appliance.key(collections=(f"{prefix}*",)))
    names = [f"{prefix}-{number}" for number in range(5)]
    for name in names:
        client.create_collection(CollectionId=name)
    pages = client.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2})
    listed = [page["CollectionIds"] for page in pages]

    assert listed == [names[:2], names[2:4], names[4:]]


@pytest.mark.parametrize("token", ["x", "MTIz", "é", "AAAA" * 20])
def test_a_token_of_another_list(client: Any, token: str) -> None:
    """It is refused by its own name."""
    with pytest.raises(client.exceptions.InvalidPaginationTokenException):
        client.list_collections(NextToken=token)


def test_a_name_that_is_taken(client: Any, collection: str) -> None:
    """It is refused, and the collection stays."""
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
        client.create_collection(CollectionId=collection)


@pytest.mark.parametrize("operation", ["describe_collection", "delete_collection"])
def test_a_collection_that_is_none(client: Any, operation: str) -> None:
    """There is no such collection."""
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        getattr(client, operation)(CollectionId="nowhere")


def test_the_doors_own_collection_cannot_be_deleted(appliance: Appliance) -> None:
    """Even by a key that reaches it: that is done at the appliance."""
    client = appliance.client(appliance.key(collections=(DOOR,)))
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.delete_collection(CollectionId=DOOR)
    assert client.describe_collection(CollectionId=DOOR)["UserCount"] == 0
