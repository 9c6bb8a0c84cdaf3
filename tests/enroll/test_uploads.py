"""What is sent to the form for enrolling that should not be."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zlib
from typing import NoReturn

import pytest

from enroll.accounts import Role
from enroll.uploads import LARGEST_FORM, LARGEST_PHOTO, LARGEST_UPLOAD
from tests.enroll.conftest import Browser, House, token_in, upload

PATH = "/admin/people/enroll"


@pytest.fixture
def clerk(house: House) -> Browser:
    """Sign in somebody who may enroll."""
    return house.signed_in(Role.ENROLLER)


def send(browser: Browser, *photos: bytes) -> tuple[int, str]:
    """Send *photos*; return status and page."""
    answer = browser.send(PATH, {"name": "Ada", "photos": upload(*photos)})
    return answer.status_code, answer.text


def bomb(side: int) -> bytes:
    """Return a PNG of a few kilobytes that unpacks to *side* × *side* pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(side * (side // 8 + 1)), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb(clerk: Browser) -> None:
    """A small file that would unpack to gigabytes is refused by its header."""
    data = bomb(30_000)
    assert len(data) < 200_000
    status, text = send(clerk, data)
    assert status == 422
    assert "Photo 1 has more than 50 million pixels" in text


def test_one_photo_too_large(clerk: Browser) -> None:
    """A photo above the limit is refused while it arrives."""
    status, text = send(clerk, bytes(LARGEST_PHOTO + 1))
    assert status == 413
    assert "each of at most 16 MB" in text


def test_a_form_too_large(clerk: Browser) -> None:
    """So are photos that are too large together, before they are read."""
    token = token_in(clerk.get(PATH))
    answer = clerk.client.post(
        PATH,
        data={"csrf_token": token},
        environ_overrides={"CONTENT_LENGTH": str(LARGEST_UPLOAD + 1)},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_other_forms_are_small(clerk: Browser) -> None:
    """Where no photo is asked for, no megabytes are taken."""
    answer = clerk.client.post("/sign-in", data={"name": "x" * LARGEST_FORM})
    assert answer.status_code == 413


def test_strangers_send_nothing(house: House) -> None:
    """Who is not signed in is refused before the body is looked at."""

    class Untouched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> NoReturn:
            raise AssertionError("the body was read")

    answer = house.browser().client.post(
        PATH,
        input_stream=Untouched(),
        content_length=1000,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 401


def test_another_kind_of_form(clerk: Browser) -> None:
    """What is no form with files is not taken for one."""
    answer = clerk.client.post(PATH, json={"name": "Ada"})
    assert answer.status_code == 415
    assert "JPEG" in answer.text


def test_a_garbled_form(clerk: Browser) -> None:
    """A body that is no form at all is refused."""
    for body in (b"", b"garbage", b"--x\r\n\r\n", os.urandom(4096)):
        answer = clerk.client.post(PATH, data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 400


def test_too_many_parts(clerk: Browser) -> None:
    """A form of thousands of fields is refused."""
    token = token_in(clerk.get(PATH))
    fields = {f"field{number}": "x" for number in range(100)}
    answer = clerk.client.post(
        PATH, data={"csrf_token": token} | fields, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


def test_photos_never_touch_a_disk(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch, portrait: bytes
) -> None:
    """No temporary file is opened, however large the photo."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    for module in ("werkzeug.formparser", "werkzeug.wrappers.request"):
        for name in ("TemporaryFile", "SpooledTemporaryFile"):
            monkeypatch.setattr(f"{module}.{name}", refuse, raising=False)
    padded = portrait + bytes(3 * 2**20)  # a JPEG may be followed by anything
    assert send(clerk, padded)[0] == 302


def test_odd_files(clerk: Browser, portrait: bytes) -> None:
    """A hundred broken files: each is refused with words, none breaks the page."""
    damage = [portrait[: len(portrait) * share // 50] for share in range(49)]
    for start in range(0, len(damage), 10):
        status, text = send(clerk, *damage[start : start + 10])
        assert status == 422
        assert "Nothing was stored" in text
