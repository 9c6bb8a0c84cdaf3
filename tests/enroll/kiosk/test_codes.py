"""Reading the codes on badges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp

from edge.domain import Pixels
from enroll.kiosk.codes import read_code


def printed(number: str, kind: str) -> Pixels:
    """Return a code as printed."""
    code = zxingcpp.create_barcode(number, getattr(zxingcpp.BarcodeFormat, kind))
    grey = np.array(zxingcpp.write_barcode_to_image(code, scale=3))
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def card(*codes: Pixels, width: int = 1280, height: int = 720) -> Pixels:
    """Return codes on a grey card, one below the other."""
    picture = np.full((height, width, 3), 200, np.uint8)
    top = 40
    for code in codes:
        picture[top : top + code.shape[0], 60 : 60 + code.shape[1]] = code
        top += code.shape[0] + 40
    return picture


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "PDF417", "Code128"])
def test_every_kind(kind: str) -> None:
    """The number is read as printed, turned and slightly blurred as in a hand, too."""
    picture = card(printed("E-10442", kind))
    turn = cv2.getRotationMatrix2D((320, 200), 4, 1.0)
    for seen in (
        picture,
        cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.uint8),
        cv2.warpAffine(picture, turn, (1280, 720), borderValue=(200, 200, 200)).astype(np.uint8),
    ):
        found = read_code(seen)
        assert found is not None
        assert found.number == "E-10442"


def test_where_it_is() -> None:
    """The middle of the code is told, to find what belongs to it."""
    code = printed("E-10442", "QRCode")
    found = read_code(card(code))
    assert found is not None
    assert found.x == pytest.approx(60 + code.shape[1] / 2, abs=3)
    assert found.y == pytest.approx(40 + code.shape[0] / 2, abs=3)


def test_two_codes() -> None:
    """Two numbers in one picture are none: nobody gets a neighbour's badge."""
    assert read_code(card(printed("E-1", "QRCode"), printed("E-2", "QRCode"))) is None
    same = card(printed("E-1", "QRCode"), printed("E-1", "DataMatrix"))
    assert (found := read_code(same)) is not None
    assert found.number == "E-1"


@pytest.mark.parametrize("number", ["x" * 65, "a\x00b", "   "])
def test_what_is_no_number(number: str) -> None:
    """A code that could not be stored as a badge's number is not taken for one."""
    assert read_code(card(printed(number, "QRCode"))) is None


def test_no_code(astronaut: Pixels, coffee: Pixels) -> None:
    """Pictures without a code have none."""
    assert read_code(astronaut) is None
    assert read_code(coffee) is None
