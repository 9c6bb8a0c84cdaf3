"""Users by boto3: people to whom faces are handed, and who are searched by all of them together."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from edge.audit import EventKind
from edge.collection import face_rows
from edge.collection.people import NewPerson, People
from edge.domain import Badge, Pixels
from tests.enroll.conftest import jpeg
from tests.enroll.rekognition.conftest import DOOR, Appliance


def index(client: Any, collection: str, picture: bytes) -> str:
    """Index a picture of one face and return the face's id."""
    answer = client.index_faces(CollectionId=collection, Image={"Bytes": picture})
    face: str = answer["FaceRecords"][0]["Face"]["FaceId"]
    return face


@pytest.fixture
def people(
    client: Any, collection: str, woman: bytes, man: tuple[bytes, ...]
) -> dict[str, list[str]]:
    """Make two users, the woman with one face and the man with three."""
    faces = {
        "ada": [index(client, collection, woman)],
        "bob": [index(client, collection, picture) for picture in man],
    }
    for user, ids in faces.items():
        client.create_user(CollectionId=collection, UserId=user)
        client.associate_faces(CollectionId=collection, UserId=user, FaceIds=ids)
    return faces


def test_a_user_is_made_listed_and_deleted(
    client: Any, appliance: Appliance, collection: str
) -> None:
    """Each of it is in the record, with who did it."""
    client.create_user(CollectionId=collection, UserId="ada:1815")
    listed = client.list_users(CollectionId=collection)["Users"]
    client.delete_user(CollectionId=collection, UserId="ada:1815")

    assert listed == [{"UserId": "ada:1815", "UserStatus": "CREATED"}]
    assert client.list_users(CollectionId=collection)["Users"] == []
    events = [entry.event for entry in appliance.audit][-2:]
    assert [event.kind for event in events] == [EventKind.ENROLLED, EventKind.PERSON_DELETED]
    assert all("by key AKOS" in event.detail for event in events)


def test_faces_are_handed_over(client: Any, collection: str, people: dict[str, list[str]]) -> None:
    """The user is active, her faces say whose they are, and a second time changes nothing."""
    listed = {
        user["UserId"]: user["UserStatus"]
        for user in client.list_users(CollectionId=collection)["Users"]
    }
    assert listed == {"ada": "ACTIVE", "bob": "ACTIVE"}
    faces = client.list_faces(CollectionId=collection, UserId="bob")["Faces"]
    assert sorted(face["FaceId"] for face in faces) == sorted(people["bob"])
    assert {face["UserId"] for face in faces} == {"bob"}
    again = client.associate_faces(CollectionId=collection, UserId="bob", FaceIds=people["bob"])
    assert again["AssociatedFaces"] == again["UnsuccessfulFaceAssociations"] == []


def test_what_is_not_handed_over(
    client: Any, collection: str, people: dict[str, list[str]], woman: bytes
) -> None:
    """A face that is none, somebody else's, or of somebody who looks different."""
    unknown, free = str(uuid.uuid4()), index(client, collection, woman)
    answer = client.associate_faces(
        CollectionId=collection, UserId="bob", FaceIds=[unknown, people["ada"][0], free]
    )
    reasons = {each["FaceId"]: each for each in answer["UnsuccessfulFaceAssociations"]}

    assert answer["AssociatedFaces"] == []
    assert reasons[unknown]["Reasons"] == ["FACE_NOT_FOUND"]
    assert reasons[people["ada"][0]] == {
        "FaceId": people["ada"][0],
        "UserId": "ada",
        "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"],
    }
    assert reasons[free]["Reasons"] == ["LOW_MATCH_CONFIDENCE"]
    assert reasons[free]["Confidence"] < 75


def test_of_the_first_faces_the_odd_one_is_left(
    client: Any, collection: str, woman: bytes, man: tuple[bytes, ...]
) -> None:
    """A user without faces gets those that agree with most of what is handed over."""
    his, hers = [index(client, collection, each) for each in man], index(client, collection, woman)
    client.create_user(CollectionId=collection, UserId="bob")
    answer = client.associate_faces(CollectionId=collection, UserId="bob", FaceIds=[hers, *his])
    assert {each["FaceId"] for each in answer["AssociatedFaces"]} == set(his)
    assert [each["FaceId"] for each in answer["UnsuccessfulFaceAssociations"]] == [hers]


