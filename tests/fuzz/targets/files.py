"""Files that somebody hands over: pictures, tables, archives, people from another device, backups."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from edge.errors import ImageError
from edge.importing import read_rows
from edge.vision.image import FORMATS, MAX_PIXELS, read_image
from enroll import csv_text
from tests.fuzz.target import Target, Try, alone

_ORIENTATION = 0x0112


@cache
def pictures() -> tuple[bytes, ...]:
    """Return small pictures in every format that is read, in the modes that cameras write."""
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    colour = Image.fromarray(noise)
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    found = [_saved(colour, form) for form in FORMATS]
    found += [
        _saved(colour, "JPEG", exif=exif),
        _saved(colour, "JPEG", progressive=True),
        _saved(colour.convert("CMYK"), "JPEG"),
        _saved(colour.convert("L"), "PNG"),
        _saved(colour.convert("RGBA"), "PNG", exif=exif),
        _saved(colour.convert("P"), "PNG", transparency=3),
        _saved(Image.fromarray(noise[:, :, 0].astype(np.uint16) << 8), "PNG"),
        _saved(colour, "WEBP", lossless=True),
        _saved(colour, "TIFF", compression="tiff_lzw"),
        _saved(colour, "TIFF", compression="tiff_adobe_deflate"),
        _saved(colour.convert("1"), "TIFF", compression="group4"),
        _saved(colour, "GIF", save_all=True, append_images=[colour.rotate(90)]),
    ]
    return tuple(found)


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _picture(data: bytes) -> None:
    pixels = read_image(data)
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert pixels.shape[0] * pixels.shape[1] <= MAX_PIXELS


TABLES = (
    b"name,badge,photo\nAda,4711,ada.jpg\nGrace,4712,a.jpg;b.jpg\n",
    "\ufeffname;badge;photo;external_id;valid_from;valid_until;retention_until;groups\n"
    "Zoë;1;z.jpg;x-1;2026-01-01;2026-12-31;2030-01-01;Staff;\n"
    '"Li; Ma";2;"l.jpg;m.jpg";x-2;2026-01-01T08:00;;2027-01-01T00:00:00+02:00;"Staff;Night"\n'.encode(),
)


@contextmanager
def _folder_of_tables(folder: Path) -> Iterator[Try]:
    path = folder / "people.csv"
    (folder / "ada.jpg").write_bytes(pictures()[0])

    def read(data: bytes) -> None:
        path.write_bytes(data)
        rows = read_rows(path)
        assert len({row.badge for row in rows}) == len(rows)
        for row in rows[:50]:
            assert row.person.name
            for moment in (row.person.valid_from, row.person.valid_until):
                assert moment is None or moment.tzinfo is not None
            for photo in row.photos[:5]:
                _looked_at(photo.source())

    yield read


def _looked_at(source: Path | bytes) -> None:
    with suppress(ImageError):  # a photo that is missing or bad is its row's matter
        read_image(source)


def archives() -> tuple[bytes, ...]:
    """Return an archive with a table, one of named photos, and one of a packed folder."""
    photo = pictures()[0]
    return (
        _zip({"people.csv": TABLES[0], "ada.jpg": photo, "a.jpg": photo, "b.jpg": photo}),
        _zip({"4711_Ada_Lovelace.jpg": photo, "4712_Grace/1.png": pictures()[1]}),
        _zip({"staff/4711_Ada.jpg": photo, "__MACOSX/._x": b"", "staff/.DS_Store": b"x"}),
        _zip({"people.csv": TABLES[1], "z.jpg": photo}, zipfile.ZIP_DEFLATED),
        _zip({"people.csv": b"name,badge,photo\n" + b" " * 200_000}, zipfile.ZIP_DEFLATED),
    )


def _zip(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return buffer.getvalue()


def _archive(data: bytes) -> None:
    rows = read_rows(data)
    for row in rows[:50]:
        assert row.badge
        for photo in row.photos[:5]:
            with suppress(ImageError):
                _looked_at(photo.source())


def _spreadsheet(data: bytes) -> None:
    """Write *data* as a cell: no spreadsheet may take it for a formula, and it reads back."""
    text = data.decode(errors="replace")
    (_, line) = csv_text.lines(("a", "b"), [(text, "end")])
    ((cell, end),) = csv.reader(io.StringIO(line, newline=""))
    assert end == "end"
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


_CSV_WORDS = (
    b"name",
    b"badge",
    b"photo",
    b"groups",
    b"valid_from",
    b";",
    b",",
    b'"',
    b"../x",
    b"/dev/zero",
    b"2026-11-02T08:00",
    b"9999-12-31",
    b"0001-01-01T00:00",
)
_ZIP_WORDS = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"people.csv",
    b".jpg",
    b"../",
    b"4711_A.jpg",
)
_PICTURE_WORDS = (
    b"\xff\xd8",
    b"\xff\xe1",
    b"\xff\xc0",
    b"\xff\xda",
    b"Exif\0\0",
    b"IHDR",
    b"IDAT",
    b"iCCP",
    b"zTXt",
    b"acTL",
    b"fdAT",
    b"RIFF",
    b"VP8X",
    b"ALPH",
    b"ANMF",
    b"II*\0",
    b"MM\0*",
    b"GIF89a",
    b"BM",
)

TARGETS = (
    Target(
        "picture",
        "a photograph, by upload or from a folder",
        alone(_picture),
        pictures,
        (ImageError,),
        _PICTURE_WORDS,
    ),
    Target(
        "table", "a CSV of people to import", _folder_of_tables, lambda: TABLES, words=_CSV_WORDS
    ),
    Target(
        "archive",
        "a ZIP of people to import",
        alone(_archive),
        archives,
        words=_ZIP_WORDS + _CSV_WORDS,
        most_bytes=1 << 18,
    ),
    Target(
        "spreadsheet",
        "names and reasons in a CSV that is downloaded",
        alone(_spreadsheet),
        lambda: (b"=1+1", b"Ada", b"'=1", b'"x",y'),
    ),
)
