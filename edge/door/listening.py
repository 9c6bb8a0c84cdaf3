"""Tells a door's machine what its contacts and buttons do, and which of them do not answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from edge.domain import InputName
from edge.errors import InputError
from edge.hardware import DoorInputs
from edge.portal import Happening, InputChanged, InputLost

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
"""How long to wait for an edge before looking again whether the door ends; it is also woken."""


def listen(
    inputs: DoorInputs, happen: Callable[[Happening], object], ends: threading.Event
) -> None:
    """Tell *happen* every change of *inputs*, at first how they all are, until *ends* is set.

    :raises InputError: if they are closed before that.
    """
    lost: set[InputName] = set()
    for name, level in inputs.levels().items():
        if level is not None:
            happen(InputChanged(name, level))
    while not ends.is_set():
        for name, level in inputs.levels().items():
            if level is None and name not in lost:
                lost.add(name)
                log.error("the input %s of the door does not answer", name)
                happen(InputLost(name))
        try:
            edges = inputs.wait(WAIT_SECONDS)
        except InputError:
            if ends.is_set():
                return
            raise
        for edge in edges:
            lost.discard(edge.input)
            happen(InputChanged(edge.input, edge.active))
