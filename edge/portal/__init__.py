"""The door as a thing: what releases it, what secures it, when it is open against its will.

Pure: what happens and the time come from outside, and what follows is data. In the words of
IEC 60839-11-1: the portal is secured or released; open, held open or forced open.
"""

from edge.portal.effects import EGRESS, STANDING, Effect, Note, NoteKind, Release, Secure, Show, Why
from edge.portal.happenings import (
    Granted,
    Happening,
    InputChanged,
    InputLost,
    Lockdown,
    OfficeMode,
    Secured,
    Tick,
    UnlockSchedule,
    Withdrawn,
)
from edge.portal.machine import Step, refusal, step
from edge.portal.policy import PortalPolicy, Relock
from edge.portal.state import Alarm, DoorCondition, PortalState, Position, condition_of

__all__ = [
    "EGRESS",
    "STANDING",
    "Alarm",
    "DoorCondition",
    "Effect",
    "Granted",
    "Happening",
    "InputChanged",
    "InputLost",
    "Lockdown",
    "Note",
    "NoteKind",
    "OfficeMode",
    "PortalPolicy",
    "PortalState",
    "Position",
    "Release",
    "Relock",
    "Secure",
    "Secured",
    "Show",
    "Step",
    "Tick",
    "UnlockSchedule",
    "Why",
    "Withdrawn",
    "condition_of",
    "refusal",
    "step",
]
