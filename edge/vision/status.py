"""Whether a prepared model file is the one in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from edge.errors import ModelError, ModelMissingError, ModelTamperedError
from edge.vision.catalogue import CatalogueEntry
from edge.vision.files import sha256_of

_REPAIR = "Run `ostiary models prepare`."


class ModelState(StrEnum):
    """Whether a model can be used as it lies in the cache folder."""

    READY = "ready"
    MISSING = "missing"
    NOT_ASKED_FOR = "not asked for"
    """An alternative to another model that nobody has named yet."""
    TAMPERED = "tampered"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What was found when a prepared file was verified; *found* is None where there is no file."""

    entry: CatalogueEntry
    file: Path
    found: str | None
    state: ModelState

    def check(self) -> None:
        """Refuse a file that is not the one in the catalogue.

        :raises ModelMissingError: if there is none, and it is neither optional nor an alternative.
        :raises ModelTamperedError: if its digest is another.
        """
        expected = self.entry.prepared.sha256
        if self.state is ModelState.MISSING and not self.entry.optional:
            raise ModelMissingError(
                f"{self.file} is missing; expected SHA-256 {expected}.", remedy=_REPAIR
            )
        if self.state is ModelState.TAMPERED:
            raise ModelTamperedError(
                f"{self.file} has SHA-256 {self.found}, expected {expected}.", remedy=_REPAIR
            )


def status_of(entry: CatalogueEntry, folder: Path) -> ModelStatus:
    """Verify the prepared file of *entry* as it lies in *folder*, changing nothing.

    :raises ModelError: if it is there and cannot be read.
    """
    file = folder / entry.prepared.name
    found = _digest(file)
    if found is None:
        state = ModelState.NOT_ASKED_FOR if entry.alternative else ModelState.MISSING
    elif found == entry.prepared.sha256:
        state = ModelState.READY
    else:
        state = ModelState.TAMPERED
    return ModelStatus(entry, file, found, state)


def _digest(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}).", remedy="Correct its owner and mode."
        ) from error
