"""From a setting to its adapter; nothing falls back to anything that was not named."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import pytest

from edge.config import (
    CameraSettings,
    InputSettings,
    LockSettings,
    PanelSettings,
    ReaderSettings,
    Settings,
    SignalSettings,
    StorageSettings,
)
from edge.domain import ShownKind, Signal
from edge.errors import (
    CameraError,
    ConfigError,
    InputError,
    KeyFileError,
    LockError,
    PanelError,
    ReaderError,
)
from edge.hardware import InputName, LockState
from edge.hardware.camera_file import FileCamera
from edge.hardware.camera_folder import FolderCamera
from edge.hardware.camera_live import LiveCamera
from edge.hardware.choose import (
    open_camera,
    open_inputs,
    open_lock,
    open_panel,
    open_reader,
    open_signaller,
)
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.lock_fake import FakeLock
from edge.hardware.signals_fake import FakeSignals
from edge.hardware.signals_gpio import GpioSignals
from edge.hardware.unwired import NoInputs, NoSignals
from tests.edge.hardware.device import picture, read_until_lost


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("0", "/dev/video0"),
        ("/dev/video7", "/dev/video7"),
        ("rtsp://admin:secret@10.0.0.5:554/live?x=1", "rtsp://10.0.0.5:554"),
        ("http://10.0.0.5/video", "http://10.0.0.5"),
    ],
)
def test_devices_and_addresses_are_live_and_named_without_passwords(source: str, name: str) -> None:
    """They connect when they are read, and may be away for a while."""
    camera = open_camera(CameraSettings(source=source))

    assert isinstance(camera, LiveCamera)
    assert camera.name == name
    camera.close()


def test_a_device_that_is_not_there_is_lost_with_its_remedy() -> None:
    """The error names the device and asks for the cable."""
    camera = open_camera(CameraSettings(source="/dev/video987"))
    assert isinstance(camera, LiveCamera)

    error = read_until_lost(camera)

    assert str(error) == (
        "camera lost: /dev/video987: there is no /dev/video987. Is the camera plugged in?"
    )
    camera.close()


def test_files_and_folders_are_recorded_footage(tmp_path: Path, carphone_file: Path) -> None:
    """A file is played as fast as it was filmed, a folder picture by picture."""
    cv2.imwrite(str(tmp_path / "a.png"), picture(1))
    clip = open_camera(CameraSettings(source=str(carphone_file)))
    folder = open_camera(CameraSettings(source=str(tmp_path)))

    assert isinstance(clip, FileCamera)
    assert isinstance(folder, FolderCamera)
    clip.close()


def test_without_a_camera_auto_is_an_error_and_never_a_demonstration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A door that shows a script instead of its visitors would be worse than none."""
    monkeypatch.setitem(sys.modules, "picamera2", None)
    monkeypatch.setattr("edge.hardware.choose.capture_devices", lambda: ())

    with pytest.raises(CameraError, match=r"no camera on this machine.*camera\.source"):
        open_camera(CameraSettings(source="auto"))


def test_auto_takes_the_first_usb_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where libcamera knows none."""
    monkeypatch.setitem(sys.modules, "picamera2", None)
    monkeypatch.setattr(
        "edge.hardware.choose.capture_devices", lambda: (Path("/dev/video3"), Path("/dev/video5"))
    )

    camera = open_camera(CameraSettings(source="auto"))

    assert camera.name == "/dev/video3"
    camera.close()


def test_a_missing_library_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed will not come back by itself, so it is no lost camera."""
    monkeypatch.setitem(sys.modules, "picamera2", None)

    with pytest.raises(CameraError, match="not installed"):
        open_camera(CameraSettings(source="picamera2"))


def test_the_demonstration_is_no_camera() -> None:
    """It is built elsewhere, from its script."""
    with pytest.raises(ConfigError, match="ostiary demo"):
        open_camera(CameraSettings(source="demo"))


