"""What a write-ahead log says that it holds, by its own frame headers, which are not encrypted.

SQLite stops reading a log at the first frame that does not fit and says nothing: after a power cut
that is a transaction which nobody was told of. After a byte that changed, it is everything behind it:
a person's erasure, a badge's revocation. Each transaction is synced before the next one begins, so if
two or more are behind the place where SQLite stops, what was acknowledged is lost.

Format: sqlite.org/fileformat2.html, 4.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

_HEADER = struct.Struct(">8I")
"""Magic, version, page size, checkpoint number, two salts, two checksums."""

_FRAME = struct.Struct(">6I")
"""Page number, pages in the database after a commit or 0, two salts, two checksums."""

_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""Tells in which order of bytes the checksums are computed."""

_BLOCK = 2**16
_WORD = 0xFFFFFFFF


def commits_in(log: Path) -> tuple[int, ...] | None:
    """Return the numbers of the frames, from 1, that end a transaction since the log last began anew.

    None if the log's own header is damaged: then nothing of it is read. A log that is missing, empty
    or nothing but zeros, which a power cut leaves of one that was just begun, holds none.

    :raises OSError: if it cannot be read.
    """
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return ()
    with file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return ()
        if not any(header):
            # The header is synced before the first page follows it.
            return None if any(any(block) for block in iter(lambda: file.read(_BLOCK), b"")) else ()
        if not _holds(header):
            return None
        _, _, page_bytes, _, *salts, _, _ = _HEADER.unpack(header)
        whole = (os.fstat(file.fileno()).st_size - _HEADER.size) // (_FRAME.size + page_bytes)
        commits = []
        for number in range(1, whole + 1):
            _, commit, *own, _, _ = _FRAME.unpack(file.read(_FRAME.size))
            if commit and own == salts:
                commits.append(number)
            file.seek(page_bytes, os.SEEK_CUR)
    return tuple(commits)


def lost_behind(commits: tuple[int, ...], read: int) -> int:
    """Return how many transactions of *commits* SQLite does not read, which stops behind *read*."""
    return sum(1 for number in commits if number > read)


def _holds(header: bytes) -> bool:
    """Tell whether the checksum of the log's header fits."""
    order = _MAGIC.get(_HEADER.unpack(header)[0])
    if order is None:
        return False
    words = struct.unpack(f"{order}6I", header[:24])
    one = other = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + other) & _WORD
        other = (other + odd + one) & _WORD
    return struct.unpack(">2I", header[24:]) == (one, other)
