"""What some backup says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

from edge.backup.contents import Contents

PURPOSE = b"ostiary: contents of a backup"
"""Under which it is sealed: another one's seal opens nothing here."""

CONTENTS = Contents(
    at=datetime(2026, 11, 2, 8, tzinfo=UTC),
    version="0.1.0",
    site="Lighthouse",
    door="front",
    installation="ab" * 8,
    files={"collection.db": "a" * 64},
    entries=3,
    head="b" * 64,
    settings="[door]\n",
    secrets={"osdp/panel.key": "c" * 32},
)
