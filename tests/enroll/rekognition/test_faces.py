"""Faces by boto3: indexed, listed, searched, deleted to the last byte."""

from __future__ import annotations

import itertools
import uuid
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.collection.faces import Faces, NewFace
from edge.domain import Box, ModelId, Pixels, Pose, Quality, normalized
from tests.enroll.conftest import jpeg
from tests.enroll.rekognition.conftest import Appliance


@pytest.fixture(scope="session")
def three(astronaut: Pixels, carphone: list[Pixels]) -> bytes:
    """Show the woman, the man, and the man as he is in the dark."""
    man = cv2.resize(carphone[0], None, fx=1.5, fy=1.5).astype(np.uint8)
    dark = (man * 0.15).astype(np.uint8)
    canvas = np.full((640, 512 + man.shape[1], 3), 128, np.uint8)
    canvas[:512, :512] = astronaut
    canvas[: man.shape[0], 512:] = man
    canvas[man.shape[0] : 2 * man.shape[0], 512:] = dark
    return jpeg(canvas)


def index(client: Any, collection: str, picture: bytes, **more: Any) -> list[str]:
    """Index a picture and return the ids of its faces."""
    answer = client.index_faces(CollectionId=collection, Image={"Bytes": picture}, **more)
    return [record["Face"]["FaceId"] for record in answer["FaceRecords"]]


def test_what_is_told_of_an_indexed_face(client: Any, collection: str, woman: bytes) -> None:
    """What is kept of it, and what was seen, are told together, and are listed later."""
    answer = client.index_faces(
        CollectionId=collection,
        Image={"Bytes": woman},
        ExternalImageId="ada:1.jpg",
        DetectionAttributes=["EYES_OPEN"],
    )
    (record,) = answer["FaceRecords"]
    assert record["Face"]["ExternalImageId"] == "ada:1.jpg"
    assert record["Face"]["BoundingBox"] == record["FaceDetail"]["BoundingBox"]
    assert record["FaceDetail"]["EyesOpen"]["Value"]
    assert answer["UnindexedFaces"] == []
    assert client.list_faces(CollectionId=collection)["Faces"] == [record["Face"]]


def test_faces_of_one_picture_belong_together(
    client: Any, collection: str, three: bytes, woman: bytes
) -> None:
    """They have one image id, and those of the next picture another."""
    for picture in (three, woman):
        client.index_faces(CollectionId=collection, Image={"Bytes": picture})
    images = [face["ImageId"] for face in client.list_faces(CollectionId=collection)["Faces"]]
    assert sorted(images.count(image) for image in set(images)) == [1, 2]


def test_poor_faces_are_left_out_with_the_reason(
    client: Any, collection: str, three: bytes
) -> None:
    """By default a face must be as good as at the door; NONE takes what there is."""
    auto = client.index_faces(CollectionId=collection, Image={"Bytes": three})
    strict = client.index_faces(
        CollectionId=collection, Image={"Bytes": three}, QualityFilter="HIGH", MaxFaces=1
    )
    everything = client.index_faces(
        CollectionId=collection, Image={"Bytes": three}, QualityFilter="NONE"
    )
    assert len(auto["FaceRecords"]) == 2
    assert "LOW_BRIGHTNESS" in auto["UnindexedFaces"][0]["Reasons"]
    assert len(strict["FaceRecords"]) == 1
    assert len(everything["FaceRecords"]) == 3


def test_the_largest_are_indexed(client: Any, collection: str, three: bytes) -> None:
    """Beyond MaxFaces nobody is, and it is said."""
    answer = client.index_faces(CollectionId=collection, Image={"Bytes": three}, MaxFaces=1)
    (record,) = answer["FaceRecords"]
    assert record["Face"]["BoundingBox"]["Left"] < 0.5
    assert ["EXCEEDS_MAX_FACES"] in [each["Reasons"] for each in answer["UnindexedFaces"]]


def test_a_picture_without_faces(client: Any, collection: str, coffee: Pixels) -> None:
    """Nothing is stored, and it is no error."""
    assert index(client, collection, jpeg(coffee)) == []
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 0


def test_the_list_goes_on(client: Any, collection: str, woman: bytes) -> None:
    """In pages, each face once; and it can be narrowed to some."""
    ids = [index(client, collection, woman)[0] for _ in range(5)]
    pages = [
        [face["FaceId"] for face in page["Faces"]]
        for page in client.get_paginator("list_faces").paginate(
            CollectionId=collection, PaginationConfig={"PageSize": 2}
        )
    ]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(itertools.chain(*pages)) == sorted(ids)
    some = client.list_faces(CollectionId=collection, FaceIds=[ids[3], str(uuid.uuid4())])
    assert [face["FaceId"] for face in some["Faces"]] == [ids[3]]


def test_a_token_is_good_for_its_list(client: Any, collection: str, woman: bytes) -> None:
    """Not for another collection's."""
    for _ in range(2):
        index(client, collection, woman)
    token = client.list_faces(CollectionId=collection, MaxResults=1)["NextToken"]
    other = f"test-{uuid.uuid4()}"
    client.create_collection(CollectionId=other)
    with pytest.raises(client.exceptions.InvalidPaginationTokenException):
        client.list_faces(CollectionId=other, NextToken=token)


