"""Copies of a collection's rows in memory that follow their file, whoever writes to it.

Whether another process has committed is asked of SQLite (``PRAGMA data_version``, microseconds).
A backup that was put in the file's place is another file, and is read anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.collection.collections import Collection, Collections
from edge.collection.copy import Copy
from edge.collection.database import open_collection
from edge.collection.items import Kind
from edge.domain import COHERENCE_POWER
from edge.errors import StorageError
from edge.storage.database import Database
from edge.storage.faults import RESTORE
from edge.storage.key import Key

_TOLD = (
    " json_array(item.name, item.valid_from, item.valid_until,"
    "  (SELECT json_group_array(json_array(number, valid_from, valid_until, revoked_at, duress))"
    "   FROM badges WHERE badges.collection = item.collection AND badges.person = item.row),"
    "  item.suspended_at IS NOT NULL,"
    "  EXISTS (SELECT 1 FROM look_alikes AS pair"
    "   WHERE pair.collection = item.collection AND pair.person_a = item.row)"
    "  OR EXISTS (SELECT 1 FROM look_alikes AS pair"
    "   WHERE pair.collection = item.collection AND pair.person_b = item.row),"
    "  (SELECT json_group_array(group_name) FROM memberships AS member"
    "   WHERE member.collection = item.collection AND member.person = item.row),"
    "  EXISTS (SELECT 1 FROM pins"
    "   WHERE pins.collection = item.collection AND pins.person = item.row))"
)
_PEOPLE = Kind(
    "person",
    f"SELECT item.row, item.person_id, item.vector, pow(item.coherence, {COHERENCE_POWER}),"  # noqa: S608 - constants
    f" {_TOLD} FROM people AS item",
    keys="$[3]",
    groups="$[6]",
)
_FORMER = Kind(
    "person",
    "SELECT item.row, item.person_id, item.former_vector,"  # noqa: S608 - constants
    f" pow(item.former_coherence, {COHERENCE_POWER}),"
    f" {_TOLD} FROM (SELECT * FROM people WHERE former_vector IS NOT NULL) AS item",
    groups="$[6]",
)
_FACES = Kind(
    "face",
    "SELECT item.row, item.face_id, item.vector, 1.0,"
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
    former: Copy | None
    faces: Copy | None = None

    def close(self) -> None:
        for part in (self.people, self.former, self.faces, self.file):
            if part is not None:
                part.close()


class Follower:
    """The copies of one collection; for one thread at a time.

    :raises NotFoundError: if there is no such collection.
    :raises StorageError: if the database is missing, damaged, or another key's.
    """

    def __init__(self, path: Path, key: Key, collection_id: str) -> None:
        self._path = path
        self._key = key
        self._collection_id = collection_id
        self._view = self._open()

    @property
    def collection(self) -> Collection:
        """The collection as it was when last followed."""
        return self._view.collection

    @property
    def people(self) -> Copy:
        """The people, each with what a door must know of her.

        That is name, validity from and until, badges (each a list of its five columns), whether
        suspended, whether alike to somebody, groups, and whether there is a PIN.
        """
        return self._view.people

    @property
    def former(self) -> Copy | None:
        """The people of whom there are vectors of the former embedder, while it is changed."""
        return self._view.former

    @property
    def faces(self) -> Copy:
        """The faces: person id, external image id; copied when first asked for."""
        view = self._view
        if view.faces is None:
            view.faces = Copy(view.file, view.collection, _FACES)
        return view.faces

    def close(self) -> None:
        """Forget the copies and give the file back; may be called twice."""
        self._view.close()

    def follow(self) -> bool:
        """Take over what was committed since; return whether there was anything.

        :raises NotFoundError: if the collection was deleted.
        :raises StorageError: if it fails. The copies are then older than the file, and whoever
            asks again is told again, until it succeeds.
        """
        view = self._view
        if identity_of(self._path) != view.identity:
            self._reopen()
            return True
        version = view.file.data_version()
        if version == view.version:
            return False
        if self._take_over():
            view.version = version
        else:
            self._reopen()
        return True

    def _open(self) -> _View:
        identity = identity_of(self._path)
        file = open_collection(self._path, self._key, read_only=True)
        try:
            version = file.data_version()
            with file.snapshot():
                collection = Collections(file).describe(self._collection_id)
                people = Copy(file, collection, _PEOPLE)
                before = collection.as_it_was
                former = None if before is None else Copy(file, before, _FORMER)
        except BaseException:
            file.close()
            raise
        return _View(identity, file, version, collection, people, former)

    def _reopen(self) -> None:
        former = self._view
        self._view = self._open()
        former.close()

    def _take_over(self) -> bool:
        """Read what changed; return False if the collection is not the one that was copied."""
        view = self._view
        with view.file.snapshot():
            collection = Collections(view.file).describe(self._collection_id)
            before = view.collection
            if (collection.row, collection.model, collection.former) != (
                before.row,
                before.model,
                before.former,
            ):
                return False
            view.people.refresh()
            if view.former is not None:
                view.former.refresh()
            if view.faces is not None:
                view.faces.refresh()
        view.collection = collection
        return True


def identity_of(path: Path) -> tuple[int, int]:
    """Return what tells the file at *path* from another that takes its name."""
    try:
        status = path.stat()
    except OSError as error:
        raise StorageError(f"{path} is gone: {error.strerror}", remedy=RESTORE) from error
    return status.st_dev, status.st_ino
