import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from edge.errors import ImageError
from edge.vision.image import FORMATS, MAX_BYTES, MAX_PIXELS, read_image

RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)  # BGR


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return *image* as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width: int = 40, height: int = 30) -> Image.Image:
    """Return a picture in which no two neighbours are alike."""
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.dstack([columns * 6, rows * 8, (columns + rows) * 3]).astype(np.uint8)
    return Image.fromarray(pixels, "RGB")


def colour(pixels: NDArray[np.uint8], row: int, column: int) -> tuple[int, ...]:
    """Return one pixel, blue first."""
    return tuple(int(value) for value in pixels[row, column])


def png(width: int, height: int) -> bytes:
    """Return a PNG of a few dozen bytes whose header announces *width* by *height* pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_picture_arrives_as_bgr_unchanged(kind: str) -> None:
    """What was stored without loss comes back to the bit, with blue first."""
    picture = gradient()

    pixels = read_image(encoded(picture, kind))

    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert np.array_equal(pixels, np.asarray(picture)[:, :, ::-1])


@pytest.mark.parametrize("kind", FORMATS)
def test_every_listed_format_is_read(kind: str) -> None:
    """A picture in each of the formats that are promised is read at its size."""
    pixels = read_image(encoded(gradient(), kind))

    assert pixels.shape == (30, 40, 3)


def test_picture_is_read_from_a_path(tmp_path: Path) -> None:
    """A file on disk gives the same pixels as its bytes."""
    path = tmp_path / "badge.png"
    path.write_bytes(encoded(gradient()))

    assert np.array_equal(read_image(path), read_image(path.read_bytes()))


def test_a_name_that_no_file_can_have() -> None:
    """A table may name a photo with a NUL in it: that is a picture that cannot be read."""
    with pytest.raises(ImageError, match="cannot be read"):
        read_image(Path("ada\0.jpg"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation: int) -> None:
    """However the camera was held, the picture comes out upright."""
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("red", (0, 0, 32, 16))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    pixels = read_image(encoded(stored, "PNG", exif=exif))

    assert pixels.shape == (32, 64, 3)
    assert colour(pixels, 4, 4) == RED
    assert colour(pixels, 28, 60) == WHITE


def test_nonsense_orientation_leaves_the_picture_as_stored() -> None:
    """An orientation that the standard does not know is no reason to lose the picture."""
    exif = Image.Exif()
    exif[0x0112] = 77

    assert read_image(encoded(gradient(), "JPEG", exif=exif)).shape == (30, 40, 3)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_greyscale_becomes_three_equal_channels(mode: str) -> None:
    """A picture without colour has the same value in blue, green and red."""
    pixels = read_image(encoded(gradient().convert(mode)))

    assert pixels.shape == (30, 40, 3)
    assert (pixels == pixels[:, :, :1]).all()
    assert pixels.max() > pixels.min()


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    """Mid-grey of a 16-bit scan is mid-grey, not white."""
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(8, axis=0)

    for kind in ("PNG", "TIFF"):
        pixels = read_image(encoded(Image.fromarray(ramp), kind))

        assert np.array_equal(pixels[0, :, 0], np.arange(256))


def test_thirty_two_bit_numbers_are_refused() -> None:
    """Without a defined white, numbers cannot be shown: guessing would be worse."""
    floats = Image.fromarray(np.full((8, 8), 0.5, np.float32))

    with pytest.raises(ImageError, match=r"32-bit.*8 or 16 bits"):
        read_image(encoded(floats, "TIFF"))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_parts_are_white(mode: str) -> None:
    """What a badge's cut-out leaves open is paper, not a black edge around the face."""
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 10, 20))

    pixels = read_image(encoded(picture.convert(mode)))

    assert colour(pixels, 5, 2) == (0, 0, 0)
    assert colour(pixels, 5, 15) == WHITE


def test_half_transparent_parts_are_mixed_with_white() -> None:
    """Alpha is a proportion, not a switch."""
    pixels = read_image(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128))))

    assert colour(pixels, 0, 0) == pytest.approx((127, 127, 255), abs=1)


def test_palette_with_transparency_is_read() -> None:
    """An indexed picture shows its colours, its transparent index is white."""
    picture = Image.new("P", (20, 10), 0)
    picture.putpalette([0, 0, 0, 0, 0, 255])
    picture.paste(1, (10, 0, 20, 10))

    pixels = read_image(encoded(picture, "PNG", transparency=0))

    assert colour(pixels, 5, 5) == WHITE
    assert colour(pixels, 5, 15) == BLUE


