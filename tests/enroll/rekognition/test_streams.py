"""Stream processors by boto3; that they see is specified in tests/edge/streams."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from edge.audit import EventKind
from edge.demonstration.footage import CARPHONE, locate
from edge.video_worker import work
from tests.enroll.rekognition.conftest import Appliance

OUTPUT = {"KinesisDataStream": {"Arn": "arn:aws:kinesis:eu-central-1:000000000000:stream/out"}}
ROLE = "arn:aws:iam::000000000000:role/r"


def camera(name: str) -> dict[str, Any]:
    """Return the input that stands for a camera of the settings."""
    arn = f"arn:aws:kinesisvideo:eu-central-1:000000000000:stream/{name}/1"
    return {"KinesisVideoStream": {"Arn": arn}}


@pytest.fixture
def lobby(appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a camera in the settings, which shows recorded footage."""
    path = appliance.folder / "lobby.mp4"
    shutil.copy(locate(CARPHONE), path)
    cameras: Any = appliance.core.settings.rekognition.cameras
    monkeypatch.setitem(cameras, "lobby", str(path))
    return "lobby"


@pytest.fixture
def wanted(appliance: Appliance, collection: str, lobby: str) -> Iterator[dict[str, Any]]:
    """Give the request for a stream processor of a name that is free."""
    yield {
        "Name": f"stream-{uuid.uuid4()}",
        "Input": camera(lobby),
        "Output": OUTPUT,
        "RoleArn": ROLE,
        "Settings": {"FaceSearch": {"CollectionId": collection}},
    }
    appliance.core.video.execute("DELETE FROM stream_processors")


