"""ZIP archives that nobody vouches for, read member by member and never unpacked to a disk.

Everything an archive can do to whoever unpacks it is refused before a byte is unpacked: names that
lead out of it, links, members that are announced larger than any photo, or far larger than they are
stored (a "ZIP bomb" is a small file that unpacks to gigabytes), more members than a building has
people. What a member announces is held against it when it is read.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from edge.errors import EnrollmentError, ImageError

MOST_MEMBERS = 100_000
"""Two photos for each of 50,000 people."""

MOST_MEMBER_BYTES = 64 * 2**20
"""As large as a picture may be; see edge/vision/image.py."""

MOST_BYTES = 16 * 2**30
"""Of all members together, unpacked: 100,000 photos of 160 kB. They are never in memory together."""

MOST_RATIO = 100
"""How much smaller a member may be stored than it is. A table shrinks to a tenth, a photo hardly;
deflate can do 1032:1."""

FREE_BYTES = 2**20
"""Members up to this size may shrink to anything, such as a table of blanks."""

LONGEST_NAME = 255

_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What zipfile raises on nonsense; UnicodeDecodeError is a ValueError."""


class Archive:
    """A ZIP archive, checked as a whole when it is opened; threads may share it.

    :raises EnrollmentError: if it is none, or one of its members is refused; all are named.
    """

    def __init__(self, source: Path | bytes, *, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(
                source if isinstance(source, Path) else io.BytesIO(source), mode="r"
            )
            members = self._zip.infolist()
        except (*_DAMAGED, RuntimeError) as error:
            raise EnrollmentError(
                f"{name} is not a ZIP archive, or is damaged.", remedy="Make it anew."
            ) from error
        faults = _faults(members)
        if faults:
            self.close()
            shown = "; ".join(faults[:20]) + (" …" if len(faults) > 20 else "")
            raise EnrollmentError(
                f"{name} is refused: {shown}",
                remedy="Pack the table and the photos anew, with nothing else, and no password.",
            )
        self._members = {
            str(PurePosixPath(member.filename)): member
            for member in members
            if not _is_folder(member)
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, sorted, with ``/`` between folders."""
        return tuple(sorted(self._members))

    def close(self) -> None:
        """Give the file back; may be called twice."""
        self._zip.close()

    def read(self, name: str) -> bytes:
        """Return what one member holds.

        :raises ImageError: if there is no such member, or it is damaged.
        """
        member = self._members.get(name)
        if member is None:
            raise ImageError(f"{name} is not in {self._name}.", remedy="Pack it with the table.")
        try:
            with self._zip.open(member) as file:
                data = file.read(member.file_size + 1)
        except (*_DAMAGED, RuntimeError) as error:
            raise ImageError(
                f"{name} in {self._name} is damaged.", remedy="Pack it anew."
            ) from error
        if len(data) != member.file_size:
            raise ImageError(f"{name} in {self._name} is not what it announces to be.")
        return data


def _faults(members: list[zipfile.ZipInfo]) -> list[str]:
    if len(members) > MOST_MEMBERS:
        return [f"it has {len(members)} files; {MOST_MEMBERS} are the most"]
    if sum(member.file_size for member in members) > MOST_BYTES:
        return [f"unpacked it would have more than {MOST_BYTES // 2**30} GiB"]
    faults = [
        f"{member.filename[:80]!r} {fault}" for member in members if (fault := _fault(member))
    ]
    seen: set[str] = set()
    for member in members:
        path = str(PurePosixPath(member.filename))
        if path in seen and not _is_folder(member):
            faults.append(f"{path[:80]!r} is in it twice")
        seen.add(path)
    return faults


def _is_folder(member: zipfile.ZipInfo) -> bool:
    # Not ZipInfo.is_dir(), which fails where there is no name.
    return member.filename.endswith("/")


def _fault(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with one member, or nothing."""
    name = member.orig_filename
    mode = member.external_attr >> 16
    kind = stat.S_IFMT(mode)
    leads_out = (
        "\\" in name
        or ":" in name
        or "\0" in name
        or PurePosixPath(name).is_absolute()
        or ".." in PurePosixPath(name).parts
        or len(name) > LONGEST_NAME
    )
    checks = (
        (not PurePosixPath(member.filename).parts, "has no name"),
        (leads_out, "has a name that may lead out of the archive"),
        (kind not in {0, stat.S_IFREG, stat.S_IFDIR}, "is a link or a device"),
        (member.flag_bits & _ENCRYPTED, "is encrypted"),
        (member.compress_type not in _READABLE, "is packed in a way that is not read"),
        (member.file_size > MOST_MEMBER_BYTES, f"has more than {MOST_MEMBER_BYTES // 2**20} MiB"),
        (
            member.file_size > max(FREE_BYTES, MOST_RATIO * member.compress_size),
            f"would unpack to more than {MOST_RATIO} times its size",
        ),
    )
    return next((fault for wrong, fault in checks if wrong), "")
