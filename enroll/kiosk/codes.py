"""The codes that are printed on badges: QR, Data Matrix, PDF417 and Code 128, read by zxing-cpp."""

from __future__ import annotations

from dataclasses import dataclass

import zxingcpp

from edge.collection.badge_rows import LONGEST_NUMBER
from edge.collection.text import is_presentable
from edge.domain import Pixels

FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Code128,
    ]
)
"""What cards in use carry; every further format would be one more way to misread a pattern."""


@dataclass(frozen=True, slots=True)
class Code:
    """A badge's *number* as printed, and where in the picture: *x*, *y* its middle in pixels."""

    number: str
    x: float
    y: float


def read_code(pixels: Pixels) -> Code | None:
    """Return the code in a picture that can be the number of a badge, or None.

    Two different codes in one picture leave it open which is meant, and count as none.
    """
    found = {}
    for barcode in zxingcpp.read_barcodes(
        pixels, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain
    ):
        number = barcode.text.strip()
        if is_presentable(number, longest=LONGEST_NUMBER):
            corners = barcode.position
            ends = corners.top_left, corners.bottom_right
            found[number] = Code(
                number, sum(end.x for end in ends) / 2, sum(end.y for end in ends) / 2
            )
    return next(iter(found.values())) if len(found) == 1 else None