def test_cmyk_jpeg_keeps_its_colours() -> None:
    """A print shop's JPEG is neither inverted nor refused."""
    picture = Image.new("CMYK", (32, 32), (255, 0, 255, 0))

    blue, green, red = colour(read_image(encoded(picture, "JPEG")), 16, 16)

    assert green > 150 > max(blue, red)


def test_animation_gives_its_first_frame() -> None:
    """Of an animated picture the first frame counts."""
    frames = [Image.new("RGB", (16, 16), name) for name in ("lime", "red")]

    for kind in ("GIF", "PNG", "WEBP"):
        lossless = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **lossless)

        assert colour(read_image(data), 8, 8) == GREEN


def test_multi_picture_jpeg_of_a_telephone_is_read() -> None:
    """A JPEG that carries a second picture behind the first is still a JPEG."""
    data = encoded(gradient(), "MPO", save_all=True, append_images=[gradient()])

    assert read_image(data).shape == (30, 40, 3)


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated_picture_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    """Half a file is not half a picture: the grey rest might hold another face."""
    data = encoded(gradient(200, 200), kind)
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: len(data) * 2 // 3])

    with pytest.raises(ImageError, match=r"half\.jpg"):
        read_image(path)


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 5_001), (100_000_000, 1)])
def test_decompression_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    """A few bytes that announce millions of pixels are refused before they are unpacked."""
    with pytest.raises(ImageError, match="more than 50 million pixels"):
        read_image(png(*size))


def test_largest_allowed_size_is_not_called_a_bomb() -> None:
    """Exactly the limit is within it; this file then fails only for its missing pixels."""
    assert MAX_PIXELS == 10_000 * 5_000

    with pytest.raises(ImageError, match="damaged"):
        read_image(png(10_000, 5_000))


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    """A file beyond the limit is refused without being read whole."""
    path = tmp_path / "huge.bmp"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(ImageError, match=r"huge\.bmp has more than 64 MiB"):
        read_image(path)
    with pytest.raises(ImageError, match="64 MiB"):
        read_image(bytes(MAX_BYTES + 1))


def test_empty_file_is_refused() -> None:
    """Nothing at all is told apart from a damaged picture."""
    with pytest.raises(ImageError, match=r"scan\.png is empty"):
        read_image(b"", name="scan.png")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"#!/bin/sh\necho",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"P6 1 1 255 abc",
    ],
)
def test_other_files_are_refused_with_the_formats_that_work(data: bytes) -> None:
    """What is not one of the formats is refused, and the reader is told which are."""
    with pytest.raises(ImageError, match="JPEG, PNG, WEBP, BMP, TIFF, GIF"):
        read_image(data)


def test_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """A path that leads nowhere, or to a folder, is an error of the picture."""
    with pytest.raises(ImageError, match=r"nobody\.jpg cannot be read: No such file"):
        read_image(tmp_path / "nobody.jpg")
    with pytest.raises(ImageError, match="Is a directory"):
        read_image(tmp_path)


@given(data=st.binary(max_size=4096))
def test_arbitrary_bytes_raise_nothing_but_image_errors(data: bytes) -> None:
    """Whatever is uploaded, the answer is a picture or one kind of error."""
    assert_picture_or_image_error(data)


@settings(max_examples=300)
@given(
    kind=st.sampled_from(FORMATS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), min_size=1, max_size=6),
    length=st.floats(0, 1),
)
def test_mutated_pictures_raise_nothing_but_image_errors(
    kind: str, cuts: list[tuple[float, bytes]], length: float
) -> None:
    """Overwriting parts of a real picture, or cutting it short, breaks nothing else."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = bytearray(encoded(gradient(), kind, exif=exif))
    for place, patch in cuts:
        start = int(place * len(data))
        data[start : start + len(patch)] = patch
    keep = len(data) if length > 0.5 else int(2 * length * len(data))

    assert_picture_or_image_error(bytes(data[:keep]))


def assert_picture_or_image_error(data: bytes) -> None:
    """Fail on any other exception and on pixels of another kind."""
    try:
        pixels = read_image(data)
    except ImageError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