def test_a_fake_lock_is_used_only_where_it_is_named(tmp_path: Path) -> None:
    """A GPIO lock that cannot be driven is an error, whatever else there is."""
    heard: list[str] = []
    fake = open_lock(LockSettings(kind="fake", state_file=tmp_path / "lock"), echo=heard.append)

    assert isinstance(fake, FakeLock)
    assert fake.state is LockState.SECURED
    assert heard == ["lock secured"]
    fake.close()
    with pytest.raises(LockError, match="there is no"):
        open_lock(LockSettings(kind="gpio", chip=tmp_path / "gpiochip0"))


def test_contacts_are_those_that_the_settings_name(tmp_path: Path) -> None:
    """Nothing is wired unless it is said; lines that cannot be had are an error."""
    pipe = tmp_path / "inputs"
    none, fake = open_inputs(InputSettings()), open_inputs(InputSettings(kind="fake", pipe=pipe))

    assert isinstance(none, NoInputs)
    assert isinstance(fake, FakeInputs)
    assert set(fake.levels()) == set(InputName)
    assert pipe.is_fifo()
    none.close()
    fake.close()
    with pytest.raises(InputError, match="there is no"):
        open_inputs(InputSettings(kind="gpio", chip=tmp_path / "gpiochip0", rex_line=23))


def test_lights_are_those_that_the_settings_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Lines that cannot be had are told in the log alone: a door works without its lights."""
    heard: list[str] = []
    none, fake = (
        open_signaller(SignalSettings()),
        open_signaller(SignalSettings(kind="fake"), echo=heard.append),
    )

    assert isinstance(none, NoSignals)
    assert isinstance(fake, FakeSignals)
    fake.show(Signal.GRANTED)
    assert heard == ["lights granted"]
    wired = open_signaller(
        SignalSettings(kind="gpio", chip=tmp_path / "gpiochip0", red_line=13, green_line=12)
    )
    assert isinstance(wired, GpioSignals)
    wired.show(Signal.ALARM)
    wired.close()
    assert caplog.text.count("out of order: there is no") == 1


def test_readers_are_those_that_the_settings_name(tmp_path: Path) -> None:
    """Without one nothing is ever shown; one that cannot be had is an error, by its setting."""
    pipe = tmp_path / "reader"
    none, fake = (
        open_reader(Settings()),
        open_reader(Settings(reader=ReaderSettings(kind="fake", pipe=pipe))),
    )

    assert none.read(0) is None
    none.signal(Signal.READY)
    none.close()
    with pytest.raises(ReaderError, match="closed"):
        none.read(0)
    pipe.write_text("pin 1234\n", encoding="ascii")
    assert (shown := fake.read(0)) is not None
    assert shown.kind is ShownKind.PIN
    fake.close()
    with pytest.raises(ReaderError, match=r"there is no .*set reader\.chip"):
        open_reader(Settings(reader=ReaderSettings(kind="wiegand", chip=tmp_path / "gpiochip0")))
    with pytest.raises(ReaderError, match=r"there is no /dev/input/none.*reader\.device"):
        open_reader(Settings(reader=ReaderSettings(kind="usb", device="/dev/input/none")))
    with pytest.raises(ReaderError, match=r"there is no ffff:ffff.*reader\.pin_pad"):
        open_reader(Settings(reader=ReaderSettings(kind="usb", pin_pad="ffff:ffff")))


def test_a_panel_is_the_one_that_the_settings_name(tmp_path: Path) -> None:
    """There is none unless it is said; then its ports are needed."""
    wiegand = PanelSettings(kind="wiegand", d0_port=tmp_path / "tty0", d1_port=tmp_path / "tty1")

    assert open_panel(Settings()) is None
    with pytest.raises(PanelError, match=r"there is no .*set panel\.d0_port"):
        open_panel(Settings(panel=wiegand))


def test_osdp_lines_need_their_keys(tmp_path: Path) -> None:
    """Nothing is said in clear, and nothing else is used instead."""
    storage = StorageSettings(folder=tmp_path)

    with pytest.raises(KeyFileError, match="no key for the OSDP reader"):
        open_reader(Settings(storage=storage, reader=ReaderSettings(kind="osdp")))
    with pytest.raises(KeyFileError, match="no key for the OSDP panel"):
        open_panel(Settings(storage=storage, panel=PanelSettings(kind="osdp")))
