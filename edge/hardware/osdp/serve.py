"""Serving an OSDP line from the calling thread, for a while, and what to say if nobody comes."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.errors import PanelError, ReaderError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.link import TURN_SECONDS


def serve(
    refresh: Callable[[], object],
    line: SerialLine,
    seconds: float,
    *,
    until: Callable[[], bool] = lambda: False,
) -> bool:
    """Serve *line* until *until* holds, at most *seconds*; tell whether it does."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() >= deadline or not line.is_open:
            return False
        refresh()
        time.sleep(TURN_SECONDS)
    return True


def no_panel(line: SerialLine, *, heard: bool, otherwise: PanelError) -> PanelError:
    """Return why nothing came of a panel: the line, nobody there, or *otherwise* if one polls."""
    if not line.is_open:
        return PanelError(f"{line.port} is gone.", remedy="Is its adapter plugged in?")
    if heard:
        return otherwise
    return PanelError(
        f"no panel polls on {line.port}.",
        remedy="Is the line connected, A to A and B to B? Do address and baud rate agree?",
    )


def no_reader(line: SerialLine, address: int, *, heard: bool) -> ReaderError:
    """Return why nothing came of a reader: the line, nobody there, or a key that is not ours."""
    if not line.is_open:
        return ReaderError(f"{line.port} is gone.", remedy="Is its adapter plugged in?")
    if heard:
        return ReaderError(
            f"the reader at address {address} answers, but does not prove that it has our key.",
            remedy="Reset it, or put it into its install mode, as its manual says; then run "
            f"`ostiary osdp install reader --address {address}`.",
        )
    return ReaderError(
        f"no reader answers at address {address} of {line.port}.",
        remedy="Is it powered, are A and B not swapped, do address and baud rate agree?",
    )
