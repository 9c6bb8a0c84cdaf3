"""A collection of made-up faces: the storage cannot tell them from real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.collection import copy, exact, vec0
from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces, NewFace
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.domain import Box, Embedding, ModelId, Pose, Quality, normalized
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key

DIMENSION = 128
MODEL = ModelId("sface", "a1" * 32)
CALIBRATION = Calibration(
    (-0.2, 0.305, 0.437, 0.511, 0.8), (-0.01, -2.0, -4.0, -5.0, -9.0), "made up for tests"
)

in_sqlite_vec = pytest.mark.parametrize("gallery", ["few"], indirect=True)
"""For a test of what sqlite-vec does."""
in_arrays = pytest.mark.parametrize("gallery", ["many"], indirect=True)
"""For a test of what the arrays of a large gallery do."""

EmbeddingMaker = Callable[..., Embedding]
FaceMaker = Callable[..., NewFace]


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a database in a folder of its own, which is not there yet."""
    return tmp_path / "data" / "collection.db"


@pytest.fixture
def database(path: Path, key: Key) -> Iterator[Database]:
    """Open a database with the empty collection ``badges``."""
    with open_collection(path, key) as database:
        Collections(database).create("badges", model=MODEL, dimension=DIMENSION)
        yield database


@pytest.fixture
def collections(database: Database) -> Collections:
    """Give the collections."""
    return Collections(database)


@pytest.fixture
def people(database: Database) -> People:
    """Give the people."""
    return People(database)


@pytest.fixture
def faces(database: Database) -> Faces:
    """Give the faces."""
    return Faces(database)


@pytest.fixture
def badges(database: Database) -> Badges:
    """Give the badges."""
    return Badges(database)


@pytest.fixture(params=["few", "many"])
def gallery(
    request: pytest.FixtureRequest,
    database: Database,
    path: Path,
    key: Key,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Gallery]:
    """Open the gallery as the door does: by a connection of its own.

    Once as it is held with few people, and once as if a single one were many.
    """
    if request.param == "many":
        monkeypatch.setattr(copy, "MANY", 0)
        monkeypatch.setattr(vec0, "MOST_HERE", 0)
        monkeypatch.setattr(exact, "FEWEST_HERE", 1)
    with Gallery(path, key, "badges", calibration=CALIBRATION) as gallery:
        yield gallery


@pytest.fixture
def model() -> ModelId:
    """Name the model of the collection ``badges``."""
    return MODEL


@pytest.fixture
def make_embedding() -> EmbeddingMaker:
    """Make unit vectors: any, or one at a given cosine to another."""
    generator = np.random.default_rng(1)

    def make(near: Embedding | None = None, cosine: float = 1.0) -> Embedding:
        direction = generator.standard_normal(DIMENSION)
        if near is None:
            return normalized(direction.astype(np.float32), MODEL)
        axis = near.vector.astype(np.float64)
        across = direction - (direction @ axis) * axis
        across /= np.linalg.norm(across)
        mixed = cosine * axis + np.sqrt(1 - cosine**2) * across
        return normalized(mixed.astype(np.float32), MODEL)

    return make


@pytest.fixture
def make_face(make_embedding: EmbeddingMaker) -> FaceMaker:
    """Make faces to store, of any vector or a given one."""

    def make(
        embedding: Embedding | None = None,
        *,
        weight: float = 0.8,
        external_image_id: str | None = None,
    ) -> NewFace:
        return NewFace(
            embedding=embedding or make_embedding(),
            box=Box(0.25, 0.125, 0.5, 0.75),
            confidence=99.5,
            quality=Quality(
                sharpness=80.5,
                brightness=60.25,
                pose=Pose(yaw=-3.5, pitch=4.25, roll=0.5),
                size=112.0,
                occlusion=0.125,
                weight=weight,
            ),
            external_image_id=external_image_id,
        )

    return make
