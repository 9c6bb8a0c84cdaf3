"""Many people at once: a folder of scanned badge photos, or a table from an HR system.

Each row is one person and one transaction: what was enrolled stays, what was refused is named with
its reason, nothing is half-written, and a second run goes on where the first one ended, because
whoever carries the row's badge already is passed over.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from edge.collection.badges import Badges
from edge.collection.people import NewPerson
from edge.domain import Badge
from edge.enrolling import Enroller, Photo
from edge.errors import (
    CollectionError,
    EnrollmentError,
    ImageError,
    NoFaceError,
    NotFoundError,
)

COLUMNS = ("name", "badge", "photo", "external_id", "valid_from", "valid_until")
"""Of the table; the first three are needed. *photo* may name several files, parted by ``;``."""

PHOTO_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"))
"""Files of a folder that are taken for photos; what they really are shows when they are read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person to import. *place* is where the row stands, for messages."""

    place: str
    person: NewPerson
    badge: str
    photos: tuple[Path, ...]


class Result(StrEnum):
    """What became of a row."""

    ENROLLED = "enrolled"
    ALREADY = "already enrolled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of *row*, and why."""

    row: Row
    result: Result
    reason: str = ""


def read_rows(source: Path) -> tuple[Row, ...]:
    """Return the people named by *source*, a folder or a ``.csv`` file.

    In a folder, ``<badge>_<name>.jpg`` is a person with one photo, and a folder
    ``<badge>_<name>/`` holds the photos of one person; underscores in the name read as blanks.

    :raises EnrollmentError: if it is neither, names nobody, or has faults; all are listed.
    """
    if source.is_dir():
        rows, faults = _rows_of_folder(source)
    elif source.is_file():
        rows, faults = _rows_of_table(source)
    else:
        raise EnrollmentError(f"there is no folder or file {source}")
    faults += _doubled_badges(rows)
    if faults:
        shown = "; ".join(faults[:20]) + (" …" if len(faults) > 20 else "")
        raise EnrollmentError(
            f"{len(faults)} faults in {source}, nothing was imported: {shown}",
            remedy="Mend them; `ostiary import --help` shows the form.",
        )
    if not rows:
        raise EnrollmentError(f"{source} names nobody", remedy="See `ostiary import --help`.")
    return tuple(rows)


def import_rows(
    rows: Iterable[Row], *, enroller: Enroller, badges: Badges, collection_id: str, actor: str
) -> Iterator[Imported]:
    """Enroll each row and yield what became of it.

    :raises StorageError: if the collection cannot be written; the rows before it are enrolled.
    :raises AuditError: if an enrolment cannot be recorded; likewise.
    """
    for row in rows:
        try:
            owner = badges.owner(collection_id, row.badge)
        except NotFoundError:
            yield _enrolled(row, enroller, actor)
            continue
        if owner.name == row.person.name:
            yield Imported(row, Result.ALREADY)
        else:
            yield Imported(row, Result.REFUSED, f"badge {row.badge} belongs to somebody else")


def _enrolled(row: Row, enroller: Enroller, actor: str) -> Imported:
    try:
        photos = [Photo(path.name, path) for path in row.photos]
        enroller.enroll(row.person, photos, (Badge(row.badge),), actor=actor)
    except (ImageError, NoFaceError, EnrollmentError, CollectionError) as error:
        return Imported(row, Result.REFUSED, error.message)
    return Imported(row, Result.ENROLLED)


def _rows_of_folder(folder: Path) -> tuple[list[Row], list[str]]:
    rows, faults = [], []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        photos = (
            tuple(sorted(file for file in entry.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES))
            if entry.is_dir()
            else (entry,)
        )
        if entry.is_file() and entry.suffix.lower() not in PHOTO_SUFFIXES:
            continue
        stem = entry.name if entry.is_dir() else entry.stem
        badge, _, name = stem.partition("_")
        name = name.replace("_", " ").strip()
        if not (badge.strip() and name and photos):
            faults.append(f"{entry.name}: should be <badge>_<name>, with a photo")
            continue
        rows.append(Row(entry.name, NewPerson(name=name), badge.strip(), photos))
    return rows, faults


def _rows_of_table(table: Path) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    faults: list[str] = []
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnrollmentError(
            f"{table} cannot be read as a table: {error}", remedy="Save it as CSV in UTF-8."
        ) from error
    first_line = text.partition("\n")[0]
    reader = csv.DictReader(
        text.splitlines(), delimiter=";" if first_line.count(";") > first_line.count(",") else ","
    )
    given = tuple(reader.fieldnames or ())
    faults += [f"column {name!r} is missing" for name in COLUMNS[:3] if name not in given]
    faults += [f"unknown column {name!r}" for name in given if name not in COLUMNS]
    if faults:
        return rows, faults
    for values in reader:
        place = f"line {reader.line_num}"
        try:
            rows.append(_row_of(place, values, table.parent))
        except ValueError as error:
            faults.append(f"{place}: {error}")
    return rows, faults


def _row_of(place: str, values: dict[str, str | None], folder: Path) -> Row:
    told = {name: (values.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in COLUMNS[:3] if not told[name]]
    if missing or None in values:
        raise ValueError(f"no {', '.join(missing)}" if missing else "too many fields")
    photos = tuple(folder / name.strip() for name in told["photo"].split(";") if name.strip())
    return Row(
        place,
        NewPerson(
            name=told["name"],
            external_id=told["external_id"] or None,
            valid_from=_day(told["valid_from"]),
            valid_until=_day(told["valid_until"]),
        ),
        told["badge"],
        photos,
    )


def _day(text: str) -> datetime | None:
    """Read an ISO 8601 day or time; without a zone it is local."""
    return datetime.fromisoformat(text).astimezone() if text else None


def _doubled_badges(rows: Iterable[Row]) -> list[str]:
    seen: dict[str, str] = {}
    faults = []
    for row in rows:
        if row.badge in seen:
            faults.append(f"{row.place}: badge {row.badge} stands in {seen[row.badge]} too")
        seen.setdefault(row.badge, row.place)
    return faults
