"""Tags of stream processors: words by which their owner sorts them, never looked at otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from edge.errors import CollectionError, NotFoundError
from edge.storage.database import Database

MOST_TAGS = 50
"""Of one stream processor, as of a collection."""


def refuse_too_many(tags: Mapping[str, str]) -> None:
    """Refuse more tags than may be kept.

    :raises CollectionError: if there are more than fifty.
    """
    if len(tags) > MOST_TAGS:
        raise CollectionError(
            f"a stream processor has at most {MOST_TAGS} tags", remedy="Remove some first."
        )


class ProcessorTags:
    """The tags of the stream processors of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> dict[str, str]:
        """Return the tags of a stream processor, by key.

        :raises NotFoundError: if there is none of that name.
        """
        row = self._database.row("SELECT tags FROM stream_processors WHERE name = ?", (name,))
        if row is None:
            raise NotFoundError(f"there is no stream processor {name}")
        return dict(sorted(json.loads(row[0]).items()))

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        """Add tags; of a key that is there already the value is replaced.

        :raises NotFoundError: if there is none of that name.
        :raises CollectionError: if they would become too many; nothing is changed then.
        """
        with self._database.transaction():
            self._set(name, {**self.get(name), **tags})

    def remove(self, name: str, keys: Iterable[str]) -> None:
        """Remove tags; those that are not there do no harm.

        :raises NotFoundError: if there is none of that name.
        """
        gone = set(keys)
        with self._database.transaction():
            kept = {key: value for key, value in self.get(name).items() if key not in gone}
            self._set(name, kept)

    def _set(self, name: str, tags: Mapping[str, str]) -> None:
        refuse_too_many(tags)
        self._database.execute(
            "UPDATE stream_processors SET tags = ? WHERE name = ?", (json.dumps(dict(tags)), name)
        )
