"""Is this installation ready: the door alive, the databases readable, the disk not full."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from edge.core import Core
from edge.errors import OstiaryError
from edge.metrics import beat_in
from edge.storage.database import Database

LEAST_FREE = 16 * 2**20
"""Bytes below which a disk counts as full: what the record wants in reserve by default."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look found; *text* is for people and holds no path, no name and no secret."""

    subject: str
    well: bool
    text: str


def look(core: Core, web: Database) -> tuple[Answer, ...]:
    """Look at everything; *web* holds the accounts."""
    return (
        _door(core),
        _readable("collection", lambda: core.database.row("SELECT count(*) FROM sqlite_schema")),
        _readable("audit", lambda: core.audit.count),
        _readable("accounts", lambda: web.row("SELECT count(*) FROM sqlite_schema")),
        _disk(core),
    )


def _door(core: Core) -> Answer:
    beat = beat_in(core.live)
    if beat is None:
        return Answer("door", well=False, text="no sign of life")
    if beat.owed:
        return Answer("door", well=False, text="the disk is full: nobody is let in")
    if beat.fault is not None:
        return Answer("door", well=False, text=f"alive, but cannot look: {beat.fault}")
    return Answer("door", well=True, text="alive")


def _readable(subject: str, read: Callable[[], object]) -> Answer:
    try:
        read()
    except OstiaryError as error:
        # Its message may hold a path; the log and `ostiary doctor` tell it.
        return Answer(subject, well=False, text=type(error).__name__)
    return Answer(subject, well=True, text="readable")


def _disk(core: Core) -> Answer:
    try:
        free = shutil.disk_usage(core.settings.storage.folder).free
    except OSError:
        return Answer("disk", well=False, text="cannot be looked at")
    return Answer("disk", well=free >= LEAST_FREE, text=f"{free // 2**20} MB free")
