"""Who is to be imported: rows from a folder of scanned badge photos, a table, or a ZIP of either.

A table names people and photos; in a folder the names of the files do. All faults are told at once,
before anything is imported. Photos are read when their row's turn comes, never all together.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeAlias

from edge.archive import Archive
from edge.collection.memberships import refuse_bad_group
from edge.collection.people import NewPerson
from edge.days import beginning_of, end_of
from edge.errors import CollectionError, EnrollmentError, ImageError

NEEDED_COLUMNS = ("name", "badge", "photo")
COLUMNS = (*NEEDED_COLUMNS, "external_id", "valid_from", "valid_until", "retention_until", "groups")
"""Of the table. *photo* may name several files and *groups* several groups, parted by ``;``; days are
the first and the last."""

PHOTO_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"))
"""Files of a folder that are taken for photos; what they really are shows when they are read."""

MOST_TABLE_BYTES = 32 * 2**20
"""50,000 people in lines of 600 characters."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo that is read when it is wanted: a file, or a member of *archive*."""

    name: str
    path: Path
    archive: Archive | None = field(default=None, repr=False)

    def source(self) -> Path | bytes:
        """Return the file, or what the archive holds.

        :raises ImageError: if the archive holds no such photo, or it is damaged.
        """
        return self.path if self.archive is None else self.archive.read(self.path.as_posix())


@dataclass(frozen=True, slots=True)
class Row:
    """One person to import. *place* is where the row stands, for messages."""

    place: str
    person: NewPerson
    badge: str
    photos: tuple[PhotoFile, ...]
    groups: frozenset[str] = frozenset()


def read_rows(source: Path | bytes, *, name: str = "") -> tuple[Row, ...]:
    """Return the people named by *source*: a folder, a ``.csv`` file, a ZIP or what is in one.

    In a folder, ``<badge>_<name>.jpg`` is a person with one photo, and a folder
    ``<badge>_<name>/`` holds the photos of one person; underscores in the name read as blanks.
    A ZIP holds a table with its photos, or such a folder. *name* is what messages call the source.

    :raises EnrollmentError: if it is none of them, names nobody, or has faults; all are listed.
    """
    if isinstance(source, Path):
        name = name or str(source)
    name = name or "the archive"
    rows, faults = _read(source, name)
    faults += _doubled("badge", ((row.place, row.badge) for row in rows))
    faults += _doubled("external id", ((row.place, row.person.external_id) for row in rows))
    if faults:
        shown = "; ".join(faults[:20]) + (" …" if len(faults) > 20 else "")
        raise EnrollmentError(
            f"{len(faults)} faults in {name}, nothing was imported: {shown}",
            remedy="Mend them; `ostiary import --help` shows the form.",
        )
    if not rows:
        raise EnrollmentError(f"{name} names nobody", remedy="See `ostiary import --help`.")
    return tuple(rows)


def _read(source: Path | bytes, name: str) -> tuple[list[Row], list[str]]:
    if isinstance(source, bytes) or source.suffix.lower() == ".zip":
        return _rows_of_archive(Archive(source, name=name), name)
    if source.is_dir():
        return _rows_of_sets(_sets_of_folder(source))
    if not source.is_file():
        raise EnrollmentError(f"there is no folder or file {source}")
    try:
        with source.open("rb") as file:
            data = file.read(MOST_TABLE_BYTES + 1)
    except OSError as error:
        raise EnrollmentError(f"{name} cannot be read: {error.strerror}") from error
    return _rows_of_table(_text(data, name), source.parent, None)


def _rows_of_archive(archive: Archive, name: str) -> tuple[list[Row], list[str]]:
    files = [PurePosixPath(member) for member in archive.names]
    # macOS and file managers put files of their own in between.
    files = [file for file in files if file.parts[0] != "__MACOSX" and file.name[0] != "."]
    tables = [file for file in files if file.suffix.lower() == ".csv"]
    if len(tables) > 1:
        raise EnrollmentError(
            f"{name} holds {len(tables)} tables: {', '.join(map(str, tables[:5]))}",
            remedy="Pack one table, saved as CSV, with its photos.",
        )
    if not tables:
        return _rows_of_sets(_sets_of_archive(archive, files))
    try:
        text = _text(archive.read(str(tables[0])), f"{tables[0]} in {name}")
    except ImageError as error:
        raise EnrollmentError(error.message, remedy=error.remedy) from error
    return _rows_of_table(text, Path(tables[0].parent), archive)


_Set: TypeAlias = tuple[str, str, tuple[PhotoFile, ...]]
"""Photos of one person: where they are, the name they go by, and they themselves."""


def _sets_of_folder(folder: Path) -> Iterator[_Set]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            files = sorted(file for file in entry.iterdir() if _is_photo(file))
            yield entry.name, entry.name, tuple(PhotoFile(file.name, file) for file in files)
        elif _is_photo(entry):
            yield entry.name, entry.stem, (PhotoFile(entry.name, entry),)


