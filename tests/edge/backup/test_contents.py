"""What a backup says of itself: read as it was written, or refused without a word of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from edge.backup.contents import Contents
from edge.errors import StorageError
from edge.storage.key import Key
from edge.storage.sealing import seal, unseal

KEY = Key.random()
PURPOSE = b"ostiary: contents of a backup"
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


def test_it_is_read_as_it_was_written() -> None:
    """Under the same key."""
    assert Contents.unsealed(CONTENTS.sealed(KEY), KEY) == CONTENTS


@pytest.mark.parametrize(
    "changed",
    [
        {"at": None},
        {"at": 3},
        {"at": "yesterday"},
        {"at": "2026-11-02T08:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"site": None},
        {"files": ["collection.db"]},
        {"files": {"collection.db": 3}},
        {"secrets": "osdp/panel.key"},
        {"entries": "3"},
        {"more": 1},
    ],
    ids=str,
)
def test_values_of_another_kind_are_refused(changed: dict[str, object]) -> None:
    """A fault of another version must not be met half-way through a restore."""
    values = json.loads(unseal(KEY, PURPOSE, CONTENTS.sealed(KEY))) | changed
    with pytest.raises(StorageError, match=r"cannot be read|does not know") as refused:
        Contents.unsealed(seal(KEY, PURPOSE, json.dumps(values).encode()), KEY)
    assert "c" * 32 not in repr(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_contents_is_refused(content: bytes) -> None:
    """Though it was sealed with the key."""
    with pytest.raises(StorageError, match="cannot be read"):
        Contents.unsealed(seal(KEY, PURPOSE, content), KEY)
