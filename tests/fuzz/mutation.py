"""Good inputs, spoilt: as hypothesis draws it, so that what it finds it also makes small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hypothesis import strategies as st

Edit: TypeAlias = tuple[str, int, int, bytes]

ODD_BYTES: tuple[bytes, ...] = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xed\xa0\x80",
    b"\r\n",
    b'"',
    b"'",
    b"[" * 2000,
    b"{" * 2000,
    b'{"a":' * 2000,
    b"9" * 5000,
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"0",
)

_KINDS = ("flip", "put", "cut", "double", "end", "number")


def inputs(seeds: Sequence[bytes], words: Sequence[bytes], most: int) -> st.SearchStrategy[bytes]:
    """Return spoilt *seeds*, and now and then any bytes; at most *most* of them."""
    piece = st.sampled_from([*ODD_BYTES, *words]) | st.binary(max_size=8)
    if len(seeds) > 1:
        piece |= st.sampled_from(list(seeds))
    edit = st.tuples(st.sampled_from(_KINDS), st.integers(0, 2**20), st.integers(0, 2**20), piece)
    spoilt = st.builds(_spoilt, st.sampled_from(list(seeds)), st.lists(edit, max_size=6))
    return st.one_of(spoilt, spoilt, spoilt, st.binary(max_size=300)).map(lambda data: data[:most])


def _spoilt(seed: bytes, edits: Sequence[Edit]) -> bytes:
    data = seed
    for edit in edits:
        data = _edited(data, *edit)
    return data


def _edited(data: bytes, kind: str, first: int, second: int, piece: bytes) -> bytes:
    at = first % (len(data) + 1)
    length = second % 64
    match kind:
        case "flip":
            changed = bytes((data[at] ^ (1 << second % 8),)) if at < len(data) else piece
            return data[:at] + changed + data[at + 1 :]
        case "put":
            return data[:at] + piece + data[at + (length if second % 2 else 0) :]
        case "cut":
            return data[:at] + data[at + length :]
        case "double":
            return data[: at + length] + data[at:]
        case "end":
            return data[:at]
    width = (1, 2, 4, 8)[second % 4]  # a number of a binary format, most of all a length
    return data[:at] + (second * 2654435761).to_bytes(8, "little")[:width] + data[at + width :]
