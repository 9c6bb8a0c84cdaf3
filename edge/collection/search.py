"""The gallery: who, of all people enrolled, is this? 1:N and 1:1, on a copy in memory.

A door must notice at once who was enrolled, and above all who was revoked. So every question first
asks SQLite whether another process has committed (``PRAGMA data_version``, microseconds) and takes
the changes over. When that fails the question fails: an old copy might let a revoked person in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge.collection.badge_rows import badge_of
from edge.collection.collections import Collection, Collections
from edge.collection.copy import MOST_NEIGHBOURS, Copy, Kind
from edge.collection.database import open_collection
from edge.domain import Candidate, Credentials, Embedding, FaceMatch, Match
from edge.errors import CollectionError, NotFoundError, StorageError
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.faults import RESTORE
from edge.storage.key import Key
from edge.storage.times import from_text_or_none

_PEOPLE = Kind(
    "person",
    "SELECT item.row, item.person_id, item.vector,"
    " json_array(item.name, item.valid_from, item.valid_until,"
    "  (SELECT json_group_array(json_array(number, valid_from, valid_until, revoked_at))"
    "   FROM badges WHERE badges.collection = item.collection AND badges.person = item.row))"
    " FROM people AS item",
)
_FACES = Kind(
    "face",
    "SELECT item.row, item.face_id, item.vector,"
    " json_array(people.person_id, item.external_image_id)"
    " FROM faces AS item LEFT JOIN people ON people.row = item.person",
)


@dataclass(slots=True)
class _View:
    """A file, the copies made of it, and how far they have followed it."""

    identity: tuple[int, int]
    file: Database
    version: int
    collection: Collection
    people: Copy
    faces: Copy | None = None

    def close(self) -> None:
        for part in (self.people, self.faces, self.file):
            if part is not None:
                part.close()


class Gallery:
    """The people of one collection, to be searched by face; threads may share it.

    *calibration* is that of the collection's model: it turns a cosine into a similarity.

    :raises NotFoundError: if there is no such collection.
    :raises StorageError: if the database is missing, damaged, or another key's.
    """

    def __init__(
        self, path: Path, key: Key, collection_id: str, *, calibration: Calibration
    ) -> None:
        self._path = path
        self._key = key
        self._collection_id = collection_id
        self._calibration = calibration
        self._turn = threading.RLock()
        self._view = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the copy and give the file back; may be called twice."""
        with self._turn:
            self._view.close()

    @property
    def collection(self) -> Collection:
        """The collection as of the last refresh."""
        return self._view.collection

    @property
    def people_count(self) -> int:
        """How many people a stranger could be taken for: those with at least one face."""
        with self._fresh() as view:
            return view.people.size

    @property
    def face_count(self) -> int:
        """How many faces the collection holds."""
        with self._fresh() as view:
            return view.collection.faces

    def refresh(self) -> bool:
        """Take over what other processes have committed; return whether there was anything.

        Every question does this by itself.

        :raises StorageError: if it fails; every question fails until it succeeds.
        """
        with self._turn:
            view = self._view
            if _identity(self._path) != view.identity:
                self._reopen()  # another file of that name: restored from a backup
                return True
            version = view.file.data_version()
            if version == view.version:
                return False
            if self._take_over():
                view.version = version
            else:
                self._reopen()
            return True

    def search_people(self, embedding: Embedding, limit: int = 2) -> tuple[Match, ...]:
        """Return the *limit* people most alike to *embedding*, best first.

        Equally alike people come in the order of their ids. An empty gallery gives ().

        :raises ModelMismatchError: if *embedding* comes from another model than the collection's.
        :raises CollectionError: unless *limit* is 1 to 4096.
        :raises StorageError: if the copy cannot be brought up to date.
        """
        return tuple(candidate.match for candidate in self.candidates(embedding, limit))

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]:
        """Return :meth:`search_people`'s answer together with what each of them may show."""
        _refuse_limit(limit)
        with self._fresh() as view:
            query = view.collection.bytes_of(embedding)
            return tuple(
                Candidate(
                    self._match(neighbour.id, neighbour.cosine),
                    _credentials(neighbour.id, neighbour.data),
                )
                for neighbour in view.people.nearest(query, limit)
            )

    def search_faces(
        self, embedding: Embedding, *, limit: int, threshold: float = 0.0
    ) -> tuple[FaceMatch, ...]:
        """Return the *limit* faces most alike to *embedding*, at least *threshold* percent.

        The faces are copied to memory at the first call: a door, which searches people, needs
        none. Raises as :meth:`search_people` does.
        """
        _refuse_limit(limit)
        with self._fresh() as view:
            query = view.collection.bytes_of(embedding)
            if view.faces is None:
                view.faces = Copy(view.file, view.collection, _FACES)
            found = tuple(
                FaceMatch(
                    face_id=neighbour.id,
                    person_id=neighbour.data[0],
                    external_image_id=neighbour.data[1],
                    similarity=self._calibration.similarity(neighbour.cosine),
                    cosine=neighbour.cosine,
                )
                for neighbour in view.faces.nearest(query, limit)
            )
        return tuple(match for match in found if match.similarity >= threshold)

    def compare(self, person_id: str, embedding: Embedding) -> Match:
        """Return how alike *embedding* is to one person (1:1).

        :raises NotFoundError: if there is no such person, or no face of hers.
        :raises ModelMismatchError: if *embedding* comes from another model than the collection's.
        """
        with self._fresh() as view:
            cosine = view.people.compare(person_id, view.collection.bytes_of(embedding))
            if cosine is None:
                raise NotFoundError(f"there is no face of a person {person_id} to compare with")
            return self._match(person_id, cosine)

    def credentials(self, person_id: str) -> Credentials:
        """Return what a person may show at a door.

        :raises NotFoundError: if there is no such person.
        """
        with self._fresh() as view:
            return _credentials(person_id, _person(view, person_id))

    def name_of(self, person_id: str) -> str:
        """Return a person's name, for a screen and never for a log.

        :raises NotFoundError: if there is no such person.
        """
        with self._fresh() as view:
            return str(_person(view, person_id)[0])

    @contextmanager
    def _fresh(self) -> Iterator[_View]:
        with self._turn:
            self.refresh()
            yield self._view

    def _open(self) -> _View:
        identity = _identity(self._path)
        file = open_collection(self._path, self._key, read_only=True)
        try:
            version = file.data_version()
            with file.snapshot():
                collection = Collections(file).describe(self._collection_id)
                people = Copy(file, collection, _PEOPLE)
        except BaseException:
            file.close()
            raise
        return _View(identity, file, version, collection, people)

    def _reopen(self) -> None:
        former = self._view
        self._view = self._open()
        former.close()

    def _take_over(self) -> bool:
        """Read what changed; return False if the collection is not the one that was copied."""
        view = self._view
        with view.file.snapshot():
            collection = Collections(view.file).describe(self._collection_id)
            if collection.row != view.collection.row:
                return False
            view.people.refresh()
            if view.faces is not None:
                view.faces.refresh()
        view.collection = collection
        return True

    def _match(self, person_id: str, cosine: float) -> Match:
        return Match(person_id, self._calibration.similarity(cosine), cosine)


def _person(view: _View, person_id: str) -> tuple[Any, ...]:
    person = view.people.get(person_id)
    if person is None:
        raise NotFoundError(f"there is no person {person_id}")
    return person


def _credentials(person_id: str, person: tuple[Any, ...]) -> Credentials:
    _, valid_from, valid_until, badges = person
    return Credentials(
        person_id=person_id,
        valid_from=from_text_or_none(valid_from),
        valid_until=from_text_or_none(valid_until),
        badges=tuple(badge_of(badge) for badge in badges),
    )


def _refuse_limit(limit: int) -> None:
    if not 1 <= limit <= MOST_NEIGHBOURS:
        raise CollectionError(f"a search gives 1 to {MOST_NEIGHBOURS} matches, not {limit}")


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells the file at *path* from another that takes its name."""
    try:
        status = path.stat()
    except OSError as error:
        raise StorageError(f"{path} is gone: {error.strerror}", remedy=RESTORE) from error
    return status.st_dev, status.st_ino