def test_a_stored_face_finds_the_others(
    client: Any, collection: str, woman: bytes, man: tuple[bytes, ...]
) -> None:
    """Not itself; strangers only below any threshold, and as many as are wanted, best first."""
    first, *others = [index(client, collection, picture)[0] for picture in man]
    stranger = index(client, collection, woman)[0]

    found = client.search_faces(CollectionId=collection, FaceId=first)
    assert found["SearchedFaceId"] == first
    assert {match["Face"]["FaceId"] for match in found["FaceMatches"]} == set(others)
    everybody = client.search_faces(CollectionId=collection, FaceId=first, FaceMatchThreshold=0)
    similarities = [match["Similarity"] for match in everybody["FaceMatches"]]
    assert similarities == sorted(similarities, reverse=True)
    assert everybody["FaceMatches"][-1]["Face"]["FaceId"] == stranger
    one = client.search_faces(CollectionId=collection, FaceId=first, MaxFaces=1)
    assert one["FaceMatches"] == found["FaceMatches"][:1]


def test_searching_by_a_picture_without_faces(client: Any, collection: str, coffee: Pixels) -> None:
    """It is an error, as at Amazon."""
    with pytest.raises(client.exceptions.InvalidParameterException, match="no faces in the image"):
        client.search_faces_by_image(CollectionId=collection, Image={"Bytes": jpeg(coffee)})


def test_the_largest_face_that_is_good_enough_is_searched(
    client: Any, collection: str, three: bytes, man: tuple[bytes, ...], carphone: list[Pixels]
) -> None:
    """A blurred face is searched unless a quality is asked for; then there is none."""
    index(client, collection, man[0])
    blurred = {"Bytes": jpeg(cv2.GaussianBlur(carphone[0], (0, 0), 4).astype(np.uint8))}
    client.search_faces_by_image(CollectionId=collection, Image=blurred)
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.search_faces_by_image(CollectionId=collection, Image=blurred, QualityFilter="HIGH")
    found = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": three})
    assert found["FaceMatches"] == []  # the woman is larger than he
    assert found["SearchedFaceBoundingBox"]["Left"] < 0.5


@pytest.mark.parametrize("elsewhere", [False, True])
def test_searching_by_a_face_that_is_not_there(
    client: Any, collection: str, woman: bytes, *, elsewhere: bool
) -> None:
    """Neither one that never was, nor one of another collection."""
    face = str(uuid.uuid4())
    if elsewhere:
        other = f"test-{uuid.uuid4()}"
        client.create_collection(CollectionId=other)
        (face,) = index(client, other, woman)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.search_faces(CollectionId=collection, FaceId=face)


def test_a_deleted_face_leaves_no_byte(
    client: Any, appliance: Appliance, collection: str, woman: bytes
) -> None:
    """Its vector is in no file any more, whatever the key could decrypt; and who did it is told."""
    (face,) = index(client, collection, woman)
    unknown = str(uuid.uuid4())
    answer = client.delete_faces(CollectionId=collection, FaceIds=[face, unknown, face])

    assert answer["DeletedFaces"] == [face]
    assert answer["UnsuccessfulFaceDeletions"] == [
        {"FaceId": unknown, "Reasons": ["FACE_NOT_FOUND"]}
    ]
    assert (
        client.search_faces_by_image(CollectionId=collection, Image={"Bytes": woman})["FaceMatches"]
        == []
    )
    log = Path(f"{appliance.core.collection_path}-wal")
    assert not log.exists() or log.stat().st_size == 0
    event = appliance.audit[-1].event
    assert event.kind is EventKind.FACE_DELETED
    assert collection in event.detail


def test_a_users_face_is_not_deleted(client: Any, collection: str, woman: bytes) -> None:
    """It must be taken from her first."""
    (face,) = index(client, collection, woman)
    client.create_user(CollectionId=collection, UserId="ada")
    client.associate_faces(CollectionId=collection, UserId="ada", FaceIds=[face])
    answer = client.delete_faces(CollectionId=collection, FaceIds=[face])
    assert "DeletedFaces" not in answer
    assert answer["UnsuccessfulFaceDeletions"] == [
        {"FaceId": face, "UserId": "ada", "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    ]


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("index_faces", {"Image": {"Bytes": b"x"}}),
        ("list_faces", {}),
        ("delete_faces", {"FaceIds": [str(uuid.uuid4())]}),
        ("search_faces", {"FaceId": str(uuid.uuid4())}),
        ("search_faces_by_image", {"Image": {"Bytes": b"x"}}),
    ],
)
def test_a_collection_that_is_none(client: Any, operation: str, more: dict[str, Any]) -> None:
    """That is told before any picture is looked at."""
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        getattr(client, operation)(CollectionId="nowhere", **more)


def test_another_embedders_collection(client: Any, appliance: Appliance, woman: bytes) -> None:
    """Vectors of two networks cannot be compared, so nothing is stored or searched there."""
    name = f"test-{uuid.uuid4()}"
    model = ModelId("other", "ab" * 32)
    Collections(appliance.core.database).create(name, model=model, dimension=64)
    for operation in (client.index_faces, client.search_faces_by_image):
        with pytest.raises(client.exceptions.InvalidParameterException, match="other"):
            operation(CollectionId=name, Image={"Bytes": woman})
    assert Faces(appliance.core.database).list(name) == ()
    vector = normalized(np.ones(64, np.float32), model)
    quality = Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.8)
    new = NewFace(vector, Box(0.2, 0.2, 0.5, 0.5), 99.0, quality)
    (stored,) = Faces(appliance.core.database).index(name, [new])
    with pytest.raises(client.exceptions.InvalidParameterException, match="other"):
        client.search_faces(CollectionId=name, FaceId=stored.face_id)
