"""Is the badge reader there."""

from __future__ import annotations

import time

from edge.core import Core
from edge.diagnosis.patience import CONNECT_SECONDS, LOOK_SECONDS
from edge.errors import ReaderError
from edge.hardware import CardReader
from edge.hardware.choose import open_reader
from edge.health import Finding, Health


def look_at_reader(core: Core) -> Finding:
    """Wait for the reader.

    :raises ReaderError: if it is not there.
    """
    kind = core.settings.reader.kind
    if kind == "none":
        return Finding("reader", Health.WELL, "no card reader: people show their faces only")
    reader = open_reader(core.settings)
    try:
        _wait_for(reader)
    finally:
        reader.close()
    if kind == "fake":
        return Finding(
            "reader",
            Health.NOTICE,
            "the fake reader reads what is written to it",
            "Set reader.kind to the one at the door.",
        )
    return Finding("reader", Health.WELL, f"the {reader.name} is there")


def _wait_for(reader: CardReader) -> None:
    """Give *reader* time to connect; what it reads meanwhile is forgotten.

    :raises ReaderError: if it is still lost afterwards.
    """
    until = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            reader.read(LOOK_SECONDS)
        except ReaderError:
            if time.monotonic() >= until:
                raise
            # It may raise at once; a reader that connects takes the time it takes.
            time.sleep(LOOK_SECONDS)
        else:
            return
