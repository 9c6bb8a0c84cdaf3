"""Still pictures, read from files that nobody vouches for.

A picture arrives by upload or from a folder of scanned badges, so everything about it is doubted:
its size in bytes, the number of pixels its header announces (a "decompression bomb" is a small file
that unpacks to gigabytes), and its contents. Whatever is wrong becomes one error with a remedy.

JPEG, PNG, WebP, BMP, TIFF and GIF are read: what cameras, telephones and scanners write. The
other decoders of Pillow stay shut, because each is a way in. Colour profiles are not applied.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from edge.domain import Pixels
from edge.errors import ImageError, ImageTooLargeError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")

MAX_BYTES = 64 * 2**20
"""An uncompressed 16-bit 4K picture has 50 MB."""

MAX_PIXELS = 50_000_000
"""The largest sensors of common telephones and cameras; 150 MB once unpacked."""

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by EXIF orientation (CIPA DC-008, table 8)."""


def read_image(
    source: Path | bytes, *, name: str | None = None, formats: tuple[str, ...] = FORMATS
) -> Pixels:
    """Return a picture as BGR pixels, upright, transparent parts on white, first frame only.

    *name* is what an error calls the picture; by default the file's name. *formats* are those of
    the :data:`FORMATS` that are taken.

    :raises ImageTooLargeError: if it has too many bytes or pixels.
    :raises ImageError: if the file is missing, empty, truncated, or not a picture in one of the
        *formats*.
    """
    name = name or (source.name if isinstance(source, Path) else "the picture")
    data = _read_bytes(source, name)
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            _check_size(image, name)
            image.load()
            return _bgr(_upright(image), name)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{name} is not a picture that can be read.",
            remedy=f"Use one of {', '.join(formats)}.",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name) from error
    except Exception as error:  # a decoder fed with nonsense raises nearly any exception there is
        raise ImageError(
            f"{name} is damaged: {str(error).rstrip('.') or type(error).__name__}.",
            remedy="Export or scan it again.",
        ) from error


def _read_bytes(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
            reason = getattr(error, "strerror", None) or error
            raise ImageError(
                f"{name} cannot be read: {reason}.",
                remedy="Check the path and the file's permissions.",
            ) from error
    else:
        data = source
    if not data:
        raise ImageError(f"{name} is empty.", remedy="Copy or upload it again.")
    if len(data) > MAX_BYTES:
        raise ImageTooLargeError(
            f"{name} has more than {MAX_BYTES // 2**20} MiB.",
            remedy="Save it smaller, for instance as a JPEG.",
        )
    return data


def _check_size(image: Image.Image, name: str) -> None:
    """Judge the size by the header, before anything is unpacked."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(name, f": {image.width}×{image.height}")


def _too_many_pixels(name: str, size: str = "") -> ImageTooLargeError:
    return ImageTooLargeError(
        f"{name} has more than {MAX_PIXELS // 1_000_000} million pixels{size}.",
        remedy="Scale it down; a face needs a few hundred pixels, not thousands.",
    )


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, struct.error):
        return image  # damaged EXIF is common and says nothing about the pixels
    transposition = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if transposition is None else image.transpose(transposition)


def _bgr(image: Image.Image, name: str) -> Pixels:
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in {"I", "F"}:
        raise ImageError(
            f"{name} stores its pixels as 32-bit numbers without a defined white.",
            remedy="Save it with 8 or 16 bits per channel.",
        )
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
