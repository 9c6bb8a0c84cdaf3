"""What kind of file a stored video is, and whether all of it is there, by its own table of contents.

Only containers that hold their pictures themselves are let through to the decoder: a playlist, which
FFmpeg would follow too, may name any other file of this machine or an address in the network.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import BinaryIO

from edge.errors import VideoError


class Format(StrEnum):
    """Containers, in Rekognition's words where it has some."""

    MP4 = "MP4"
    MOV = "MOV"
    AVI = "AVI"
    MATROSKA = "Matroska"


_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
"""With which an MP4 or a QuickTime file may begin (ISO/IEC 14496-12; QuickTime File Format)."""

_QUICKTIME = b"qt  "
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"

_MOST_BOXES = 1_000_000
"""Six hours in fragments of a second have 43,200 boxes of the outermost level."""

REMEDY = "Convert it with `ffmpeg -i FILE -c:v libx264 NEW.mp4`."


def identify(file: BinaryIO) -> Format:
    """Return what *file* is; its position is changed.

    :raises VideoError: if it is no video of a known kind, or its end is missing.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(64)
    if head[4:8] in _BOXES:
        _refuse_cut_off(*_boxes(file, size))
        return Format.MOV if head[4:8] != b"ftyp" or head[8:12] == _QUICKTIME else Format.MP4
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        _refuse_cut_off(int.from_bytes(head[4:8], "little") + 8, size)
        return Format.AVI
    if head[:4] == _EBML:
        _refuse_cut_off(_segment_end(head), size)
        return Format.MATROSKA
    raise VideoError("The file is no MP4, MOV, AVI or Matroska video.", remedy=REMEDY)


def _refuse_cut_off(end: int, size: int) -> None:
    if end > size:
        raise VideoError(
            f"The video is cut off: of {end} bytes there are {size}.", remedy="Copy it again."
        )


def _boxes(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return where the outermost boxes end, and where they should.

    :raises VideoError: if they make no sense, or there is no index among them.
    """
    at, indexed = 0, False
    for _ in range(_MOST_BOXES):
        if at + 8 > size:
            break
        file.seek(at)
        header = file.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        indexed |= kind == b"moov"
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:  # to the end of the file
            length = size - at
        if length < 8:
            raise VideoError("The video is damaged: its boxes do not fit.", remedy=REMEDY)
        at += length
    if at <= size and not indexed:
        raise VideoError(
            "The video has no index: its recording was never finished.", remedy="Record it again."
        )
    return at, size


def _segment_end(head: bytes) -> int:
    """Return where a Matroska file should end; 0 if it does not say, as of a live recording."""
    at = 4
    length, width, _ = _number(head[at:])
    at += width + length
    if head[at : at + 4] != _SEGMENT:
        return 0
    length, width, known = _number(head[at + 4 :])
    return at + 4 + width + length if known else 0


def _number(data: bytes) -> tuple[int, int, bool]:
    """Return an EBML number (RFC 8794, 4), its width in bytes, and whether it is known."""
    if not data or data[0] == 0:
        return 0, 1, False
    width = 9 - data[0].bit_length()
    mask = (1 << 7 * width) - 1
    value = int.from_bytes(data[:width], "big") & mask
    return value, width, value != mask
