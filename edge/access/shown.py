"""What is shown at a door, as the attempt is told: read, looked up and compared by somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from edge.domain import Credentials, Reason


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """A badge was read. *owner* is whose it is, valid or not; None for nobody's."""

    number: str = field(repr=False)
    owner: Credentials | None


@dataclass(frozen=True, slots=True)
class FaceRecognized:
    """A live face was found in the gallery (1:N), far enough from everybody else's.

    Also where the nearest is marked as a look-alike: then it is one of them.
    """

    person: Credentials


@dataclass(frozen=True, slots=True)
class FaceUnknown:
    """A live face was looked for in the gallery (1:N) and, finally, not found.

    *reason* is NO_MATCH, SIMILARITY_TOO_LOW or AMBIGUOUS; *person_id* the nearest, for the record.
    """

    reason: Reason
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class FaceCompared:
    """A live face was compared with *person_id* alone (1:1), as it was asked for; a final answer."""

    person_id: str
    alike: bool


@dataclass(frozen=True, slots=True)
class FaceLeft:
    """Whoever stood before the camera is gone, and with her whatever her face has proven."""


@dataclass(frozen=True, slots=True)
class PinTyped:
    """A PIN was typed. Its digits stay with who tells this, until it is asked whose it must be."""


class PinResult(StrEnum):
    """What a PIN was worth, as it was asked for; counting the wrong ones is the store's business."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The PIN that was typed was compared with *person_id*'s. *duress*: it is her one for duress."""

    person_id: str
    result: PinResult
    duress: bool = False


Shown: TypeAlias = (
    BadgeShown | FaceRecognized | FaceUnknown | FaceCompared | FaceLeft | PinTyped | PinChecked
)
