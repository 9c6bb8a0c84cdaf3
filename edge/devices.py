"""What hangs on a door beside its lock and its camera, opened as the settings say."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from edge.config import Settings
from edge.hardware import CardReader, DoorInputs, Panel, Signaller
from edge.hardware.choose import open_inputs, open_panel, open_reader, open_signaller
from edge.hardware.signals_all import AllSignals


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """The devices of one door; None and nothing for what it does not have."""

    inputs: DoorInputs | None = None
    signaller: Signaller | None = None
    readers: tuple[CardReader, ...] = ()
    panel: Panel | None = None


def open_devices(settings: Settings, parts: ExitStack) -> Devices:
    """Return the devices that *settings* name; *parts* closes them in the end.

    :raises HardwareError: if one cannot be had; those before it are closed by *parts*.
    """
    inputs = open_inputs(settings.inputs)
    parts.callback(inputs.close)
    signaller = open_signaller(settings.signals)
    parts.callback(signaller.close)
    readers: tuple[CardReader, ...] = ()
    if settings.reader.kind != "none":
        reader = open_reader(settings)
        parts.callback(reader.close)
        readers = (reader,)
    panel = open_panel(settings, show=signaller.show)
    if panel is not None:
        parts.callback(panel.close)
    shown = AllSignals(signaller, readers) if readers else signaller
    return Devices(inputs=inputs, signaller=shown, readers=readers, panel=panel)
