"""One reader of living faces for all threads of the pages, which take turns."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge.domain import Face, Pixels
from edge.door.proving import LifeReader
from edge.liveness.sample import Sample


class SharedReader:
    """A reader that is loaded when it is first needed; *load* gives one that serves one thread."""

    def __init__(self, load: Callable[[], LifeReader]) -> None:
        self._load = load
        self._reader: LifeReader | None = None
        self._turn = threading.Lock()

    @property
    def sees_texture(self) -> bool:
        """Whether the optional network is there.

        :raises ModelError: if a file of it is there and is not the one in the catalogue.
        """
        with self._turn:
            return self._loaded().sees_texture

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
        """Return what *face* in *pixels*, taken at *at*, contributes.

        :raises ModelError: as above.
        :raises ValueError: if the face has no mesh.
        """
        with self._turn:
            return self._loaded().sample(pixels, face, at)

    def _loaded(self) -> LifeReader:
        if self._reader is None:
            self._reader = self._load()
        return self._reader
