"""From the settings to the devices: the one place that knows every adapter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge.config import (
    CameraSettings,
    InputSettings,
    LivenessSettings,
    LockSettings,
    ReaderSettings,
    Settings,
    SignalSettings,
)
from edge.domain import ShownKind, Signal
from edge.errors import CameraError, ConfigError
from edge.hardware import (
    Camera,
    CardReader,
    DoorInputs,
    InputName,
    Lock,
    Panel,
    Prompter,
    Signaller,
)
from edge.hardware.address import is_address, masked
from edge.hardware.camera_file import FileCamera
from edge.hardware.camera_folder import FolderCamera
from edge.hardware.camera_live import FrameSource, LiveCamera
from edge.hardware.camera_opencv import OpenCVSource, device_path
from edge.hardware.camera_picamera2 import Picamera2Source, load_picamera2
from edge.hardware.frames import VideoMode
from edge.hardware.input_devices import evdev, key_names, open_keyboard
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.lock_fake import FakeLock
from edge.hardware.panel_wiegand import WiegandPanel
from edge.hardware.patterns import Lamp
from edge.hardware.prompter_fake import FakePrompter
from edge.hardware.prompter_log import LogPrompter
from edge.hardware.reader_fake import FakeReader
from edge.hardware.reader_usb import UsbReader
from edge.hardware.signals_fake import FakeSignals
from edge.hardware.unwired import NoInputs, NoLock, NoReader, NoSignals
from edge.hardware.v4l2 import capture_devices
from edge.hardware.wiegand_lines import SerialLines

PICAMERA2 = "picamera2"


def discover_camera() -> str | None:
    """Return the source of a camera of this machine: the Raspberry Pi's, else the first USB one."""
    try:
        cameras = load_picamera2().Picamera2.global_camera_info()
    except CameraError:
        cameras = []
    if cameras:
        return PICAMERA2
    devices = capture_devices()
    return str(devices[0]) if devices else None


def open_camera(settings: CameraSettings) -> Camera:
    """Return the camera that the settings name. A live one connects by itself, and again if lost.

    :raises CameraError: if there is none, or recorded footage cannot be read.
    :raises ConfigError: for "demo", which is a script and no camera.
    """
    source = settings.source
    if source == "auto":
        source = discover_camera() or ""
        if not source:
            raise CameraError(
                "there is no camera on this machine.",
                remedy="Plug one in, or set camera.source; `ostiary demo` needs none.",
            )
    if source == "demo":
        raise ConfigError(
            "camera.source is demo, which is a script and no camera.", remedy="Run `ostiary demo`."
        )
    mode = VideoMode(settings.width, settings.height, settings.fps, settings.timeout_seconds)
    if source == PICAMERA2:
        load_picamera2()  # what is not installed will not come back by itself
        connect: Callable[[], FrameSource] = partial(Picamera2Source, mode)
        return _live(settings, connect, "Raspberry Pi camera", "Is its ribbon cable seated?")
    if is_address(source):
        connect = partial(OpenCVSource, source, mode)
        return _live(settings, connect, masked(source), "Is it switched on and reachable?")
    if source.isdecimal() or source.startswith("/dev/"):
        connect = partial(OpenCVSource, source, mode)
        return _live(settings, connect, str(device_path(source)), "Is its cable plugged in?")
    path = Path(source).expanduser()
    if path.is_dir():
        return FolderCamera(path, rotate=settings.rotate)
    return FileCamera(path, paced=True, rotate=settings.rotate)


def open_lock(settings: LockSettings, *, echo: Callable[[str], None] | None = None) -> Lock:
    """Return the lock that the settings name, secured. *echo* hears what a fake one does.

    :raises LockError: if it cannot be driven.
    """
    if settings.kind == "none":
        return NoLock()
    if settings.kind == "fake":
        return FakeLock(
            state_file=settings.state_file, echo=echo, max_release=settings.max_release_seconds
        )
    from edge.hardware.lock_gpio import GpioLock  # noqa: PLC0415 - gpiod exists on Linux only

    return GpioLock(
        settings.chip,
        settings.line,
        active_high=settings.active_high,
        fail_safe=settings.fails == "safe",
        max_release=settings.max_release_seconds,
    )


