"""What is stored: the databases by size and soundness, the models by digest; nothing in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.collection.database import open_collection
from edge.core import Core
from edge.errors import OstiaryError
from edge.logs.rendering import described
from edge.storage.database import Database
from edge.storage.sqlite import open_database


def databases(core: Core) -> list[dict[str, object]]:
    """Return each database's size, its log's, its version, and what a full check of it says."""

    def opener(migrations: str) -> Callable[[Path], Database]:
        return lambda path: open_database(path, core.key, migrations=migrations, read_only=True)

    kept: tuple[tuple[Path, Callable[[Path], Database]], ...] = (
        (core.collection_path, lambda path: open_collection(path, core.key, read_only=True)),
        (core.audit_path, opener("edge.audit")),
        (core.desk_path, opener("edge.desk")),
        (core.video_path, opener("edge.video")),
        (core.web_path, opener("enroll")),
    )
    return [_checked(path, opened) for path, opened in kept if path.exists()]


def models(core: Core) -> list[dict[str, object]]:
    """Return each model's state, with the digest that is expected and the one that was found."""
    return [
        {
            "name": status.entry.name,
            "file": status.file.name,
            "state": status.state.value,
            "expected": status.entry.prepared.sha256,
            "found": status.found,
        }
        for status in core.models.status()
    ]


def _checked(path: Path, opened: Callable[[Path], Database]) -> dict[str, object]:
    log = path.with_name(f"{path.name}-wal")
    told: dict[str, object] = {
        "file": path.name,
        "bytes": path.stat().st_size,
        "log_bytes": log.stat().st_size if log.exists() else 0,
        "mode": f"{path.stat().st_mode & 0o7777:04o}",
    }
    try:
        with opened(path) as database:
            row = database.row("PRAGMA user_version")
            told["version"] = None if row is None else row[0]
            database.check_integrity()
    except OstiaryError as error:
        return told | {"integrity": described(error, personal=False)}
    return told | {"integrity": "ok"}
