"""A disk that lies: what it was told, in order, and what may be left of it when power is cut.

Until a file is synced, any part of what was written to it may be on the disk or not, in any order, and
a write may be torn. Until a folder is synced, the same goes for the names in it (fsync(2)). That is
weaker than what ext4 keeps, whose journal holds names in order, so a cut is made in several ways.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

SECTOR = 512
"""Bytes that a disk writes at once (SQLite's default, too): within one, a write is torn at any byte."""

ROOT = 0
"""The number of the folder that everything is in."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file or *folder* came to be, as *node*; until it is named nobody finds it."""

    node: int
    folder: bool


@dataclass(frozen=True, slots=True)
class Written:
    """*data* was written to the file *node* at *offset*."""

    node: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """The file *node* was cut off or extended to *size* bytes."""

    node: int
    size: int


@dataclass(frozen=True, slots=True)
class Named:
    """Names changed, in one step: each is a folder, a name in it, and what has it now, or None."""

    changes: tuple[tuple[int, str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """The file or folder *node* was asked to be on the disk, and it said that it is."""

    node: int


@dataclass(frozen=True, slots=True)
class Said:
    """The program said *text* to somebody; a disk knows nothing of it."""

    text: str


Step: TypeAlias = Made | Written | Resized | Named | Synced | Said


class Cut(Enum):
    """What a disk makes of what was not synced when power is cut."""

    NOTHING = "nothing of it is left"
    JOURNAL = "it is left up to some moment"
    ANY = "any part of it is left"
    ALL = "all of it is left"


@dataclass(frozen=True, slots=True)
class Image:
    """Files as bytes, folders as names, by number."""

    files: dict[int, bytes]
    folders: dict[int, dict[str, int]]

    def under(self, folder: int = ROOT, path: str = "") -> Iterator[tuple[str, bytes | None]]:
        """Yield every path in *folder*, folders first, with its content; None is a folder's."""
        for name, node in sorted(self.folders[folder].items()):
            inner = f"{path}{name}"
            if node in self.folders:
                yield inner, None
                yield from self.under(node, f"{inner}/")
            else:
                yield inner, self.files[node]

    def lay_out(self, folder: Path) -> None:
        """Write it into the empty *folder*."""
        for path, content in self.under():
            target = folder / path
            if content is None:
                target.mkdir(mode=0o700)
            else:
                target.touch(mode=0o600)
                target.write_bytes(content)


def cut(before: Image, steps: Sequence[Step], how: Cut, chance: random.Random) -> Image:
    """Return what is left of *steps*, done to *before*, when power is cut after the last of them."""
    files = {node: bytearray(content) for node, content in before.files.items()}
    folders = {node: dict(names) for node, names in before.folders.items()}
    share = chance.choice((0.1, 0.5, 0.9))
    told = _with_safety(steps)
    pending = sum(not safe for _, safe in told)
    # Of a journal so many steps are left, and of the next one a part.
    whole = chance.randrange(pending + 1)
    for step, safe in told:
        parts: tuple[Step, ...] = (step,)
        if not safe:
            parts = _left(step, how, chance, share, ahead=whole)
            whole -= 1
        for part in parts:
            apply(part, files, folders)
    return Image({node: bytes(content) for node, content in files.items()}, folders)


def _with_safety(steps: Sequence[Step]) -> list[tuple[Step, bool]]:
    """Return each step that changes the disk, and whether it was synced afterwards."""
    synced: set[int] = set()
    told: list[tuple[Step, bool]] = []
    for step in reversed(steps):
        match step:
            case Synced(node):
                synced.add(node)
            case Written(node) | Resized(node):
                told.append((step, node in synced))
            case Named(changes):
                told.append((step, all(folder in synced for folder, _, _ in changes)))
            case Made():
                told.append((step, True))
            case Said():
                pass
    return told[::-1]


def _left(
    step: Step, how: Cut, chance: random.Random, share: float, *, ahead: int
) -> tuple[Step, ...]:
    """Return what is left of a step that was not synced, *ahead* of what the journal lost."""
    if how is Cut.ALL or (how is Cut.JOURNAL and ahead > 0):
        return (step,)
    if how is Cut.NOTHING or (how is Cut.JOURNAL and ahead < 0):
        return ()
    if isinstance(step, Written):
        return _torn(step, chance, share)
    return (step,) if chance.random() < share else ()


def _torn(step: Written, chance: random.Random, share: float) -> tuple[Step, ...]:
    """Return some sectors of a write, one of them in part, and perhaps its length without its bytes."""
    left: list[Step] = []
    end = step.offset + len(step.data)
    if chance.random() < share / 2:
        left.append(Written(step.node, end, b""))
    start = step.offset
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if chance.random() < share:
            until = chance.randint(start, stop) if chance.random() < 0.2 else stop
            data = step.data[start - step.offset : until - step.offset]
            left.append(Written(step.node, start, data))
        start = stop
    return tuple(left)


def apply(step: Step, files: dict[int, bytearray], folders: dict[int, dict[str, int]]) -> None:
    """Do *step* to *files* and *folders*."""
    match step:
        case Made(node, folder):
            if folder:
                folders[node] = {}
            else:
                files[node] = bytearray()
        case Written(node, offset, data):
            content = files[node]
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset : offset + len(data)] = data
        case Resized(node, size):
            content = files[node]
            del content[size:]
            content.extend(bytes(size - len(content)))
        case Named(changes):
            for where, name, named in changes:
                if named is None:
                    folders[where].pop(name, None)
                else:
                    folders[where][name] = named
