"""Figures of a running door for whoever watches over it: counted, never about a person.

Every label has few values, all of them words of this program: no id, no name, no badge.
"""

from edge.metrics.door import Backlog, DoorFigures
from edge.metrics.heartbeat import ALIVE_SECONDS, Beat, HeartbeatSign, beat_in, figures_in
from edge.metrics.host import HostFigures, Kept, held_back, temperature
from edge.metrics.timing import TimedReader

__all__ = [
    "ALIVE_SECONDS",
    "Backlog",
    "Beat",
    "DoorFigures",
    "HeartbeatSign",
    "HostFigures",
    "Kept",
    "TimedReader",
    "beat_in",
    "figures_in",
    "held_back",
    "temperature",
]
