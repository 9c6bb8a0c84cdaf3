"""Recorded footage: every frame, in order, on the footage's own clock, and then a clear end."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.errors import CameraError, EndOfFootageError
from edge.hardware import Camera
from edge.hardware.camera_file import FileCamera
from edge.hardware.camera_folder import FolderCamera
from tests.edge.hardware.device import picture


def frames_of(camera: Camera) -> list[int]:
    """Return the sequence numbers of all frames up to the end of the footage."""
    numbers: list[int] = []
    while True:
        try:
            frame = camera.read(1.0)
        except EndOfFootageError:
            return numbers
        assert frame is not None
        numbers.append(frame.sequence)


def test_every_frame_of_a_video_is_played_once(carphone_file: Path) -> None:
    """None of the 120 frames is dropped, and the end stays the end."""
    camera = FileCamera(carphone_file)

    assert frames_of(camera) == list(range(120))
    with pytest.raises(EndOfFootageError, match="ended after 120 frames"):
        camera.read(0)
    camera.close()
    camera.close()


def test_the_clock_of_the_frames_is_that_of_the_scene(carphone_file: Path) -> None:
    """However fast it is played, a second of footage takes one second of its frames' clock."""
    camera = FileCamera(carphone_file, clock=lambda: 100.0)
    fps = cv2.VideoCapture(str(carphone_file)).get(cv2.CAP_PROP_FPS)

    times = [frame.monotonic for _ in range(120) if (frame := camera.read(0)) is not None]

    assert times[0] == 100.0
    np.testing.assert_allclose(np.diff(times), 1 / fps, rtol=1e-9)


def test_a_paced_video_waits_until_the_next_frame_is_due(carphone_file: Path) -> None:
    """It sleeps no longer than it may, and gives no frame before its time."""
    now = 0.0
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    camera = FileCamera(carphone_file, paced=True, clock=lambda: now, sleep=sleep)
    first = camera.read(0.001)
    early = camera.read(0.001)
    second = camera.read(1.0)

    assert first is not None
    assert early is None
    assert second is not None
    assert second.monotonic == now
    assert max(slept) < 0.1


def test_a_file_that_is_no_video_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    """The error names the file and a way out, before a door is watched with it."""
    (tmp_path / "words.mp4").write_text("no video")

    with pytest.raises(CameraError, match=r"words\.mp4 cannot be read as a video.*ffmpeg"):
        FileCamera(tmp_path / "words.mp4")
    with pytest.raises(CameraError, match="there is no video file"):
        FileCamera(tmp_path / "missing.mp4")


def test_a_truncated_video_ends_or_is_refused_but_never_hangs(
    carphone_file: Path, tmp_path: Path
) -> None:
    """A file cut in the middle is one error of the camera's family."""
    content = carphone_file.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) // 2])

    def play() -> None:
        camera = FileCamera(cut)
        for _ in range(121):
            camera.read(0)

    with pytest.raises(CameraError):
        play()


@pytest.mark.parametrize(
    ("degrees", "row", "column"), [(0, 0, 0), (90, 0, 7), (180, 7, 11), (270, 11, 0)]
)
def test_the_picture_is_turned_clockwise(
    tmp_path: Path, degrees: int, row: int, column: int
) -> None:
    """The upper left corner of 8 rows by 12 columns goes to the upper right at 90 degrees."""
    image = picture(0)
    image[0, 0] = 255
    cv2.imwrite(str(tmp_path / "a.png"), image)

    frame = FolderCamera(tmp_path, rotate=degrees).read(0)

    assert frame is not None
    assert np.argwhere(frame.pixels[:, :, 0] == 255).tolist() == [[row, column]]


def test_pictures_of_a_folder_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Other files are no pictures; the clock has the frames a fixed time apart."""
    for name, value in (("b.png", 20), ("a.PNG", 10), ("c.bmp", 30)):
        cv2.imwrite(str(tmp_path / name), picture(value))
    (tmp_path / "notes.txt").write_text("nothing to see")
    camera = FolderCamera(tmp_path, interval=0.5, clock=lambda: 1.0)

    frames = [camera.read(0) for _ in range(3)]

    assert [int(frame.pixels[0, 0, 0]) for frame in frames if frame] == [10, 20, 30]
    assert [frame.monotonic for frame in frames if frame] == [1.0, 1.5, 2.0]
    with pytest.raises(EndOfFootageError):
        camera.read(0)


def test_a_damaged_picture_is_skipped_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad file does not end the footage."""
    (tmp_path / "a.png").write_bytes(b"\x89PNG broken")
    cv2.imwrite(str(tmp_path / "b.png"), picture(5))
    caplog.set_level(logging.WARNING, logger="edge")

    assert frames_of(FolderCamera(tmp_path)) == [0]
    assert [record.message for record in caplog.records] == [
        "not a picture that can be read, skipped: <file>"
    ]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    """Empty, missing, or with nothing readable: each says so."""
    with pytest.raises(CameraError, match="no picture in"):
        FolderCamera(tmp_path)
    with pytest.raises(CameraError, match="cannot be listed"):
        FolderCamera(tmp_path / "missing")
    (tmp_path / "a.png").write_bytes(b"broken")
    with pytest.raises(CameraError, match="none of the pictures"):
        FolderCamera(tmp_path).read(0)


def test_grey_and_alpha_pictures_become_three_channels(tmp_path: Path) -> None:
    """The recognizer gets BGR, whatever the file holds."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((4, 4), 9, np.uint8))
    cv2.imwrite(str(tmp_path / "b.png"), np.full((4, 4, 4), 9, np.uint8))
    camera = FolderCamera(tmp_path)

    assert [frame.pixels.shape for _ in range(2) if (frame := camera.read(0))] == [(4, 4, 3)] * 2
