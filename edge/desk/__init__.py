"""The desk between the pages and the door: requests go one way, answers the other."""

from edge.desk.desk import (
    DOOR_MILLISECONDS,
    LONGEST_REASON,
    Answer,
    Command,
    Desk,
    DoorRequest,
    State,
)

__all__ = [
    "DOOR_MILLISECONDS",
    "LONGEST_REASON",
    "Answer",
    "Command",
    "Desk",
    "DoorRequest",
    "State",
]
