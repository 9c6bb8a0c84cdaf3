"""Who is to be imported: from folders, tables, and archives of either."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from edge.errors import EnrollmentError, ImageError
from edge.rows import Row, read_rows
from tests.edge.test_archive import packed

TABLE = b"name,badge,photo,external_id,retention_until\n" + (
    "Zoë Ada,77,photos\\a.jpg;b.jpg,E1,2031-12-31\nBob,78,b.jpg,,\n".encode()
)


def told(rows: tuple[Row, ...]) -> list[tuple[str, str, list[str]]]:
    """Return badge, name and photos of *rows*."""
    return [(row.badge, row.person.name, [photo.name for photo in row.photos]) for row in rows]


def test_a_table_in_an_archive() -> None:
    """Its photos are the archive's, wherever the two lie in it, as Windows writes paths, too."""
    for folder in ("", "export/"):
        data = packed(
            (f"{folder}staff.csv", b"\xef\xbb\xbf" + TABLE),
            (f"{folder}photos/a.jpg", b"A"),
            (f"{folder}b.jpg", b"B"),
            ("__MACOSX/._staff.csv", b"?"),
            (f"{folder}.DS_Store", b"?"),
        )
        rows = read_rows(data)
        assert told(rows) == [
            ("77", "Zoë Ada", ["a.jpg", "b.jpg"]), ("78", "Bob", ["b.jpg"]),
        ]  # fmt: skip
        assert [photo.source() for photo in rows[0].photos] == [b"A", b"B"]
        assert rows[0].person.external_id == "E1"
        assert rows[0].person.retention_until == datetime(2032, 1, 1).astimezone()
        assert rows[1].person.retention_until is None


def test_groups_stand_in_one_column() -> None:
    """Several with a semicolon between them; a name that cannot be is a fault of its line."""
    table = b'name,badge,photo,groups\nAda,1,a.jpg,"Staff; Guards;"\nBob,2,b.jpg,\n'
    photos = (("a.jpg", b"A"), ("b.jpg", b"B"))
    rows = read_rows(packed(("staff.csv", table), *photos))
    assert [row.groups for row in rows] == [{"Staff", "Guards"}, frozenset()]

    table = table.replace(b"Staff", b"x" * 65)
    with pytest.raises(EnrollmentError, match=r"line 2: .*name of a group"):
        read_rows(packed(("staff.csv", table), *photos))


@pytest.mark.parametrize("outer", ["", "badge_photos/", "my/"])
def test_a_folder_in_an_archive(outer: str) -> None:
    """Photos named by badge and person, as in a folder; with the folder around them, too."""
    data = packed(
        (f"{outer}77_Zoë_Ada/1.jpg", b"A"),
        (f"{outer}77_Zoë_Ada/2.JPG", b"B"),
        (f"{outer}78_Bob.png", b"C"),
        (f"{outer}notes.txt", b"?"),
    )
    assert told(read_rows(data)) == [
        ("77", "Zoë Ada", ["1.jpg", "2.JPG"]), ("78", "Bob", ["78_Bob.png"]),
    ]  # fmt: skip


def test_one_person_s_folder_alone_in_an_archive() -> None:
    """Is that person, not a wrapper."""
    assert told(read_rows(packed(("77_Ada/1.jpg", b"A"), ("77_Ada/2.jpg", b"B")))) == [
        ("77", "Ada", ["1.jpg", "2.jpg"])
    ]


def test_an_archive_as_a_file(tmp_path: Path) -> None:
    """Is read as well."""
    file = tmp_path / "staff.ZIP"
    file.write_bytes(packed(("77_Ada.jpg", b"A")))
    (row,) = read_rows(file)
    assert row.photos[0].source() == b"A"


def test_an_archive_reads_no_file_of_the_machine(tmp_path: Path) -> None:
    """Whatever its table names; what is not packed is refused when its turn comes."""
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"S")
    for name in (str(secret), f"../../../../../../..{secret}", "nowhere.jpg"):
        (row,) = read_rows(packed(("staff.csv", f"name,badge,photo\nAda,77,{name}\n".encode())))
        with pytest.raises(ImageError, match="is not in the archive"):
            row.photos[0].source()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([], "names nobody"),
        ([("a.txt", b"")], "names nobody"),
        ([("a.csv", TABLE), ("b.csv", TABLE)], "2 tables"),
        ([("a.csv", b"name,badge\nAda,77\n")], "'photo' is missing"),
        ([("a.csv", b"\xff\xfe\x00")], "cannot be read as a table"),
        ([("a.csv", b'name,badge,photo\n"' + b"x" * 200_000)], "field larger"),
        ([("a.csv", b"name,badge,photo,valid_from\nA,1,a.jpg,9999-12-31T23:59-23:59\n")], "line 2"),
        ([("a.csv", b"name,badge,photo,external_id\nA,1,a.jpg,7\nB,2,b.jpg,7\n")], "id 7 stands"),
        ([("Ada.jpg", b"")], "should be <badge>_<name>"),
        ([("1_Ada.jpg", b""), ("1_Bob.jpg", b"")], "badge 1 stands"),
        ([("x/1_Ada/more/a.jpg", b"")], "should be <badge>_<name>"),
    ],
)
def test_faults_are_told(members: list[tuple[str, bytes]], words: str) -> None:
    """Before anything is imported."""
    with pytest.raises(EnrollmentError, match=words):
        read_rows(packed(*members))
