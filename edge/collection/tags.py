"""Tags of collections: words by which their owner sorts them, never looked at otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.collection.collections import Collections
from edge.errors import CollectionError
from edge.storage.database import Database

MOST_TAGS = 50
"""Of one collection, as in Amazon Rekognition."""


class Tags:
    """The tags of the collections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, collection_id: str) -> dict[str, str]:
        """Return the tags of a collection, by key.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        rows = self._database.rows(
            "SELECT key, value FROM tags WHERE collection = ? ORDER BY key", (collection.row,)
        )
        return dict(rows)

    def put(self, collection_id: str, tags: Mapping[str, str]) -> None:
        """Add tags to a collection; of a key that is there already the value is replaced.

        :raises NotFoundError: if there is no such collection.
        :raises CollectionError: if they would become too many; nothing is changed then.
        """
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            self._database.execute_many(
                "INSERT INTO tags (collection, key, value) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET value = excluded.value",
                [(collection.row, key, value) for key, value in tags.items()],
            )
            if len(self.get(collection_id)) > MOST_TAGS:
                raise CollectionError(
                    f"a collection has at most {MOST_TAGS} tags", remedy="Remove some first."
                )

    def remove(self, collection_id: str, keys: Iterable[str]) -> None:
        """Remove tags from a collection; those that are not there do no harm.

        :raises NotFoundError: if there is no such collection.
        """
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            self._database.execute_many(
                "DELETE FROM tags WHERE collection = ? AND key = ?",
                [(collection.row, key) for key in keys],
            )
