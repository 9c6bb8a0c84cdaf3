"""Damaged databases stand aside, each time in a folder of its own, until a person removes them.

They are never overwritten and never deleted by a program but by erasing the device: they may be the
only copy of something, and whoever knows SQLite may get it out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge.storage.names import BESIDE_A_DATABASE, QUARANTINE_FOLDER
from edge.storage.times import from_text, to_text

REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the database *name*: *why* it was put aside, and what is in its place.

    *whole*: nothing that counts is missing in it.
    """

    name: str
    why: str
    outcome: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """What was put aside *at* (aware) into *folder*, and whether the door was locked down for it."""

    folder: Path
    at: datetime
    fates: tuple[Fate, ...]
    lockdown: bool


def put_aside(data: Path, names: Sequence[str], now: datetime) -> Path:
    """Give the databases *names* in *data* a second name in a new folder, with their logs.

    It takes no space. Whoever calls this then takes the first name away; return the folder.

    :raises OSError: if it cannot be done.
    """
    folder = _new_folder(data / QUARANTINE_FOLDER, now)
    for name in names:
        for path in (data / name, *(data / f"{name}{suffix}" for suffix in BESIDE_A_DATABASE)):
            if path.exists():
                (folder / path.name).hardlink_to(path)
    _sync(folder)
    _sync(folder.parent)
    return folder


def report(aside: Aside) -> None:
    """Write beside the files what became of them.

    :raises OSError: if it cannot be written.
    """
    path = aside.folder / REPORT_FILE
    values = {"at": to_text(aside.at), "lockdown": aside.lockdown}
    fates = [asdict(fate) for fate in aside.fates]
    path.write_text(json.dumps(values | {"fates": fates}, indent=1) + "\n", encoding="utf-8")
    _sync(path)
    _sync(aside.folder)


def lying_aside(data: Path) -> tuple[Aside, ...]:
    """Return what was put aside in *data* and lies there still, oldest first.

    :raises OSError: if it cannot be read.
    """
    folder = data / QUARANTINE_FOLDER
    found = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ()
    return tuple(_read(path) for path in found)


def is_aside(data: Path, name: str) -> bool:
    """Tell whether a database *name* was put aside in *data* and lies there still.

    :raises OSError: if it cannot be read.
    """
    return any((each.folder / name).exists() for each in lying_aside(data))


def _read(folder: Path) -> Aside:
    try:
        values = json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
        fates = tuple(Fate(**each) for each in values["fates"])
        return Aside(folder, from_text(values["at"]), fates, values["lockdown"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Power was cut between the two, or somebody put files there by hand.
        at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        return Aside(folder, at, (), lockdown=False)


def _new_folder(parent: Path, now: datetime) -> Path:
    name = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    # Two users of one group work here, as in the folder around it.
    parent.mkdir(mode=0o770, exist_ok=True)
    for number in range(1000):
        folder = parent / (name if not number else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o770)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"{parent / name} and a thousand others exist")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
