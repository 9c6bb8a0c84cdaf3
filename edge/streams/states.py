"""In which states a stream processor may be, and what leads from one to another; pure."""

from __future__ import annotations

from enum import StrEnum

from edge.errors import InUseError


class Status(StrEnum):
    """States, in Rekognition's words. The values are stored: never rename one.

    UPDATING is among Rekognition's and does not occur: nothing here takes time to be updated.
    """

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    STOPPING = "STOPPING"


WATCHED = frozenset({Status.STARTING, Status.RUNNING, Status.FAILED})
"""States in which the camera is watched, or tried again and again."""

ACTIVE = WATCHED | {Status.STOPPING}
"""States that give the worker something to do."""


def started(status: Status) -> Status:
    """Return the state after somebody asked to start.

    :raises InUseError: unless it is stopped.
    """
    if status is not Status.STOPPED:
        raise InUseError(f"the stream processor is {status}", remedy="Stop it first.")
    return Status.STARTING


def stopped(status: Status) -> Status:
    """Return the state after somebody asked to stop; one that fails gives up trying.

    :raises InUseError: if it is stopped, or stopping, already.
    """
    if status not in WATCHED:
        raise InUseError(f"the stream processor is {status}", remedy="Start it first.")
    return Status.STOPPING


def refuse_deletion(status: Status) -> None:
    """Refuse to delete what is at work.

    :raises InUseError: unless it is stopped.
    """
    if status is not Status.STOPPED:
        raise InUseError(f"the stream processor is {status}", remedy="Stop it first.")


def seeing(status: Status) -> Status:
    """Return the state after the camera gave a frame."""
    return Status.RUNNING if status in WATCHED else status


def failing(status: Status) -> Status:
    """Return the state after the camera, or what its frames are for, failed."""
    return Status.FAILED if status in WATCHED else status
