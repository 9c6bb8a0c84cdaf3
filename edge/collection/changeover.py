"""From one embedder to another: vectors of both side by side, until everybody is enrolled anew.

What is enrolled from the beginning on is of the new embedder, in the places where faces always are.
What the former one made is moved out of the way, into places of its own, where a door still searches
it. So two embedders' vectors are nowhere mixed, and the way back is open until the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.collection.collections import Collection, Collections, Former
from edge.collection.person_rows import Person, read_people
from edge.domain import ModelId
from edge.errors import ConflictError
from edge.storage.database import Database
from edge.storage.times import to_text

_FACE = (
    "face_id, collection, person, image_id, external_image_id, box_left, box_top, box_width,"
    " box_height, confidence, sharpness, brightness, yaw, pitch, roll, size, occlusion, weight,"
    " reasons, vector, created_at"
)
_BEGIN = (
    f"""
    INSERT INTO former_faces (row, {_FACE}) SELECT row, {_FACE} FROM faces WHERE collection = :at
    """,  # noqa: S608 - constants
    """
    UPDATE people SET former_vector = vector, former_coherence = coherence, former_faces = faces
    WHERE collection = :at AND vector IS NOT NULL
    """,
)
_FORGET_PRESENT = (
    "DELETE FROM faces WHERE collection = :at",
    """
    UPDATE people SET vector = NULL, coherence = 1.0 WHERE collection = :at AND vector IS NOT NULL
    """,
)
_FORGET_FORMER = (
    """
    UPDATE people SET former_vector = NULL, former_coherence = 1.0, former_faces = 0
    WHERE collection = :at AND former_faces
    """,
    "DELETE FROM former_embedders WHERE collection = :at",  # and with it former_faces
)
_PUT_BACK = (
    f"""
    INSERT INTO faces ({_FACE}) SELECT {_FACE} FROM former_faces WHERE collection = :at ORDER BY row
    """,  # noqa: S608 - constants
    """
    UPDATE people SET vector = former_vector, coherence = former_coherence
    WHERE collection = :at AND former_faces
    """,
)
_MODEL = (
    "UPDATE collections SET model_name = :name, model_digest = :digest, dimension = :dimension"
    " WHERE row = :at"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a collection is: people with vectors of which embedder, and faces of nobody.

    *missing* have vectors of the former one only; *anew* of the present one. *orphans* are faces of
    nobody, which only whoever has their pictures can index again.
    """

    collection: Collection
    missing: int
    anew: int
    orphans: int


def begin(
    database: Database, collection_id: str, *, former: Former, model: ModelId, dimension: int
) -> Collection:
    """Have a collection hold vectors of *model* from now on; what it has becomes *former*.

    :raises NotFoundError: if there is no such collection.
    :raises ConflictError: if it is being changed already, or does not hold what *former* made.
    """
    with database.transaction():
        collection = Collections(database).describe(collection_id)
        if collection.former is not None:
            raise ConflictError(
                f"collection {collection_id} is being changed already",
                remedy="Finish that first, or take it back: `ostiary re-enroll --help`.",
            )
        if collection.model != former.model or former.model == model:
            raise ConflictError(
                f"collection {collection_id} cannot be changed from {former.model.name} to "
                f"{model.name}: it holds vectors of {collection.model.name}"
            )
        database.execute(
            "INSERT INTO former_embedders"
            " (collection, embedder, model_name, model_digest, dimension, since)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                collection.row,
                former.embedder,
                former.model.name,
                former.model.digest,
                former.dimension,
                to_text(former.since),
            ),
        )
        for statement in (*_BEGIN, *_FORGET_PRESENT):
            database.execute(statement, {"at": collection.row})
        _set_model(database, collection, model, dimension)
        database.truncate_log()
        return Collections(database).describe(collection_id)


def finish(database: Database, collection_id: str) -> Progress:
    """Erase what the former embedder made, from every file; return how far it was before.

    :raises NotFoundError: if there is no such collection.
    :raises ConflictError: if it is not being changed.
    :raises StorageError: if it is done, but cannot be wiped from the log yet.
    """
    with database.transaction():
        done = progress(database, collection_id)
        for statement in _FORGET_FORMER:
            database.execute(statement, {"at": done.collection.row})
        database.truncate_log()
        return done


def take_back(database: Database, collection_id: str) -> Progress:
    """Put everything back as it was, and erase what the new embedder made; as :func:`finish`."""
    with database.transaction():
        done = progress(database, collection_id)
        former = done.collection.former
        assert former is not None  # noqa: S101 - progress() refuses that
        at = {"at": done.collection.row}
        for statement in _FORGET_PRESENT:
            database.execute(statement, at)
        _set_model(database, done.collection, former.model, former.dimension)
        for statement in (*_PUT_BACK, *_FORGET_FORMER):
            database.execute(statement, at)
        database.truncate_log()
        return done


def progress(database: Database, collection_id: str) -> Progress:
    """Return how far a collection is.

    :raises NotFoundError: if there is no such collection.
    :raises ConflictError: if it is not being changed.
    """
    with database.snapshot():
        collection = Collections(database).describe(collection_id)
        if collection.former is None:
            raise ConflictError(f"collection {collection_id} is not being changed")
        ((missing, anew),) = database.rows(
            "SELECT ifnull(sum(former_faces > 0 AND faces = 0), 0), ifnull(sum(faces > 0), 0)"
            " FROM people WHERE collection = ?",
            (collection.row,),
        )
        ((orphans,),) = database.rows(
            "SELECT count(*) FROM former_faces WHERE collection = ? AND person IS NULL",
            (collection.row,),
        )
    return Progress(collection, missing, anew, orphans)


def changing(database: Database) -> tuple[Progress, ...]:
    """Return how far each collection is that is being changed."""
    with database.snapshot():
        return tuple(
            progress(database, each.collection_id)
            for each in Collections(database).list()
            if each.former is not None
        )


def missing(database: Database, collection_id: str, *, limit: int = 1000) -> tuple[Person, ...]:
    """Return up to *limit* people, by name, who have vectors of the former embedder only.

    :raises NotFoundError: if there is no such collection.
    """
    with database.snapshot():
        collection = Collections(database).describe(collection_id)
        rows = database.rows(
            "SELECT row FROM people WHERE collection = ? AND former_faces > 0 AND faces = 0"
            " ORDER BY sort_name, person_id LIMIT ?",
            (collection.row, limit),
        )
        return read_people(database, [row for (row,) in rows])


def former_of(database: Database) -> Former | None:
    """Return the embedder that this device is being changed from, if it is.

    :raises ConflictError: if collections are changed from two, which no command does.
    """
    formers = {
        each.former.model: each.former for each in Collections(database).list() if each.former
    }
    if len(formers) > 1:
        raise ConflictError(
            f"collections are being changed from {len(formers)} embedders at once",
            remedy="Finish, or take back, all but one: `ostiary re-enroll --help`.",
        )
    return next(iter(formers.values()), None)


def _set_model(database: Database, collection: Collection, model: ModelId, dimension: int) -> None:
    database.execute(
        _MODEL,
        {"at": collection.row, "name": model.name, "digest": model.digest, "dimension": dimension},
    )
