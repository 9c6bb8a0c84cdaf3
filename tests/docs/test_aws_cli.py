"""The building by Amazon's own command line, typed as its documentation has it."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from edge.domain import Pixels
from tests.appliance import Appliance
from tests.docs.conftest import Terminal, terminal

REFUSED = 255
"""What the command line ends with if a service refuses."""


@dataclass(frozen=True)
class CommandLine:
    """``aws rekognition`` with the appliance's address and certificate as options."""

    shell: Terminal
    options: tuple[str, ...]

    def run(self, operation: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.shell.run("-m", "awscli", "rekognition", operation, *arguments, *self.options)

    def __call__(self, operation: str, *arguments: str) -> dict[str, Any]:
        run = self.run(operation, *arguments)
        assert run.returncode == 0, run.stderr
        told: dict[str, Any] = json.loads(run.stdout)
        return told


@pytest.fixture
def pictures(tmp_path: Path, astronaut: Pixels, carphone: list[Pixels]) -> Path:
    """Give the man's badge, and photos of who arrives."""
    for name, pixels in {"4711": carphone[0], "man": carphone[60], "woman": astronaut}.items():
        assert cv2.imwrite(str(tmp_path / f"{name}.png"), pixels)
    return tmp_path


@pytest.fixture
def aws(pictures: Path, appliance: Appliance) -> CommandLine:
    """Give a command line with a key in its environment, and nothing configured."""
    shell = terminal(pictures, appliance, appliance.key())
    bare = shell.without("AWS_ENDPOINT_URL_REKOGNITION", "AWS_CA_BUNDLE")
    options = ("--endpoint-url", appliance.url, "--ca-bundle", str(appliance.certificate))
    return CommandLine(bare, (*options, "--region", "eu-central-1", "--output", "json"))


@pytest.fixture
def collection(aws: CommandLine) -> Iterator[str]:
    """Make a collection and delete it."""
    name = f"building-{uuid.uuid4()}"
    assert aws("create-collection", "--collection-id", name)["StatusCode"] == 200
    yield name
    assert aws("delete-collection", "--collection-id", name)["StatusCode"] == 200


def test_the_building(aws: CommandLine, collection: str) -> None:
    """The man's badge is indexed; he is found above 99 %, the woman is not."""
    here = ("--collection-id", collection)
    (record,) = aws(
        "index-faces", *here, "--image-bytes", "fileb://4711.png",
        "--external-image-id", "4711", "--max-faces", "1", "--quality-filter", "AUTO",
        "--detection-attributes", "ALL",
    )["FaceRecords"]  # fmt: skip
    search = ("search-faces-by-image", *here, "--face-match-threshold", "99", "--image-bytes")
    (match,) = aws(*search, "fileb://man.png")["FaceMatches"]

    assert record["FaceDetail"]["EyesOpen"]["Confidence"] > 50
    assert match["Similarity"] > 99
    assert match["Face"]["ExternalImageId"] == "4711"
    assert match["Face"]["FaceId"] == record["Face"]["FaceId"]
    assert aws(*search, "fileb://woman.png")["FaceMatches"] == []
    (face,) = aws("list-faces", *here)["Faces"]
    assert face["ImageId"] == record["Face"]["ImageId"]
    assert aws("describe-collection", *here)["FaceCount"] == 1
    deleted = aws("delete-faces", *here, "--face-ids", face["FaceId"])
    assert deleted["DeletedFaces"] == [face["FaceId"]]


@pytest.mark.slow
def test_two_photos_compared(aws: CommandLine) -> None:
    """Without any collection."""
    photos = ("--source-image-bytes", "fileb://4711.png", "--target-image-bytes")

    (match,) = aws("compare-faces", *photos, "fileb://man.png")["FaceMatches"]
    assert match["Similarity"] > 99
    told = aws("compare-faces", *photos, "fileb://woman.png")
    assert (told["FaceMatches"], len(told["UnmatchedFaces"])) == ([], 1)


@pytest.mark.slow
def test_pages_are_turned_by_the_command_line(aws: CommandLine, collection: str) -> None:
    """It follows NextToken by itself: three faces in pages of one."""
    for name in ("4711", "man", "woman"):
        aws("index-faces", "--collection-id", collection, "--image-bytes", f"fileb://{name}.png",
            "--external-image-id", name)  # fmt: skip
    faces = aws("list-faces", "--collection-id", collection, "--page-size", "1")["Faces"]
    assert {face["ExternalImageId"] for face in faces} == {"4711", "man", "woman"}


@pytest.mark.parametrize(
    ("operation", "arguments", "error"),
    [
        ("describe-collection", ("--collection-id", "nobody"), "ResourceNotFoundException"),
        ("detect-faces", ("--image-bytes", "fileb:///dev/null"), "ValidationException"),
        ("create-project", ("--project-name", "mine"), "AccessDeniedException"),
    ],
)
def test_refusals_are_shown(
    aws: CommandLine, operation: str, arguments: tuple[str, ...], error: str
) -> None:
    """The service's own error and its message."""
    run = aws.run(operation, *arguments)
    assert run.returncode == REFUSED, run.stderr
    assert error in run.stderr
    assert f"when calling the {''.join(map(str.capitalize, operation.split('-')))}" in run.stderr