def open_inputs(settings: InputSettings) -> DoorInputs:
    """Return the contacts and buttons that the settings name; without any, nothing ever happens.

    :raises InputError: if their lines cannot be taken, or none of them can be read.
    """
    if settings.kind == "none":
        return NoInputs()
    if settings.kind == "fake":
        return FakeInputs(pipe=settings.pipe)
    from edge.hardware.inputs_gpio import GpioInputs  # noqa: PLC0415 - gpiod exists on Linux only

    wires = {InputName(name): wire for name, wire in settings.wired().items()}
    return GpioInputs(settings.chip, wires, debounce=settings.debounce_ms / 1000)


def open_signaller(
    settings: SignalSettings, *, echo: Callable[[str], None] | None = None
) -> Signaller:
    """Return the lights and the buzzer that the settings name; *echo* hears what fake ones show.

    Lines that cannot be had are told in the log and tried again: a door works without its lights.
    """
    if settings.kind == "none":
        return NoSignals()
    if settings.kind == "fake":
        return FakeSignals(echo=echo)
    from edge.hardware.signals_gpio import GpioSignals  # noqa: PLC0415 - gpiod exists on Linux only

    return GpioSignals(settings.chip, {Lamp(name): wire for name, wire in settings.wired().items()})


def open_reader(settings: Settings) -> CardReader:
    """Return the reader that the settings name; with none, nothing is ever shown to it.

    :raises ReaderError: if it cannot be had.
    :raises KeyFileError: if it is an OSDP reader and there is no key for it.
    """
    reader = settings.reader
    if reader.kind == "none":
        return NoReader()
    if reader.kind == "fake":
        return FakeReader(pipe=reader.pipe)
    if reader.kind == "usb":
        return _usb_reader(reader)
    if reader.kind == "osdp":
        from edge.hardware.choose_osdp import open_osdp_reader  # noqa: PLC0415 - loads libosdp

        return open_osdp_reader(
            settings.osdp_reader, data=settings.storage.folder, numbers=reader.numbers()
        )
    from edge.hardware.reader_wiegand import WiegandReader  # noqa: PLC0415 - gpiod: Linux only

    return WiegandReader(reader.chip, reader.d0_line, reader.d1_line, reader.numbers())


def open_panel(
    settings: Settings, *, show: Callable[[Signal], None] = lambda _: None
) -> Panel | None:
    """Return the panel that the settings name, or None where the appliance drives the lock.

    *show* hears what the panel wants shown; only OSDP tells.

    :raises PanelError: if its line cannot be had.
    :raises KeyFileError: if it is an OSDP panel and there is no key for it.
    """
    panel = settings.panel
    if panel.kind == "none":
        return None
    if panel.kind == "osdp":
        from edge.hardware.choose_osdp import open_osdp_panel  # noqa: PLC0415 - loads libosdp

        return open_osdp_panel(
            settings.osdp_panel,
            data=settings.storage.folder,
            numbers=panel.numbers(),
            show=show,
        )
    return WiegandPanel(partial(SerialLines, panel.d0_port, panel.d1_port), panel.numbers())


def open_prompter(settings: LivenessSettings) -> Prompter:
    """Return what tells people at the door how to move, as the settings name it."""
    return FakePrompter() if settings.prompter == "fake" else LogPrompter()


def _usb_reader(settings: ReaderSettings) -> UsbReader:
    library = evdev()
    named = {
        ShownKind.BADGE: (settings.device, "reader.device"),
        ShownKind.PIN: (settings.pin_pad, "reader.pin_pad"),
    }
    devices = {
        kind: partial(open_keyboard, device, setting=setting, library=library)
        for kind, (device, setting) in named.items()
        if device
    }
    return UsbReader(devices, names=key_names(library))


def _live(
    settings: CameraSettings, connect: Callable[[], FrameSource], name: str, remedy: str
) -> LiveCamera:
    return LiveCamera(
        connect,
        name=name,
        timeout=settings.timeout_seconds,
        remedy=remedy,
        rotate=settings.rotate,
    )