def refused(call: Any, **request: Any) -> str:
    """Return the name of the error that a request is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_one_is_made_described_listed_and_deleted(
    client: Any, appliance: Appliance, wanted: dict[str, Any]
) -> None:
    """What was told comes back; a low threshold is raised to 80."""
    name = wanted["Name"]
    wanted["Settings"]["FaceSearch"]["FaceMatchThreshold"] = 50.0
    arn = client.create_stream_processor(**wanted, Tags={"floor": "1"})["StreamProcessorArn"]

    told = client.describe_stream_processor(Name=name)
    assert (told["Status"], told["StreamProcessorArn"]) == ("STOPPED", arn)
    assert (told["Input"], told["Output"], told["RoleArn"]) == (wanted["Input"], OUTPUT, ROLE)
    assert told["Settings"]["FaceSearch"]["FaceMatchThreshold"] == 80
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"floor": "1"}
    client.tag_resource(ResourceArn=arn, Tags={"door": "x"})
    client.untag_resource(ResourceArn=arn, TagKeys=["floor"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"door": "x"}
    listed = client.list_stream_processors()["StreamProcessors"]
    assert listed == [{"Name": name, "Status": "STOPPED"}]

    client.delete_stream_processor(Name=name)
    assert client.list_stream_processors()["StreamProcessors"] == []
    recorded = [entry.event.detail for entry in appliance.audit]
    assert any(f"stream processor {name} made, by key" in detail for detail in recorded)


def test_one_that_runs_says_so_and_sees(
    client: Any, appliance: Appliance, wanted: dict[str, Any], man: tuple[bytes, ...]
) -> None:
    """Started, it watches until its footage ends; who was seen is in the record."""
    collection = wanted["Settings"]["FaceSearch"]["CollectionId"]
    client.index_faces(CollectionId=collection, Image={"Bytes": man[0]})
    client.create_stream_processor(**wanted)
    before = len(appliance.audit)

    assert client.start_stream_processor(Name=wanted["Name"])["SessionId"]
    assert client.describe_stream_processor(Name=wanted["Name"])["Status"] == "STARTING"
    work(appliance.core, stop=threading.Event(), until_idle=0.5)

    told = client.describe_stream_processor(Name=wanted["Name"])
    assert (told["Status"], told["StatusMessage"]) == ("STOPPED", "The footage has ended.")
    seen = [entry.event for entry in appliance.audit[before:]]
    assert [event.reason for event in seen if event.kind is EventKind.SIGHTED] == ["MATCH"]


def test_states_forbid_what_does_not_fit(client: Any, wanted: dict[str, Any]) -> None:
    """Twice started, deleted at work, stopped at rest, made twice."""
    name = wanted["Name"]
    client.create_stream_processor(**wanted)

    assert refused(client.create_stream_processor, **wanted) == "ResourceInUseException"
    assert refused(client.stop_stream_processor, Name=name) == "ResourceInUseException"
    client.start_stream_processor(Name=name)
    assert refused(client.start_stream_processor, Name=name) == "ResourceInUseException"
    assert refused(client.delete_stream_processor, Name=name) == "ResourceInUseException"
    client.stop_stream_processor(Name=name)
    assert client.describe_stream_processor(Name=name)["Status"] == "STOPPING"


@pytest.mark.parametrize(
    "change",
    [
        {"Settings": {"ConnectedHome": {"Labels": ["PERSON"]}}},
        {"Settings": {}},
        {"Settings": {"FaceSearch": {"CollectionId": "none"}}},
        {"Output": {"S3Destination": {"Bucket": "bucket"}}},
        {"Output": {}},
        {"Input": {}},
        {"Input": camera("cellar")},
        {"NotificationChannel": {"SNSTopicArn": "arn:aws:sns:eu:000000000000:topic"}},
        {"KmsKeyId": "key"},
        {"RegionsOfInterest": [{"BoundingBox": {"Width": 1.0}}]},
        {"DataSharingPreference": {"OptIn": True}},
    ],
)
def test_what_is_not_here_is_refused(
    client: Any, wanted: dict[str, Any], change: dict[str, Any]
) -> None:
    """Nothing that was asked for is passed over in silence."""
    assert refused(client.create_stream_processor, **wanted | change) == "InvalidParameterException"
    assert client.list_stream_processors()["StreamProcessors"] == []


def test_only_that_nothing_is_shared_can_be_updated(client: Any, wanted: dict[str, Any]) -> None:
    """All else belongs to label detection."""
    name, update = wanted["Name"], client.update_stream_processor
    client.create_stream_processor(**wanted)

    update(Name=name, DataSharingPreferenceForUpdate={"OptIn": False})
    for change in (
        {"DataSharingPreferenceForUpdate": {"OptIn": True}},
        {"SettingsForUpdate": {"ConnectedHomeForUpdate": {"MinConfidence": 1.0}}},
        {"RegionsOfInterestForUpdate": [{"BoundingBox": {"Width": 1.0}}]},
        {"ParametersToDelete": ["RegionsOfInterest"]},
    ):
        assert refused(update, Name=name, **change) == "InvalidParameterException"
    selector = {"MaxDurationInSeconds": 5}
    assert refused(client.start_stream_processor, Name=name, StopSelector=selector) == (
        "InvalidParameterException"
    )


def test_they_are_reached_as_their_collections_are(
    client: Any, appliance: Appliance, wanted: dict[str, Any]
) -> None:
    """A key for other collections neither sees nor stops them; a name that is none's is unknown."""
    client.create_stream_processor(**wanted)
    narrow = appliance.client(appliance.key(collections=("other*",)))

    assert narrow.list_stream_processors()["StreamProcessors"] == []
    for call in (narrow.describe_stream_processor, narrow.start_stream_processor):
        assert refused(call, Name=wanted["Name"]) == "AccessDeniedException"
        assert refused(call, Name="none") == "ResourceNotFoundException"
    assert refused(narrow.create_stream_processor, **wanted) == "AccessDeniedException"


def test_the_list_goes_on(client: Any, wanted: dict[str, Any]) -> None:
    """By name."""
    names = [f"s{number}" for number in range(5)]
    for name in names:
        client.create_stream_processor(**wanted | {"Name": name})

    first = client.list_stream_processors(MaxResults=3)
    rest = client.list_stream_processors(NextToken=first["NextToken"])

    listed = [each["Name"] for page in (first, rest) for each in page["StreamProcessors"]]
    assert listed == names
    assert "NextToken" not in rest
