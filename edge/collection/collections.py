"""Named collections; each holds vectors of one model, which never changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from edge.domain import Embedding, ModelId, Vector
from edge.errors import (
    AlreadyExistsError,
    CollectionError,
    ConstraintError,
    ModelMismatchError,
    NotFoundError,
)
from edge.storage.database import Database, Row
from edge.storage.times import from_text, to_text

COLLECTION_ID = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
"""Which names a collection may have, as in Amazon Rekognition."""

_SELECT = (
    "SELECT row, collection_id, now.model_name, now.model_digest, now.dimension, created_at,"
    " faces, people, embedder, former.model_name, former.model_digest, former.dimension, since"
    " FROM collections AS now LEFT JOIN former_embedders AS former ON former.collection = now.row"
)


@dataclass(frozen=True, slots=True)
class Former:
    """The embedder that a collection is changed from, since when.

    *embedder* is its name in the catalogue, or the path of its card.
    """

    embedder: str
    model: ModelId
    dimension: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, and how many faces and people it holds.

    *row* is the number of the collection inside its database. *former* is the embedder of before, of
    which vectors are still there, while the collection is changed to another: its *faces* are not
    counted.
    """

    row: int
    collection_id: str
    model: ModelId
    dimension: int
    created_at: datetime
    faces: int
    people: int
    former: Former | None = None

    @property
    def as_it_was(self) -> Collection | None:
        """The collection as one of the former embedder's vectors; None where there is none."""
        if self.former is None:
            return None
        return replace(
            self, model=self.former.model, dimension=self.former.dimension, faces=0, former=None
        )

    def bytes_of(self, embedding: Embedding) -> bytes:
        """Return *embedding* as it is stored: little-endian float32, one after the other.

        :raises ModelMismatchError: if it comes from another model than this collection's.
        """
        self.refuse_other_model(embedding.model)
        if embedding.vector.size != self.dimension:
            raise ModelMismatchError(
                f"collection {self.collection_id} holds vectors of {self.dimension} numbers, "
                f"not {embedding.vector.size}"
            )
        return embedding.vector.astype("<f4").tobytes()

    def embedding_of(self, stored: bytes) -> Embedding:
        """Return the embedding that :meth:`bytes_of` stored."""
        vector: Vector = np.frombuffer(stored, dtype="<f4").astype(np.float32)
        return Embedding(vector, self.model)

    def refuse_other_model(self, model: ModelId) -> None:
        """Refuse *model* unless this collection's vectors come from it.

        :raises ModelMismatchError: naming both models.
        """
        if model != self.model:
            raise ModelMismatchError(
                f"collection {self.collection_id} holds vectors of {_described(self.model)}, "
                f"not of {_described(model)}",
                remedy="Use the model it was made with, change the device to this one (`ostiary "
                "re-enroll begin`), or enroll into a new collection.",
            )


class Collections:
    """The collections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, collection_id: str, *, model: ModelId, dimension: int) -> Collection:
        """Make an empty collection for vectors of *model* with *dimension* numbers.

        :raises AlreadyExistsError: if there is one of that name.
        :raises CollectionError: if the name is not 1 to 255 letters, digits, ``_``, ``.``, ``-``.
        """
        if COLLECTION_ID.fullmatch(collection_id) is None:
            raise CollectionError(
                f"{collection_id!r} cannot name a collection",
                remedy="Use 1 to 255 letters, digits, _ . and -.",
            )
        try:
            self._database.execute(
                "INSERT INTO collections"
                " (collection_id, model_name, model_digest, dimension, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (collection_id, model.name, model.digest, dimension, to_text(datetime.now(UTC))),
            )
        except ConstraintError as error:
            if "UNIQUE" in error.message:
                raise AlreadyExistsError(f"collection {collection_id} exists already") from error
            raise CollectionError(f"no collection can have dimension {dimension}") from error
        return self.describe(collection_id)

    def ensure(self, collection_id: str, *, model: ModelId, dimension: int) -> Collection:
        """Return the collection, made now if there is none of that name.

        :raises ModelMismatchError: if there is one for another model.
        """
        try:
            collection = self.create(collection_id, model=model, dimension=dimension)
        except AlreadyExistsError:
            collection = self.describe(collection_id)
        collection.refuse_other_model(model)
        return collection

    def describe(self, collection_id: str) -> Collection:
        """Return one collection.

        :raises NotFoundError: if there is none of that name.
        """
        row = self._database.row(
            f"{_SELECT} WHERE collection_id = ?",
            (collection_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no collection {collection_id}")
        return _collection(row)

    def list(self) -> tuple[Collection, ...]:
        """Return all collections by name."""
        rows = self._database.rows(f"{_SELECT} ORDER BY collection_id")
        return tuple(_collection(row) for row in rows)

    def delete(self, collection_id: str) -> Collection:
        """Erase a collection with everybody in it, and return what it was.

        :raises NotFoundError: if there is none of that name.
        :raises StorageError: if it is deleted, but its bytes cannot be wiped from the log yet.
        """
        with self._database.transaction():
            collection = self.describe(collection_id)
            for statement in (
                "DELETE FROM former_embedders WHERE collection = ?",
                "DELETE FROM faces WHERE collection = ?",
                "DELETE FROM people WHERE collection = ?",
                "DELETE FROM collections WHERE row = ?",
                "DELETE FROM changes WHERE collection = ?",
            ):
                self._database.execute(statement, (collection.row,))
        self._database.truncate_log()
        return collection


def _collection(row: Row) -> Collection:
    number, collection_id, name, digest, dimension, created_at, faces, people, *former = row
    return Collection(
        row=number,
        collection_id=collection_id,
        model=ModelId(name, digest),
        dimension=dimension,
        created_at=from_text(created_at),
        faces=faces,
        people=people,
        former=_former(former),
    )


def _former(columns: Sequence[Any]) -> Former | None:
    embedder, name, digest, dimension, since = columns
    if embedder is None:
        return None
    return Former(embedder, ModelId(name, digest), dimension, from_text(since))


def _described(model: ModelId) -> str:
    return f"{model.name} ({model.digest[:12]})"
