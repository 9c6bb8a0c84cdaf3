"""Galleries of many collections: lent while they are used, forgotten in turn, never of a dead one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.galleries import Galleries
from edge.domain import ModelId
from edge.errors import ModelMismatchError, NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION, MODEL, FaceMaker


@pytest.fixture
def galleries(database: Database, key: Key) -> Iterator[Galleries]:
    """Keep two copies at most."""
    made = Galleries(Path(database.path), key, model=MODEL, calibration=CALIBRATION, most_open=2)
    yield made
    made.close()


@pytest.fixture
def three(collections: Collections) -> tuple[str, ...]:
    """Make three collections."""
    names = ("one", "two", "three")
    for name in names:
        collections.create(name, model=MODEL, dimension=128)
    return names


def test_one_copy_serves_all(galleries: Galleries, three: tuple[str, ...]) -> None:
    """Whoever asks for the same collection gets the same gallery."""
    with galleries.of("one") as first, galleries.of("one") as second:
        assert first is second


def test_the_least_recently_used_is_forgotten(galleries: Galleries, three: tuple[str, ...]) -> None:
    """A third takes the place of the one that nobody has used for longest."""
    with galleries.of("one") as one, galleries.of("two") as two:
        pass
    with galleries.of("one"), galleries.of("three"):
        pass
    with galleries.of("one") as again, galleries.of("two") as anew:
        assert again is one
        assert anew is not two


def test_what_is_in_use_is_never_forgotten(galleries: Galleries, three: tuple[str, ...]) -> None:
    """However many there are."""
    with galleries.of("one") as one, galleries.of("two"), galleries.of("three"):
        assert one.face_count == 0
        with galleries.of("one") as again:
            assert again is one


def test_a_deleted_collections_gallery_is_gone(
    galleries: Galleries,
    collections: Collections,
    faces: Faces,
    three: tuple[str, ...],
    make_face: FaceMaker,
) -> None:
    """One of the same name, made anew, is another."""
    faces.index("one", [make_face()])
    with galleries.of("one") as gallery:
        assert gallery.face_count == 1
    collections.delete("one")
    with pytest.raises(NotFoundError), galleries.of("one"):
        pass
    collections.create("one", model=MODEL, dimension=128)
    with galleries.of("one") as gallery:
        assert gallery.face_count == 0


def test_another_models_collection(galleries: Galleries, collections: Collections) -> None:
    """Its vectors would be judged by the wrong scale."""
    collections.create("other", model=ModelId("other", "cd" * 32), dimension=64)
    with pytest.raises(ModelMismatchError), galleries.of("other"):
        pass


def test_none_of_that_name(galleries: Galleries) -> None:
    """Nothing is kept of a name that is none."""
    for _ in range(2):
        with pytest.raises(NotFoundError), galleries.of("nowhere"):
            pass


def test_many_threads(galleries: Galleries, three: tuple[str, ...]) -> None:
    """They borrow, give back and forget without getting in each other's way."""

    def use(number: int) -> int:
        with galleries.of(three[number % 3]) as gallery:
            return gallery.face_count

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(use, range(120))) == {0}
