"""Archives from strangers: read without a trace, or refused without harm."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge import archive
from edge.archive import Archive
from edge.errors import EnrollmentError, ImageError


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], deflated: bool = False) -> bytes:
    """Return a ZIP archive of *members*."""
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


def opened(data: bytes) -> Archive:
    """Open an archive as it comes from a browser."""
    return Archive(data, name="staff.zip")


def test_members_are_read_by_name(tmp_path: Path) -> None:
    """From bytes or from a file; folders are no members."""
    data = packed(("photos/", b""), ("photos/a.jpg", b"A" * 5000), ("staff.csv", b"x"))
    file = tmp_path / "staff.zip"
    file.write_bytes(data)
    for source in (data, file):
        found = Archive(source, name="staff.zip")
        assert found.names == ("photos/a.jpg", "staff.csv")
        assert found.read("photos/a.jpg") == b"A" * 5000
        found.close()
        found.close()


def test_what_is_not_in_it_is_named() -> None:
    """A photo that the table names and nobody packed."""
    with pytest.raises(ImageError, match=r"b\.jpg is not in staff\.zip"):
        opened(packed(("a.jpg", b"A"))).read("b.jpg")


@pytest.mark.parametrize(
    "name",
    ["../key", "a/../../key", "/etc/passwd", "C:/key", "..\\key", "a\\b.jpg", "a" * 300, "a:b"],
)
def test_names_that_lead_out_are_refused(name: str) -> None:
    """Whatever system would take them for a way out."""
    with pytest.raises(EnrollmentError, match="may lead out"):
        opened(packed((name, b"x")))


@pytest.mark.parametrize("name", ["", ".", "./.", "\0", "\0.jpg"])
def test_members_without_a_name_are_refused(name: str) -> None:
    """Whatever ends up nameless once it is cut off at a NUL, or leads nowhere."""
    data = packed(("a.jpg", b"x"), ("b.jpg", b"y"))
    nameless = name.encode().ljust(5, b"\0")
    if not name:  # zipfile writes none: the length of the name is changed instead
        nameless, data = b"", _without_a_name(data)
    with pytest.raises(EnrollmentError, match=r"has no name|may lead out"):
        opened(data.replace(b"b.jpg", nameless) if nameless else data)


def _without_a_name(data: bytes) -> bytes:
    """Take the name of the last member out of an archive, and correct what tells its length."""
    directory = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entry = data[directory:end].replace(b"b.jpg", b"")
    entry = entry[:28] + b"\0\0" + entry[30:]
    size = int.from_bytes(data[end + 12 : end + 16], "little") - 5
    tail = data[end : end + 12] + size.to_bytes(4, "little") + data[end + 16 :]
    return data[:directory] + entry + tail


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind: int) -> None:
    """A link to a file outside is a way out, too."""
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = (kind | 0o777) << 16
    with pytest.raises(EnrollmentError, match="is a link or a device"):
        opened(packed((link, b"/etc/passwd")))


def test_a_bomb_is_refused_unopened() -> None:
    """Far smaller than it unpacks to; a table of blanks is none."""
    with pytest.raises(EnrollmentError, match="100 times its size"):
        opened(packed(("a.jpg", bytes(4 * 2**20)), deflated=True))
    assert opened(packed(("a.csv", b" " * 2**20), deflated=True)).names == ("a.csv",)


def test_too_large_too_many_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """One member, their number, all together: each has its end."""
    data = packed(*((f"{number}.jpg", bytes(100)) for number in range(10)))
    for limit, value, words in (
        ("MOST_MEMBER_BYTES", 99, "MiB"),
        ("MOST_MEMBERS", 9, "it has 10 files"),
        ("MOST_BYTES", 999, "GiB"),
    ):
        with monkeypatch.context() as small:
            small.setattr(archive, limit, value)
            with pytest.raises(EnrollmentError, match=words):
                opened(data)
    assert len(opened(data).names) == 10


def test_a_member_is_not_larger_than_it_announces() -> None:
    """What the list of contents says is held against what comes out."""
    data = bytearray(packed(("a.jpg", b"A" * 50_000), deflated=True))
    at = data.rindex(b"PK\x01\x02") + 24  # the size once unpacked, in the list of contents
    data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ImageError, match=r"a\.jpg in staff\.zip"):
        opened(bytes(data)).read("a.jpg")


def test_a_name_that_is_in_it_twice_is_refused() -> None:
    """Nobody could tell which of the two is meant."""
    with pytest.warns(UserWarning, match="Duplicate"):
        data = packed(("a.jpg", b"A"), ("a.jpg", b"B"))
    with pytest.raises(EnrollmentError, match="in it twice"):
        opened(data)


def test_encrypted_members_are_refused() -> None:
    """They could not be read."""
    data = bytearray(packed(("a.jpg", b"A")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EnrollmentError, match="is encrypted"):
        opened(bytes(data))


def test_a_rare_method_is_refused() -> None:
    """Their unpackers are further ways in."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.jpg", b"A" * 100)
    with pytest.raises(EnrollmentError, match="in a way that is not read"):
        opened(file.getvalue())


@pytest.mark.parametrize("data", [b"", b"PK", b"not an archive", b"PK\x05\x06" * 9])
def test_what_is_no_archive_is_said(data: bytes) -> None:
    """With what helps."""
    with pytest.raises(EnrollmentError, match="is not a ZIP archive"):
        opened(data)


WHOLE = packed(
    ("staff.csv", b"name;badge;photo\n" * 20), ("a.jpg", bytes(range(256))), deflated=True
)


@settings(max_examples=300, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
    end=st.integers(0, len(WHOLE)),
)
def test_any_damage_ends_in_an_error_of_ours(changes: list[tuple[int, int]], end: int) -> None:
    """Never in another, nor in something else than was packed."""
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    try:
        found = opened(bytes(data[:end] if not changes else data))
        for name in found.names:
            found.read(name)
    except (EnrollmentError, ImageError):
        pass
