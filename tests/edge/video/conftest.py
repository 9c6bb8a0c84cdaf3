"""A site with a bucket that holds the clip of the man in the car, and two collections."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import pytest

from edge.collection.collections import Collections
from edge.collection.faces import Faces, NewFace
from edge.config import LockSettings, RekognitionSettings, Settings, StorageSettings
from edge.config.settings import ModelSettings
from edge.core import Core
from edge.demonstration.footage import CARPHONE, locate
from edge.domain import Pixels
from edge.vision.models import ModelStore

BUCKET = "videos"
CLIP = "carphone.mp4"
MAN, ASTRONAUT = "passengers", "astronauts"


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """Lay the clip into a folder."""
    folder = tmp_path / "bucket"
    folder.mkdir()
    shutil.copy(locate(CARPHONE), folder / CLIP)
    return folder


@pytest.fixture
def settings(tmp_path: Path, bucket: Path, models: ModelStore) -> Settings:
    """Give a site its own folder, the bucket, and the prepared models."""
    return Settings(
        storage=StorageSettings(folder=tmp_path / "site", key_file=Path("ostiary.key")),
        models=ModelSettings(folder=models.path("yunet").parent),
        lock=LockSettings(kind="fake"),
        rekognition=RekognitionSettings(buckets={BUCKET: bucket}),
    )


@pytest.fixture
def core(settings: Settings) -> Iterator[Core]:
    """Build the site's parts."""
    built = Core(settings)
    yield built
    built.close()


@pytest.fixture
def collections(core: Core, carphone: list[Pixels], astronaut: Pixels) -> dict[str, str]:
    """Index the man's face into one collection and the astronaut's into another, by face id."""
    return {MAN: index(core, MAN, carphone[60]), ASTRONAUT: index(core, ASTRONAUT, astronaut)}


def index(core: Core, collection_id: str, pixels: Pixels) -> str:
    """Index the largest face of *pixels* and return its id."""
    height, width = pixels.shape[:2]
    embedder = core.embedder
    Collections(core.database).ensure(
        collection_id, model=embedder.model, dimension=embedder.dimension
    )
    face = core.recognizer.faces(pixels)[0]
    stored = Faces(core.database).index(
        collection_id,
        [
            NewFace(
                embedding=core.recognizer.embed(pixels, face),
                box=face.box.relative_to(width, height),
                confidence=face.confidence,
                quality=face.quality,
            )
        ],
    )
    return stored[0].face_id


def record(path: Path, frames: Sequence[Pixels], *, fps: float = 25) -> None:
    """Write *frames* as a video of MPEG-4, which every OpenCV can write."""
    height, width = frames[0].shape[:2]
    kind = "XVID" if path.suffix == ".avi" else "mp4v"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*kind), fps, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()
