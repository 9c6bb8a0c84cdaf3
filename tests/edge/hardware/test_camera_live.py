"""Newest frame only; lost and found again; nothing hangs with a driver that hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import CameraError
from edge.hardware.camera_live import MAX_HUNG, Backoff, LiveCamera
from tests.edge.hardware.device import Device, read_until_frame, read_until_lost, wait_until

Live = Callable[..., LiveCamera]


def test_a_slow_reader_gets_the_newest_frame_and_the_older_ones_are_dropped(
    live: Live, device: Device
) -> None:
    """Whoever looks away for ten frames sees the tenth next."""
    camera = live()
    device.show(1)
    assert read_until_frame(camera).pixels[0, 0, 0] == 1

    device.show(*range(2, 12))
    device.show(99)
    wait_until(lambda: device.pictures.empty() and camera._reader is not None)
    wait_until(lambda: _slot(camera) == 99)

    assert read_until_frame(camera).pixels[0, 0, 0] == 99
    assert camera.read(0.0) is None


def _slot(camera: LiveCamera) -> int:
    reader = camera._reader
    frame = None if reader is None else reader.frame
    return -1 if frame is None else int(frame.pixels[0, 0, 0])


def test_no_frame_is_given_twice(live: Live, device: Device) -> None:
    """A frame that was read is gone, and waiting for the next ends in None, not in an error."""
    camera = live()
    device.show(7)

    assert read_until_frame(camera).pixels[0, 0, 0] == 7
    assert camera.read(0.01) is None


def test_a_frame_carries_both_times_and_its_number(live: Live, device: Device) -> None:
    """The wall clock is aware UTC; the numbers rise, also over a reconnection."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    camera = live(timeout=60, now=lambda: moment, rotate=90)

    device.show(1)
    first = read_until_frame(camera)
    device.pictures.put(CameraError("it stopped."))
    read_until_lost(camera)
    device.show(2)
    second = read_until_frame(camera)

    assert (first.at, second.at) == (moment, moment)
    assert first.sequence < second.sequence
    assert first.monotonic < second.monotonic
    assert (first.width, first.height) == (8, 12)


def test_a_camera_that_falls_silent_is_lost_and_found_again(live: Live, device: Device) -> None:
    """Silence longer than the timeout is a loss; the first frame afterwards ends it."""
    camera = live(timeout=0.05)
    device.show(1)
    read_until_frame(camera)

    error = read_until_lost(camera)
    # Abandoned threads take a frame each, since they still wait for one.
    frame = read_until_frame(camera, meanwhile=lambda: device.show(2))

    assert "no frame for 0.05 s" in str(error)
    assert "cable" in error.remedy
    assert frame.pixels[0, 0, 0] == 2


def test_a_reader_busy_longer_than_the_timeout_does_not_lose_a_working_camera(
    live: Live, device: Device
) -> None:
    """Time that the door spends elsewhere is not silence of the camera."""
    now = 0.0
    camera = live(timeout=5, clock=lambda: now)
    camera.read(0)
    device.show(1)
    wait_until(lambda: _slot(camera) == 1)

    now = 1000.0

    frame = camera.read(0)
    assert frame is not None
    assert frame.pixels[0, 0, 0] == 1


def test_a_source_that_hangs_for_ever_is_abandoned_and_never_released_from_outside(
    live: Live, device: Device
) -> None:
    """Releasing a device under a running call crashes; only its own thread may do it, later."""
    camera = live(timeout=0.02)
    read_until_lost(camera)
    hung = device.connections[0]

    assert not hung.closed.is_set()
    # A newer connection may take pictures too: give until the hung one had its own.
    while not hung.closed.wait(0.01):
        device.show(1)

    assert len(hung.threads) == 1
    assert hung.threads.isdisjoint({threading.get_ident()})


def test_hanging_threads_do_not_pile_up(live: Live, device: Device) -> None:
    """After a few threads that hang no more are risked, and the error says what to do."""
    camera = live(timeout=0.01)

    wait_until(lambda: "driver hangs" in str(read_until_lost(camera)))

    assert len(device.connections) == MAX_HUNG
    assert "Restart" in read_until_lost(camera).remedy
    device.show(*[1] * MAX_HUNG)
    wait_until(lambda: all(connection.closed.is_set() for connection in device.connections))
    frame = read_until_frame(camera, meanwhile=lambda: device.show(5))
    assert frame.pixels[0, 0, 0] == 5


def test_only_the_transitions_are_logged(
    live: Live, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    """However long a camera is away, its loss is one line and its return another."""
    caplog.set_level(logging.DEBUG, logger="edge")
    device.plugged.clear()
    camera = live()

    wait_until(lambda: bool(read_until_lost(camera)) and len(device.connections) >= 4)
    device.plugged.set()
    device.show(1)
    read_until_frame(camera)
    device.show(2)
    read_until_frame(camera)

    lost, back = [record.message for record in caplog.records]
    assert lost == "camera lost: door camera: it is not plugged in. Is its cable seated?"
    assert back.startswith("camera back after ")
    assert back.endswith(": door camera")


def test_an_unforeseen_fault_of_a_driver_is_a_loss_and_its_text_is_kept_back(
    live: Live, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    """A thread does not die in silence, and what it says may hold an address with a password."""
    camera = live()
    device.pictures.put(ValueError("rtsp://admin:secret@host"))

    error = read_until_lost(camera)

    assert "ValueError in its driver" in str(error)
    assert "secret" not in str(error) + caplog.text
    assert device.connections[0].closed.is_set()


def test_a_picture_that_is_none_is_a_loss(live: Live, device: Device) -> None:
    """A depth or infrared stream must not reach the recognizer as if it were a picture."""
    camera = live()
    device.pictures.put(np.zeros((4, 4), dtype=np.uint16))

    assert "no picture of 8 bits" in str(read_until_lost(camera))


def test_closing_gives_the_device_back_and_may_be_done_twice(live: Live, device: Device) -> None:
    """A closed camera reads no more; its thread has closed the device."""
    camera = live()
    device.show(1)
    read_until_frame(camera)

    threading.Timer(0.01, lambda: device.show(2)).start()
    camera.close()
    camera.close()

    assert device.connections[0].closed.is_set()
    with pytest.raises(CameraError, match="closed"):
        camera.read(0)


def test_pauses_grow_while_it_stays_away(live: Live, device: Device) -> None:
    """One second, two, four … thirty; nothing is tried in between."""
    now = 0.0
    device.plugged.clear()
    camera = live(timeout=5, backoff=Backoff(), clock=lambda: now)
    tried: list[float] = []

    while len(tried) < 8:
        before = len(device.connections)
        _try_at(camera)
        if len(device.connections) > before:
            tried.append(now)
            connection = device.connections[-1]
            wait_until(connection.closed.is_set)
            wait_until(lambda: camera._reader is not None and camera._reader.fault is not None)
            _try_at(camera)
        now += 0.5

    assert np.diff(tried).tolist() == [1, 2, 4, 8, 16, 30, 30]


def _try_at(camera: LiveCamera) -> None:
    try:
        camera.read(0)
    except CameraError:
        return


@given(st.integers(min_value=1, max_value=10_000))
def test_no_pause_is_longer_than_the_longest_nor_shorter_than_the_one_before(count: int) -> None:
    """Back-off is monotone and bounded for ever."""
    backoff = Backoff()

    assert 1 <= backoff.pause(count) <= backoff.pause(count + 1) <= 30