def test_faces_are_taken_back(client: Any, collection: str, people: dict[str, list[str]]) -> None:
    """They stay in the collection and are nobody's; hers are not his to give."""
    answer = client.disassociate_faces(
        CollectionId=collection,
        UserId="bob",
        FaceIds=[*people["bob"], people["ada"][0], str(uuid.uuid4())],
    )
    assert {each["FaceId"] for each in answer["DisassociatedFaces"]} == set(people["bob"])
    assert [each["Reasons"][0] for each in answer["UnsuccessfulFaceDisassociations"]] == [
        "ASSOCIATED_TO_A_DIFFERENT_USER",
        "FACE_NOT_FOUND",
    ]
    assert answer["UserStatus"] == "CREATED"
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 4


def test_a_deleted_users_faces_stay(
    client: Any, collection: str, people: dict[str, list[str]]
) -> None:
    """As at Amazon: they are deleted by DeleteFaces."""
    client.delete_user(CollectionId=collection, UserId="bob")
    faces = client.list_faces(CollectionId=collection)["Faces"]
    assert len(faces) == 4
    assert {face.get("UserId") for face in faces} == {"ada", None}


def test_users_are_found_by_a_picture(
    client: Any, collection: str, people: dict[str, list[str]], carphone: list[Pixels]
) -> None:
    """By all faces of each together; who else is in the picture is told."""
    found = client.search_users_by_image(
        CollectionId=collection, Image={"Bytes": jpeg(carphone[60])}, UserMatchThreshold=99
    )
    (match,) = found["UserMatches"]
    assert match["User"] == {"UserId": "bob", "UserStatus": "ACTIVE"}
    assert match["Similarity"] > 99
    assert found["SearchedFace"]["FaceDetail"]["Confidence"] > 80
    assert found["UnsearchedFaces"] == []


def test_a_picture_without_faces_finds_nobody(
    client: Any, collection: str, people: dict[str, list[str]], coffee: Pixels
) -> None:
    """Here it is no error, and there is no searched face: as at Amazon."""
    found = client.search_users_by_image(CollectionId=collection, Image={"Bytes": jpeg(coffee)})
    assert found["UserMatches"] == []
    assert "SearchedFace" not in found


def test_users_are_found_by_a_face_or_a_user(
    client: Any, collection: str, people: dict[str, list[str]]
) -> None:
    """A face finds its owner; a user does not find herself."""
    by_face = client.search_users(CollectionId=collection, FaceId=people["bob"][0])
    assert [match["User"]["UserId"] for match in by_face["UserMatches"]] == ["bob"]
    assert by_face["SearchedFace"] == {"FaceId": people["bob"][0]}
    by_user = client.search_users(CollectionId=collection, UserId="bob", UserMatchThreshold=0)
    assert [match["User"]["UserId"] for match in by_user["UserMatches"]] == ["ada"]
    assert by_user["SearchedUser"] == {"UserId": "bob"}


@pytest.mark.parametrize("more", [{}, {"UserId": "bob", "FaceId": str(uuid.uuid4())}])
def test_neither_or_both(client: Any, collection: str, more: dict[str, str]) -> None:
    """Exactly one of the two is searched by."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.search_users(CollectionId=collection, **more)


def test_a_user_without_faces_finds_nobody(client: Any, collection: str) -> None:
    """There is nothing to search by."""
    client.create_user(CollectionId=collection, UserId="new")
    assert client.search_users(CollectionId=collection, UserId="new")["UserMatches"] == []


def test_a_hundred_faces_are_enough(
    client: Any, collection: str, woman: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More are refused, all of them, by the name of a quota."""
    faces = [index(client, collection, woman) for _ in range(3)]
    client.create_user(CollectionId=collection, UserId="ada")
    monkeypatch.setattr(face_rows, "MOST_FACES_OF_A_PERSON", 2)
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.associate_faces(CollectionId=collection, UserId="ada", FaceIds=faces)
    assert client.list_users(CollectionId=collection)["Users"][0]["UserStatus"] == "CREATED"


