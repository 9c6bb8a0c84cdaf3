"""The galleries of many collections, each copied to memory when it is first searched."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.collection.search import Gallery
from edge.domain import ModelId
from edge.errors import NotFoundError
from edge.similarity import Calibration
from edge.storage.key import Key

MOST_OPEN = 8
"""Copies kept in memory. One of 10,000 faces has some 8 MB and is made in a tenth of a second."""


class Galleries:
    """Gives out one gallery a collection; threads may share it and what it gives.

    *calibration* is that of the embedder *model*: collections of another one's vectors are refused.
    *former* is that of the embedder that the device is being changed from.
    """

    def __init__(
        self,
        path: Path,
        key: Key,
        *,
        model: ModelId,
        calibration: Calibration,
        former: Calibration | None = None,
        most_open: int = MOST_OPEN,
    ) -> None:
        self._path = path
        self._key = key
        self._model = model
        self._calibration = calibration
        self._former = former
        self._most_open = most_open
        self._turn = threading.Lock()
        self._open: OrderedDict[str, Gallery] = OrderedDict()
        self._users: dict[str, int] = {}

    @contextmanager
    def of(self, collection_id: str) -> Iterator[Gallery]:
        """Lend the gallery of a collection; the least recently used ones are forgotten.

        :raises NotFoundError: if there is no such collection.
        :raises ModelMismatchError: if it holds vectors of another model.
        :raises StorageError: if the copy cannot be made or brought up to date.
        """
        gallery = self._borrow(collection_id)
        try:
            try:
                gallery.refresh()
            except NotFoundError:
                self._drop(collection_id, gallery)
                raise
            gallery.collection.refuse_other_model(self._model)
            yield gallery
        finally:
            self._give_back(collection_id)

    def close(self) -> None:
        """Forget all copies; may be called twice."""
        with self._turn:
            while self._open:
                self._open.popitem()[1].close()

    def _borrow(self, collection_id: str) -> Gallery:
        with self._turn:
            gallery = self._open.get(collection_id)
            if gallery is None:
                gallery = Gallery(
                    self._path,
                    self._key,
                    collection_id,
                    calibration=self._calibration,
                    former=self._former,
                )
                self._open[collection_id] = gallery
            self._open.move_to_end(collection_id)
            self._users[collection_id] = self._users.get(collection_id, 0) + 1
            return gallery

    def _give_back(self, collection_id: str) -> None:
        with self._turn:
            self._users[collection_id] -= 1
            idle = [name for name in self._open if not self._users.get(name)]
            for name in idle[: max(len(self._open) - self._most_open, 0)]:
                self._open.pop(name).close()
            self._users = {name: count for name, count in self._users.items() if count}

    def _drop(self, collection_id: str, gallery: Gallery) -> None:
        """Forget the copy of a collection that is gone: one of the same name may be made anew."""
        with self._turn:
            if self._open.get(collection_id) is gallery and self._users[collection_id] == 1:
                del self._open[collection_id]
                gallery.close()
