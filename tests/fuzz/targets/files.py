"""Files that somebody hands over: pictures, tables, archives, people from another device, backups."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from edge.backup.contents import Contents
from edge.errors import CollectionError, EmbeddingError, ImageError, KeyFileError
from edge.importing import read_rows
from edge.moving.document import MovedPeople
from edge.storage.key import Key
from edge.storage.passphrase import MAGIC, unseal_with_passphrase
from edge.storage.sealing import RecoveryKey, seal, unseal
from edge.vision.image import FORMATS, MAX_PIXELS, read_image
from enroll import csv_text
from tests.fuzz.target import Target, Try, alone

KEY = Key(bytes(range(32)))
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
    try:
        read_image(source)
    except ImageError:
        pass  # a photo that is missing or bad is its row's matter


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
            try:
                _looked_at(photo.source())
            except ImageError:
                pass


def moved() -> tuple[bytes, ...]:
    """Return files of people: nobody, and one with everything that a person may have."""
    vector = np.zeros(128, dtype="<f4")
    vector[3] = 1.0
    person = "00000000-0000-0000-0000-00000000000"
    at = "2026-11-02T08:00:00Z"
    face = {
        "box": [0.1, 0.2, 0.3, 0.4],
        "confidence": 0.9,
        "sharpness": 50.0,
        "brightness": 50.0,
        "pose": [0.0, 1.0, 2.0],
        "size": 100.0,
        "occlusion": 0.0,
        "weight": 1.0,
        "reasons": ["LOW_SHARPNESS"],
        "image_id": "i",
        "external_image_id": None,
        "vector": _base64(vector.tobytes()),
    }
    badge = {
        "number": "4711",
        "valid_from": None,
        "valid_until": at,
        "revoked_at": None,
        "duress": False,
    }
    ada = {
        "person_id": f"{person}1",
        "name": "Ada",
        "external_id": None,
        "valid_from": None,
        "valid_until": at,
        "consent": {"text_version": "1", "agreed_at": at, "method": "kiosk"},
        "retention_until": at,
        "declined": False,
        "suspended_at": None,
        "groups": ["Staff"],
        "look_alikes": [f"{person}2"],
        "badges": [badge],
        "faces": [face],
    }
    whole = {
        "format": 1,
        "site": "Lighthouse",
        "at": at,
        "collection_id": "badges",
        "model_name": "sface",
        "model_digest": "a" * 64,
        "dimension": 128,
        "people": [ada],
    }
    return json.dumps(whole).encode(), json.dumps(whole | {"people": []}).encode()


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def _moved(data: bytes) -> None:
    people = MovedPeople.from_json(data)
    assert MovedPeople.from_json(people.to_json()) == people
    for person in people.people:
        _ = person.told, [badge.as_badge for badge in person.badges]
        for face in person.faces:
            try:
                new = face.as_new(people.model)
            except (CollectionError, EmbeddingError):
                continue
            assert abs(float(np.linalg.norm(new.embedding.vector)) - 1) < 1e-3


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


def _contents(data: bytes) -> None:
    """Read *data* as whoever has the site's key would have sealed it."""
    contents = Contents.unsealed(seal(KEY, b"ostiary: contents of a backup", data), KEY)
    assert Contents.unsealed(contents.sealed(KEY), KEY) == contents


def _sealed(data: bytes) -> None:
    """Read *data* as each kind of sealed file: without the key nothing opens."""
    if data in sealed_seeds():
        return
    recovery = RecoveryKey(bytes(range(1, 33)))
    for opened in (
        lambda: Contents.unsealed(data, KEY),
        lambda: unseal(KEY, b"ostiary: a purpose", data),
        lambda: recovery.unseal(data),
    ):
        try:
            opened()
        except KeyFileError:
            continue
        raise AssertionError("opened, although nobody sealed it")


@cache
def sealed_seeds() -> tuple[bytes, ...]:
    """Return sealed files that are the same in every process."""
    with mock.patch("edge.storage.sealing.secrets.token_bytes", return_value=bytes(12)):
        return CONTENTS.sealed(KEY), MAGIC + bytes(64)


def _passphrase(data: bytes) -> None:
    unseal_with_passphrase("four or five random words", MAGIC + data)


def _recovery_words(data: bytes) -> None:
    words = data.decode(errors="replace")
    assert RecoveryKey.from_words(RecoveryKey.from_words(words).words).words


def _spreadsheet(data: bytes) -> None:
    """Write *data* as a cell: no spreadsheet may take it for a formula, and it reads back."""
    import csv

    text = data.decode(errors="replace")
    (_, line) = csv_text.lines(("a", "b"), [(text, "end")])
    ((cell, end),) = csv.reader(io.StringIO(line, newline=""))
    assert end == "end"
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def _contents_seeds() -> Sequence[bytes]:
    return (unseal(KEY, b"ostiary: contents of a backup", CONTENTS.sealed(KEY)),)


_JSON_WORDS = (b'"format":1', b'"at":', b'"2026-11-02T08:00:00"', b"2026", b'"files":', b'"secrets":')
_CSV_WORDS = (b"name", b"badge", b"photo", b"groups", b"valid_from", b";", b",", b'"', b"../x", b"/dev/zero", b"2026-11-02T08:00", b"9999-12-31", b"0001-01-01T00:00")
_ZIP_WORDS = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"people.csv", b".jpg", b"../", b"4711_A.jpg")
_PICTURE_WORDS = (b"\xff\xd8", b"\xff\xe1", b"\xff\xc0", b"\xff\xda", b"Exif\0\0", b"IHDR", b"IDAT", b"iCCP", b"zTXt", b"acTL", b"fdAT", b"RIFF", b"VP8X", b"ALPH", b"ANMF", b"II*\0", b"MM\0*", b"GIF89a", b"BM")

TARGETS = (
    Target("picture", "a photograph, by upload or from a folder", alone(_picture), pictures, (ImageError,), _PICTURE_WORDS),
    Target("table", "a CSV of people to import", _folder_of_tables, lambda: TABLES, words=_CSV_WORDS),
    Target("archive", "a ZIP of people to import", alone(_archive), archives, words=_ZIP_WORDS + _CSV_WORDS, most_bytes=1 << 18),
    Target("people-file", "people from another device", alone(_moved), moved, (CollectionError,), _JSON_WORDS),
    Target("backup-contents", "what a backup says of itself", alone(_contents), _contents_seeds, words=_JSON_WORDS),
    Target("sealed", "sealed files, without their key", alone(_sealed), sealed_seeds),
    Target("passphrase", "people's file under a passphrase", alone(_passphrase), lambda: (bytes(64),), (KeyFileError,), share=0.02),
    Target("recovery-words", "a recovery key as it is typed", alone(_recovery_words), lambda: (RecoveryKey(bytes(32)).words.encode(),), (KeyFileError,)),
    Target("spreadsheet", "names and reasons in a CSV that is downloaded", alone(_spreadsheet), lambda: (b"=1+1", b"Ada", b"'=1", b'"x",y')),
)