def _sets_of_archive(archive: Archive, files: Iterable[PurePosixPath]) -> Iterator[_Set]:
    photos = [file for file in files if _is_photo(file)]
    outer = {file.parts[0] for file in photos if len(file.parts) > 1}
    # Who packs a folder gets the folder as well; if its name begins with a number, it is a person.
    wrapped = len(outer) == 1 and not any(
        character.isdigit() for character in next(iter(outer)).partition("_")[0]
    )
    sets: dict[tuple[str, ...], list[PurePosixPath]] = {}
    for file in photos:
        inner = file.parts[1:] if wrapped and len(file.parts) > 1 else file.parts
        sets.setdefault(inner[:-1] or (file.stem,), []).append(file)
    for names, found in sets.items():
        members = tuple(PhotoFile(file.name, Path(file), archive) for file in found)
        yield str(found[0] if len(found) == 1 else found[0].parent), "/".join(names), members


def _rows_of_sets(sets: Iterable[_Set]) -> tuple[list[Row], list[str]]:
    rows, faults = [], []
    for place, called, photos in sets:
        badge, _, name = called.partition("_")
        name = name.replace("_", " ").strip()
        if badge.strip() and name and photos and "/" not in called:
            rows.append(Row(place, NewPerson(name=name), badge.strip(), photos))
        else:
            faults.append(f"{place}: should be <badge>_<name>, with a photo")
    return rows, faults


def _text(data: bytes, name: str) -> str:
    try:
        if len(data) > MOST_TABLE_BYTES:
            raise ValueError(f"it has more than {MOST_TABLE_BYTES // 2**20} MiB")
        return data.decode("utf-8-sig")
    except ValueError as error:  # UnicodeDecodeError is one
        raise EnrollmentError(
            f"{name} cannot be read as a table: {error}", remedy="Save it as CSV in UTF-8."
        ) from error


def _rows_of_table(text: str, folder: Path, archive: Archive | None) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    faults: list[str] = []
    first_line = text.partition("\n")[0]
    reader = csv.DictReader(
        text.splitlines(), delimiter=";" if first_line.count(";") > first_line.count(",") else ","
    )
    try:
        given = tuple(reader.fieldnames or ())
        faults += [f"column {name!r} is missing" for name in NEEDED_COLUMNS if name not in given]
        faults += [f"unknown column {name!r}" for name in given if name not in COLUMNS]
        if faults:
            return rows, faults
        for values in reader:
            place = f"line {reader.line_num}"
            try:
                rows.append(_row_of(place, values, folder, archive))
            except (ValueError, OverflowError) as error:
                faults.append(f"{place}: {error}")
    except csv.Error as error:
        faults.append(f"line {reader.line_num}: {error}")
    return rows, faults


def _row_of(
    place: str, values: Mapping[str, str | None], folder: Path, archive: Archive | None
) -> Row:
    told = {name: (values.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in NEEDED_COLUMNS if not told[name]]
    if missing or None in values:
        raise ValueError(f"no {', '.join(missing)}" if missing else "too many fields")
    names = [name.strip() for name in told["photo"].split(";") if name.strip()]
    if archive is not None:
        names = [name.replace("\\", "/") for name in names]
    photos = tuple(PhotoFile(Path(name).name, folder / name, archive) for name in names)
    return Row(
        place,
        NewPerson(
            name=told["name"],
            external_id=told["external_id"] or None,
            valid_from=_moment(told["valid_from"], beginning_of),
            valid_until=_moment(told["valid_until"], end_of),
            retention_until=_moment(told["retention_until"], end_of),
        ),
        told["badge"],
        photos,
        _groups(told["groups"]),
    )


def _groups(text: str) -> frozenset[str]:
    """Read the names of groups, parted by ``;``.

    :raises ValueError: if one cannot be a name.
    """
    groups = frozenset(name.strip() for name in text.split(";") if name.strip())
    for name in groups:
        try:
            refuse_bad_group(name)
        except CollectionError as error:
            raise ValueError(error.message) from error
    return groups


def _moment(text: str, of_day: Callable[[str], datetime | None]) -> datetime | None:
    """Read a day, or an ISO 8601 time that is local without a zone.

    :raises ValueError: if it is neither.
    """
    if not text:
        return None
    if "T" in text:
        return datetime.fromisoformat(text).astimezone()
    try:
        return of_day(text)
    except CollectionError as error:
        raise ValueError(error.message) from error


def _is_photo(file: PurePath) -> bool:
    return file.suffix.lower() in PHOTO_SUFFIXES


def _doubled(what: str, values: Iterable[tuple[str, str | None]]) -> list[str]:
    seen: dict[str, str] = {}
    faults = []
    for place, value in values:
        if value is None:
            continue
        if value in seen:
            faults.append(f"{place}: {what} {value} stands in {seen[value]} too")
        seen.setdefault(value, place)
    return faults