def test_the_list_goes_on_while_users_are_deleted(client: Any, collection: str) -> None:
    """Each page's users may be gone before the next page is asked for."""
    for number in range(5):
        client.create_user(CollectionId=collection, UserId=f"user-{number}")
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.list_users(CollectionId=collection, MaxResults=2, **token)
        for user in page["Users"]:
            seen.append(user["UserId"])
            client.delete_user(CollectionId=collection, UserId=user["UserId"])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(seen) == [f"user-{number}" for number in range(5)]


def test_the_same_request_twice_is_one(client: Any, appliance: Appliance, collection: str) -> None:
    """A repeated token gets the answer of the first time; with another request it is refused."""
    for _ in range(2):
        client.create_user(CollectionId=collection, UserId="ada", ClientRequestToken="one")
    assert len(client.list_users(CollectionId=collection)["Users"]) == 1
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        client.create_user(CollectionId=collection, UserId="bob", ClientRequestToken="one")
    with pytest.raises(client.exceptions.ConflictException):
        client.create_user(CollectionId=collection, UserId="ada", ClientRequestToken="two")
    # Another key's token is another token.
    other = appliance.client()
    other.create_user(CollectionId=collection, UserId="bob", ClientRequestToken="one")


def test_a_refused_request_may_be_repeated(client: Any, collection: str, woman: bytes) -> None:
    """Its token is good for another try."""
    face, told = index(client, collection, woman), {"ClientRequestToken": "again"}
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.associate_faces(CollectionId=collection, UserId="ada", FaceIds=[face], **told)
    client.create_user(CollectionId=collection, UserId="ada")
    answer = client.associate_faces(CollectionId=collection, UserId="ada", FaceIds=[face], **told)
    assert answer["AssociatedFaces"] == [{"FaceId": face}]


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("delete_user", {}),
        ("associate_faces", {"FaceIds": [str(uuid.uuid4())]}),
        ("disassociate_faces", {"FaceIds": [str(uuid.uuid4())]}),
        ("search_users", {}),
        ("list_faces", {}),
    ],
)
def test_a_user_who_is_none(client: Any, collection: str, operation: str, more: Any) -> None:
    """There is no such user."""
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        getattr(client, operation)(CollectionId=collection, UserId="nobody", **more)


def test_people_of_the_door_are_users(appliance: Appliance) -> None:
    """By their number in the site's files, or by their own id where that can name no user."""
    people = People(appliance.core.database)
    known = people.enroll(DOOR, NewPerson("Ada", external_id="hr-1"), badges=[Badge("1")])
    other = people.enroll(DOOR, NewPerson("Bob", external_id="hr 2"))
    client = appliance.client(appliance.key(collections=(DOOR,)))
    try:
        listed = {user["UserId"] for user in client.list_users(CollectionId=DOOR)["Users"]}
        assert listed == {"hr-1", other.person_id}
        assert client.list_faces(CollectionId=DOOR, UserId=other.person_id)["Faces"] == []
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.list_faces(CollectionId=DOOR, UserId=known.person_id)
    finally:
        for person in (known, other):
            people.delete(person.person_id)


def test_whoever_declined_gets_no_face(appliance: Appliance, woman: bytes) -> None:
    """Not through the API either."""
    people = People(appliance.core.database)
    person = people.enroll(DOOR, NewPerson("Ada", external_id="ada", declined=True))
    client = appliance.client(appliance.key(collections=(DOOR,)))
    face = index(client, DOOR, woman)
    try:
        with pytest.raises(client.exceptions.InvalidParameterException, match="declined"):
            client.associate_faces(CollectionId=DOOR, UserId="ada", FaceIds=[face])
    finally:
        client.delete_faces(CollectionId=DOOR, FaceIds=[face])
        people.delete(person.person_id)


def test_two_users_with_one_face_are_look_alikes(
    client: Any, appliance: Appliance, collection: str, man: tuple[bytes, ...]
) -> None:
    """A door lets neither in by face alone: the mark is made with the association."""
    for user, picture in zip(("one", "two"), man, strict=False):
        client.create_user(CollectionId=collection, UserId=user)
        client.associate_faces(
            CollectionId=collection, UserId=user, FaceIds=[index(client, collection, picture)]
        )
    one, two = People(appliance.core.database).list(collection)
    assert one.look_alikes == (two.person_id,)
    assert two.look_alikes == (one.person_id,)
