"""Does the panel answer, and could pulses be told to it in time; no badge is told."""

from __future__ import annotations

import time

from edge.core import Core
from edge.diagnosis.patience import CONNECT_SECONDS, LOOK_SECONDS
from edge.errors import PanelError
from edge.hardware.choose import open_panel
from edge.hardware.panel_wiegand import longest_pause
from edge.hardware.wiegand_lines import console_on
from edge.health import Finding, Health
from edge.readers.pulses import INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS, too_late

PAUSES = 250
"""Between the pulses of about ten cards: half a second."""


def look_at_panel(core: Core) -> Finding:
    """Wait for the panel; time pulses without sending any.

    :raises PanelError: if it does not answer, or the kernel writes to its ports.
    """
    settings = core.settings.panel
    if settings.kind == "wiegand":
        for port in (settings.d0_port, settings.d1_port):
            if console_on(port):
                raise PanelError(
                    f"the kernel writes its messages to {port}, which the panel reads as badges.",
                    remedy="Remove console=serial0,115200 from cmdline.txt and restart.",
                )
    panel = open_panel(core.settings)
    if panel is None:
        return Finding("panel", Health.WELL, "no panel: this appliance drives the lock")
    try:
        until = time.monotonic() + CONNECT_SECONDS
        while not panel.online:
            if time.monotonic() >= until:
                raise PanelError(
                    f"the {panel.name} does not answer.", remedy="Is it switched on and wired?"
                )
            time.sleep(LOOK_SECONDS)
    finally:
        panel.close()
    if settings.kind == "osdp":
        return Finding("panel", Health.WELL, f"the {panel.name} answers")
    pause = longest_pause(PAUSES)
    told = (
        f"its ports are there; of {PAUSES} pauses of {INTERVAL_SECONDS * 1000:.0f} ms between "
        f"pulses the longest took {pause * 1000:.1f} ms, panels tolerate "
        f"{LONGEST_INTERVAL_SECONDS * 1000:.0f} ms"
    )
    if too_late(pause):
        return Finding(
            "panel",
            Health.NOTICE,
            told,
            "Numbers are told again when that happens. Is another program busy?",
        )
    return Finding("panel", Health.WELL, told)
