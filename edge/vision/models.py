"""The store of models: nothing is loaded that is not byte for byte what the catalogue names.

A prepared file is looked for in the cache folder, then made from its source: the cache folder, an
installed package, the mirror folder, in this order. What has a wrong digest is passed over, told
about, and never used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from edge.errors import ModelError, ModelMissingError
from edge.vision.card import EmbedderCard, read_card
from edge.vision.catalogue import CATALOGUE, CatalogueEntry, sface
from edge.vision.fetch import download
from edge.vision.files import write_whole
from edge.vision.preparation import prepared
from edge.vision.sources import find_source
from edge.vision.status import ModelState, ModelStatus, status_of

CARD_SUFFIX = ".toml"
"""What tells the path of a card from the name of a catalogued embedder."""

_log = logging.getLogger(__name__)


class ModelStore:
    """The models in *folder*; *mirror* is a folder with copies, for machines without a network.

    A file is verified once in the life of a store, before it is first given out.
    """

    def __init__(
        self,
        folder: Path,
        *,
        mirror: Path | None = None,
        catalogue: Sequence[CatalogueEntry] = CATALOGUE,
    ) -> None:
        self._folder = folder
        self._mirror = mirror
        self._entries = {entry.name: entry for entry in catalogue}
        self._verified: set[str] = set()
        self._cards: dict[str, EmbedderCard] = {}

    def path(self, name: str) -> Path:
        """Return the file of model *name*, verified once in this process, prepared if need be.

        *name* may also be the path of an embedder's card.

        :raises ModelMissingError: if no source has it.
        :raises ModelTamperedError: if a file is there but no source has the right one.
        """
        if name.endswith(CARD_SUFFIX):
            return self.embedder(name).file
        if name not in self._verified:
            return self.prepare(name)
        return self._folder / self._entry(name).prepared.name

    def embedder(self, name: str = sface.INT8.name) -> EmbedderCard:
        """Return the card of embedder *name*, or of the card at that path, its file verified.

        :raises ModelError: as :meth:`path` and :func:`edge.vision.card.read_card` do.
        """
        if name.endswith(CARD_SUFFIX):
            if name not in self._cards:
                self._cards[name] = read_card(Path(name).expanduser())
            return self._cards[name]
        card = self._entry(name).embedder
        if card is None:
            raise ModelError(
                f"The model {name} is no embedder.",
                remedy="Name one that `ostiary models` lists for embedding, or a card (.toml).",
            )
        return replace(card, file=self.path(name))

    def prepare_all(self) -> tuple[Path, ...]:
        """Prepare every model of the catalogue and return the files; see :meth:`prepare`.

        What is optional is prepared where some source has it, an alternative not at all.
        """
        found = (self._prepared_if_there(entry) for entry in self._usual())
        return tuple(file for file in found if file is not None)

    def optional(self, name: str) -> Path | None:
        """Return the file of the optional model *name*, verified, or None where nobody has it.

        :raises ModelTamperedError: if a file is there but no source has the right one.
        """
        try:
            return self.path(name)
        except ModelMissingError:
            if not self._entry(name).optional:
                raise
            return None

    def _prepared_if_there(self, entry: CatalogueEntry) -> Path | None:
        try:
            return self.prepare(entry.name)
        except ModelMissingError:
            if not entry.optional:
                raise
            return None

    def prepare(self, name: str) -> Path:
        """Verify the file of model *name*, make it anew if it is not right, and return it.

        :raises ModelMissingError: if no source has it.
        :raises ModelTamperedError: if a file is there but no source has the right one.
        :raises ModelConversionError: if what was made is not what the catalogue names.
        """
        entry = self._entry(name)
        status = status_of(entry, self._folder)
        if status.state is ModelState.TAMPERED:
            _log.warning(
                "%s has SHA-256 %s, expected %s: replacing it",
                status.file,
                status.found,
                entry.prepared.sha256,
            )
        if status.state is not ModelState.READY:
            source = find_source(entry, folder=self._folder, mirror=self._mirror)
            _write(status.file, prepared(entry, source))
        self._verified.add(name)
        return status.file

    def fetch(
        self,
        name: str,
        url: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Path:
        """Download the source of model *name* from upstream, or from *url*, and prepare it.

        *progress* is told bytes done and bytes in all.

        :raises ModelError: if no address gives the file that the catalogue names.
        """
        entry = self._entry(name)
        urls = (url,) if url else entry.urls
        if not urls:
            raise ModelMissingError(
                f"No upstream address of {name} is known.", remedy="Give one with --url."
            )
        target = self._folder / entry.source.name
        for index, address in enumerate(urls, start=1):
            try:
                download(
                    address,
                    target,
                    size=entry.source.size,
                    sha256=entry.source.sha256,
                    progress=progress,
                )
                break
            except ModelError as error:
                if index == len(urls):
                    raise
                _log.warning("%s", error.message)
        return self.prepare(name)

    def missing(self) -> tuple[str, ...]:
        """Return the names of the models that neither the folder, a package nor the mirror has.

        :raises ModelTamperedError: if a file is there but no source has the right one.
        """
        return tuple(entry.name for entry in self._usual() if not self._is_to_be_had(entry))

    def _is_to_be_had(self, entry: CatalogueEntry) -> bool:
        try:
            self.prepare(entry.name)
        except ModelMissingError:
            return False
        return True

    def status(self) -> tuple[ModelStatus, ...]:
        """Verify every prepared file as it lies in the folder, repairing nothing."""
        return tuple(status_of(entry, self._folder) for entry in self._entries.values())

    def _usual(self) -> tuple[CatalogueEntry, ...]:
        return tuple(entry for entry in self._entries.values() if not entry.alternative)

    def _entry(self, name: str) -> CatalogueEntry:
        try:
            return self._entries[name]
        except KeyError as error:
            raise ModelMissingError(
                f"No model is called {name!r}.",
                remedy=f"The catalogue has {', '.join(self._entries)}.",
            ) from error


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be written ({error.strerror}).",
            remedy="Run `ostiary models prepare` as a user who may write there, or set models.folder.",
        ) from error
