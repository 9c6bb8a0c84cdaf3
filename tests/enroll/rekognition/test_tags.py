"""Tags by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.enroll.rekognition.conftest import Appliance


def arn_of(client: Any, collection: str) -> str:
    """Return the name by which a collection's tags are asked for."""
    arn: str = client.describe_collection(CollectionId=collection)["CollectionARN"]
    return arn


def test_tags_are_put_replaced_and_removed(client: Any, collection: str) -> None:
    """In any script; removing what is not there does no harm."""
    arn = arn_of(client, collection)
    client.tag_resource(ResourceArn=arn, Tags={"floor": "2", "Gebäude": "Süd 1"})
    client.tag_resource(ResourceArn=arn, Tags={"floor": "3", "empty": ""})
    told = {"floor": "3", "Gebäude": "Süd 1", "empty": ""}
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == told
    client.untag_resource(ResourceArn=arn, TagKeys=["floor", "never"])
    del told["floor"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == told


def test_tags_go_with_their_collection(client: Any, collection: str) -> None:
    """One of the same name begins without."""
    arn = arn_of(client, collection)
    client.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    client.delete_collection(CollectionId=collection)
    client.create_collection(CollectionId=collection)
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {}


def test_fifty_tags_are_enough(client: Any, collection: str) -> None:
    """More are refused, all of them."""
    arn = arn_of(client, collection)
    client.tag_resource(ResourceArn=arn, Tags={f"tag-{number}": "" for number in range(50)})
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.tag_resource(ResourceArn=arn, Tags={"one more": "", "tag-1": "x"})
    told = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert len(told) == 50
    assert told["tag-1"] == ""


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:rekognition:eu-central-1:111122223333:collection/a",
        "arn:aws:s3:eu-central-1:000000000000:collection/a",
        "arn:aws:rekognition:eu-central-1:000000000000:project/a",
        "a" * 20,
    ],
)
def test_what_names_nothing_here(client: Any, arn: str) -> None:
    """Another account's, another service's, another thing's."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.tag_resource(ResourceArn=arn, Tags={"a": "b"})


def test_a_collection_that_is_none(client: Any) -> None:
    """There is no such resource."""
    arn = "arn:aws:rekognition:eu-central-1:000000000000:collection/nowhere"
    missing = client.exceptions.ResourceNotFoundException
    with pytest.raises(missing):
        client.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    with pytest.raises(missing):
        client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    with pytest.raises(missing):
        client.list_tags_for_resource(ResourceArn=arn)


def test_a_collection_that_the_key_does_not_reach(appliance: Appliance, collection: str) -> None:
    """Its tags are not told either."""
    client = appliance.client(appliance.key(collections=("other*",)))
    arn = f"arn:aws:rekognition:eu-central-1:000000000000:collection/{collection}"
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.list_tags_for_resource(ResourceArn=arn)
