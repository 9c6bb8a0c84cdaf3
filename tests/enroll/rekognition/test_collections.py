from __future__ import annotations

from typing import Any


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
