"""Which networks a door uses, and in which files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge.vision.catalogue import CATALOGUE, CatalogueEntry, Role
from edge.vision.models import ModelStore

COUNTED = ".tflite"

_EVERY_FRAME = (Role.DETECTION, Role.LANDMARKS)


def used_by(
    store: ModelStore, embedder: str, catalogue: Sequence[CatalogueEntry] = CATALOGUE
) -> dict[str, Path]:
    """Return the file of every network that looks at a frame, by name; *embedder* is the last.

    :raises ModelError: if one of them is missing.
    """
    names = [
        entry.name
        for role in _EVERY_FRAME
        for entry in catalogue
        if entry.role is role and not entry.alternative and not entry.optional
    ]
    files = {name: store.path(name) for name in names}
    card = store.embedder(embedder)
    return {**files, card.name: card.file}


def countable(files: dict[str, Path]) -> dict[str, Path]:
    """Return those of *files* whose work can be counted and which run by themselves."""
    return {name: path for name, path in files.items() if path.suffix == COUNTED}
