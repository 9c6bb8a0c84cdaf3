"""Which networks a door uses, and in which files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge.benchmark.work import Work, work_of
from edge.vision.catalogue import CATALOGUE, CatalogueEntry, Role
from edge.vision.models import ModelStore
from edge.vision.recognizer import DOOR_SIDE
from edge.vision.yunet import MULTIPLE

COUNTED = ".tflite"

SEARCHED = (1, -(-DOOR_SIDE * 3 // 4 // MULTIPLE) * MULTIPLE, DOOR_SIDE, 3)
"""What the detector is shown of a frame of 640×480 at a door: whole cells of it."""

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


def shapes_of(files: dict[str, Path]) -> dict[str, tuple[int, ...]]:
    """Return what those of *files* are shown that take pictures of any size."""
    detectors = {entry.name for entry in CATALOGUE if entry.role is Role.DETECTION}
    return {name: SEARCHED for name in files if name in detectors}


def work_in(files: dict[str, Path]) -> dict[str, Work]:
    """Return the work of one run of each of *files* at a door."""
    shapes = shapes_of(files)
    counted = {name: work_of(path.read_bytes()) for name, path in files.items()}
    return {name: work.on(shapes.get(name, work.shape)) for name, work in counted.items()}


def countable(files: dict[str, Path]) -> dict[str, Path]:
    """Return those of *files* whose work can be counted and which run by themselves."""
    return {name: path for name, path in files.items() if path.suffix == COUNTED}
