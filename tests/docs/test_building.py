"""The building's script, run as its user runs it: the man is let in, the woman is not."""

from __future__ import annotations

import uuid
from pathlib import Path

import cv2
import pytest

from edge.domain import Pixels
from tests.appliance import Appliance
from tests.application import DOOR
from tests.docs.conftest import EXAMPLES, Terminal, terminal

SCRIPT = EXAMPLES / "building.py"


@pytest.fixture
def collection() -> str:
    """Give a name that no other test uses."""
    return f"building-{uuid.uuid4()}"


@pytest.fixture
def shell(tmp_path: Path, appliance: Appliance, collection: str) -> Terminal:
    """Give a terminal with a key for what the script does, to one collection."""
    operations = (
        "CreateCollection", "DeleteCollection", "ListFaces", "IndexFaces", "SearchFacesByImage",
    )  # fmt: skip
    return terminal(tmp_path, appliance, appliance.key(*operations, collections=(collection,)))


@pytest.fixture
def pictures(tmp_path: Path, astronaut: Pixels, carphone: list[Pixels], coffee: Pixels) -> Path:
    """Give the man's badge, one without a face, and photos of who arrives."""
    (tmp_path / "badges").mkdir()
    for name, pixels in {
        "badges/4711_The_Driver.png": carphone[0],
        "badges/4712.jpg": coffee,
        "man.png": carphone[60],
        "woman.jpg": astronaut,
        "cup.jpg": coffee,
    }.items():
        assert cv2.imwrite(str(tmp_path / name), pixels)
    return tmp_path


@pytest.mark.usefixtures("pictures")
def test_who_has_a_badge_is_let_in(shell: Terminal, appliance: Appliance, collection: str) -> None:
    """The man is, above 99 %; the woman and a cup are not; at the end nothing is left."""
    people = ("man.png", "woman.jpg", "cup.jpg")
    run = shell.run(SCRIPT, "badges", *people, "--collection", collection, "--clean")
    told = {line.split()[0]: line.partition("  ")[2].strip() for line in run.stdout.splitlines()}

    assert run.returncode == 1, run.stderr  # somebody was denied
    assert told["4711_The_Driver.png"] == "badge 4711"
    assert told["4712.jpg"] == "not indexed: no face"
    assert told["man.png"].startswith("badge 4711: come in (99.")
    assert told["woman.jpg"] == "DENIED (like nobody above 99 %)"
    assert told["cup.jpg"].startswith("DENIED (There are no faces in the image.")
    client = appliance.client()
    assert collection not in client.list_collections()["CollectionIds"]


@pytest.mark.usefixtures("pictures")
def test_badges_are_indexed_once(shell: Terminal, appliance: Appliance, collection: str) -> None:
    """Without --clean the collection stays, and the next run finds the badges in it."""
    runs = [shell.run(SCRIPT, "badges", "man.png", "--collection", collection) for _ in range(2)]

    assert [run.returncode for run in runs] == [0, 0], runs[1].stderr
    assert "4711_The_Driver.png" not in runs[1].stdout
    faces = appliance.client().list_faces(CollectionId=collection)["Faces"]
    assert [face["ExternalImageId"] for face in faces] == ["4711"]


def test_who_looks_like_two_badges_is_denied(
    shell: Terminal, pictures: Path, carphone: list[Pixels], collection: str
) -> None:
    """One face on the badges of two: nobody knows whose it is."""
    assert cv2.imwrite(str(pictures / "badges/4713.png"), carphone[30])
    run = shell.run(SCRIPT, "badges", "man.png", "--collection", collection, "--clean")

    assert run.returncode == 1
    assert "DENIED (like badges 4711, 4713 above 99 %)" in run.stdout


@pytest.mark.usefixtures("pictures")
def test_the_doors_own_collection_is_out_of_reach(shell: Terminal, appliance: Appliance) -> None:
    """A key for one collection does not reach the one that opens the door."""
    before = appliance.client(appliance.key(collections=(DOOR,))).describe_collection(
        CollectionId=DOOR
    )
    run = shell.run(SCRIPT, "badges", "man.png", "--collection", DOOR, "--clean")

    assert run.returncode == 1
    assert "AccessDeniedException" in run.stderr
    after = appliance.client(appliance.key(collections=(DOOR,))).describe_collection(
        CollectionId=DOOR
    )
    assert after["FaceCount"] == before["FaceCount"]
