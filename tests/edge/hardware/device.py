"""A device in the hands of the test, and patience without fixed sleeps."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

import numpy as np

from edge.domain import Frame, Pixels
from edge.errors import CameraError
from edge.hardware.camera_live import LiveCamera

PATIENCE = 20.0
"""Seconds after which something that must happen counts as never happening."""


def picture(value: int) -> Pixels:
    """Return a small picture of one grey, which tells which picture it is."""
    return np.full((8, 12, 3), value, dtype=np.uint8)


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as *condition* holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.001)


class Device:
    """A camera that gives what the test puts in: pictures, faults, and nothing while it hangs."""

    def __init__(self) -> None:
        self.pictures: queue.Queue[Pixels | Exception] = queue.Queue()
        self.plugged = threading.Event()
        self.plugged.set()
        self.connections: list[Connection] = []

    def connect(self) -> Connection:
        connection = Connection(self)
        self.connections.append(connection)
        return connection

    def let_go(self) -> None:
        """Make every call that hangs return with a fault."""
        for _ in self.connections:
            self.pictures.put(CameraError("the test is over"))

    def show(self, *values: int) -> None:
        for value in values:
            self.pictures.put(picture(value))


class Connection:
    """One connection to the device; notes in which thread it is used."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.threads: set[int] = set()
        self.closed = threading.Event()

    def open(self) -> None:
        self.threads.add(threading.get_ident())
        if not self._device.plugged.is_set():
            raise CameraError("it is not plugged in.")

    def grab(self) -> Pixels:
        self.threads.add(threading.get_ident())
        given = self._device.pictures.get()
        if isinstance(given, Exception):
            raise given
        return given

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed.set()


def read_until_frame(camera: LiveCamera, meanwhile: Callable[[], object] = int) -> Frame:
    """Return the next frame, however often the camera says that it is lost."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        meanwhile()
        try:
            frame = camera.read(0.02)
        except CameraError:
            continue
        if frame is not None:
            return frame
    raise AssertionError("no frame ever came")


def read_until_lost(camera: LiveCamera) -> CameraError:
    """Return what the camera says when it is lost."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            camera.read(0.02)
        except CameraError as error:
            return error
    raise AssertionError("it was never lost")
