"""A thousand odd files, one after the other: no crash, no leak, nothing stored."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.collection.people import People
from edge.domain import Pixels
from enroll.accounts import Role
from tests.enroll.conftest import House, upload

PATH = "/admin/people/enroll"
FILES = 1000
SETTLED = 200
"""Files after which caches and allocators have taken what they keep."""
LEAK = 64 * 2**20
"""Bytes. 800 pictures of 100 kB that stayed in memory, unpacked, would be ten times that."""


def resident() -> int:
    """Return the memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def samples(pixels: Pixels) -> list[bytes]:
    """Write a picture without a face as every kind of file that is read, and some that are not."""
    picture = Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    written = []
    for form, mode in (("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"),
                       ("WEBP", "RGB"), ("BMP", "RGB"), ("TIFF", "RGB"), ("GIF", "P")):  # fmt: skip
        file = io.BytesIO()
        picture.convert(mode).save(file, form)
        written.append(file.getvalue())
    return [*written, b"%PDF-1.7 no picture", b"PK\x03\x04 no picture", b"<svg/>", b"", bytes(5000)]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Cut, overwrite or shuffle a file, or leave it as it is."""
    spoiled = bytearray(data)
    kind = chance.randrange(4)
    if kind == 0 and spoiled:
        return bytes(spoiled[: chance.randrange(len(spoiled))])
    if kind == 1:
        for _ in range(chance.randrange(1, 40)):
            if spoiled:
                spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    if kind == 2:
        return chance.randbytes(64) + bytes(spoiled)
    return bytes(spoiled)


@pytest.mark.filterwarnings("ignore")  # what Pillow says of odd files is no error of ours
def test_a_thousand_odd_files(house: House, coffee: Pixels) -> None:
    """Each is refused with a helpful page, memory stays flat, and nobody is enrolled."""
    clerk = house.signed_in(Role.ENROLLER)
    small = np.ascontiguousarray(coffee[::2, ::2])
    files = samples(small)
    chance = random.Random(11)
    settled = refused_as_photos = 0

    for number in range(FILES):
        data = damaged(files[number % len(files)], chance)
        answer = clerk.send(PATH, {"name": "Ada", "badge": f"{number}", "photos": upload(data)})
        assert answer.status_code in (400, 413, 415, 422), (number, answer.status_code)
        assert "Traceback" not in answer.text
        refused_as_photos += "photo 1" in answer.text.lower()
        if number == SETTLED:
            settled = resident()

    assert resident() - settled < LEAK
    assert refused_as_photos > 0.9 * FILES
    assert People(house.database).list("badges") == ()
