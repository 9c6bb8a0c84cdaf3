"""Reading stored videos: the container's own times, upright frames, an even distance."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import pytest

from edge.demonstration.footage import CARPHONE, locate
from edge.domain import Pixels
from edge.errors import VideoError
from edge.video.reading import LONGEST_MS, StoredVideo
from tests.edge.video.conftest import record


def clip() -> bytearray:
    """Return the man in the car: 120 frames, 29.97 a second."""
    return bytearray(locate(CARPHONE).read_bytes())


def times(path: Path, interval_ms: int = 200) -> list[int]:
    """Return when the frames are shown that are looked at."""
    with path.open("rb") as file, StoredVideo(file) as video:
        return [frame.at_ms for frame in video.frames(interval_ms)]


@pytest.mark.parametrize("interval_ms", [1, 100, 200, 1000, 100_000])
def test_frames_come_at_an_even_distance(tmp_path: Path, interval_ms: int) -> None:
    """The first of each interval, and each frame if the interval is shorter than a frame."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip())

    found = times(path, interval_ms)

    every = [round(number * 1001 / 30) for number in range(120)]
    first = {at // interval_ms: at for at in reversed(every)}
    assert found == pytest.approx(sorted(first.values()), abs=1)  # a half is rounded either way


def test_times_are_those_of_the_container(tmp_path: Path, carphone: list[Pixels]) -> None:
    """A video slows down in the middle: the second half of its frames lasts three times as long."""
    path = tmp_path / "slow.mp4"
    record(path, carphone[:40])
    path.write_bytes(with_times(path.read_bytes(), [(20, 1), (20, 3)]))

    found = times(path, 1)

    steps = [later - former for former, later in itertools.pairwise(found)]
    assert steps == [40] * 20 + [120] * 19


def with_times(content: bytes, entries: list[tuple[int, int]]) -> bytes:
    """Return a film with another table of times: of so many frames each lasts so many times as long."""
    movie = bytearray(content.replace(b"edts", b"free"))  # which would cut it to its old length
    at = movie.index(b"stts")
    size, _, count, _, usual = struct.unpack(">I4xIIII", movie[at - 4 : at + 20])
    assert count == 1  # all frames lasted equally long
    pairs = b"".join(struct.pack(">II", frames, usual * times) for frames, times in entries)
    box = struct.pack(">I4sII", 16 + len(pairs), b"stts", 0, len(entries)) + pairs
    changed = movie[: at - 4] + box + movie[at - 4 + size :]
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        place = changed.rindex(name, 0, at) - 4
        (former,) = struct.unpack(">I", changed[place : place + 4])
        changed[place : place + 4] = struct.pack(">I", former + len(box) - size)
    assert changed.index(b"mdat") < changed.index(b"moov")  # so that no frame has moved
    return bytes(changed)


def test_a_video_filmed_upright_is_read_upright(tmp_path: Path, carphone: list[Pixels]) -> None:
    """A telephone stores how it was held, beside pictures that lie on their side."""
    changed = clip()
    at = changed.index(b"tkhd")
    matrix = at + 4 + 4 + 20 + 16
    one = 0x10000
    assert struct.unpack(">9i", changed[matrix : matrix + 36]) == (
        one,
        0,
        0,
        0,
        one,
        0,
        0,
        0,
        2**30,
    )
    turned = struct.pack(">9i", 0, one, 0, -one, 0, 0, 144 * one, 0, 2**30)
    path = tmp_path / "upright.mp4"
    path.write_bytes(changed[:matrix] + turned + changed[matrix + 36 :])

    with path.open("rb") as file, StoredVideo(file) as video:
        frame = next(iter(video.frames()))
        assert (video.metadata.width, video.metadata.height) == (144, 176)

    assert frame.pixels.shape == (176, 144, 3)
    assert (frame.pixels == carphone[0].swapaxes(0, 1)[:, ::-1]).all()


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.avi", "a.mkv"])
def test_every_usual_container_is_read(tmp_path: Path, name: str, carphone: list[Pixels]) -> None:
    """By what is in it, not by its name."""
    record(tmp_path / name, carphone[:50])
    path = (tmp_path / name).rename(tmp_path / "video")

    assert times(path) == [0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800]
    with path.open("rb") as file, StoredVideo(file) as video:
        assert video.metadata.format.startswith({"mkv": "Matroska"}.get(name[2:], name[2:].upper()))
        assert video.metadata.duration_ms == pytest.approx(2000, abs=50)


def test_more_than_six_hours_are_refused(tmp_path: Path, carphone: list[Pixels]) -> None:
    """By what the video says of itself, before any frame is decoded."""
    path = tmp_path / "long.mp4"
    record(path, carphone[:40])
    path.write_bytes(with_times(path.read_bytes(), [(40, LONGEST_MS // 40 // 40 + 1)]))

    with pytest.raises(VideoError, match="longer than 6 hours"):
        times(path)


def test_the_file_that_was_opened_is_the_one_that_is_read(tmp_path: Path) -> None:
    """Whatever takes its name meanwhile."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip())

    with path.open("rb") as file:
        path.unlink()
        path.write_bytes(b"something else")
        with StoredVideo(file) as video:
            assert video.metadata.codec == "h264"
