"""How the door is at one moment, as one line of JSON between two programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from edge.domain import InputName
from edge.portal import Alarm, DoorCondition, Position, Why
from edge.storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The newest decision at the door; *similarity* and *threshold* in percent."""

    at: datetime
    granted: bool
    reason: str
    similarity: float | None
    threshold: float | None
    person_id: str | None


@dataclass(frozen=True, slots=True)
class DoorState:
    """How the door is. *fault* is the kind of error that keeps it from looking, or None.

    *condition*: lock, leaf, alarms and modes. *face*: None for no face, else why the face is not
    good enough; empty for a good one. *prompt*: what the person is asked to do, if anything;
    *wanted*: what else she is asked to show.
    """

    door: str
    condition: DoorCondition
    fault: str | None
    face: tuple[str, ...] | None
    decision: LastDecision | None
    prompt: str | None = None
    wanted: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return what :meth:`from_bytes` reads."""
        return json.dumps(asdict(self), default=to_text).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> DoorState:
        """Return the state that :meth:`to_bytes` wrote.

        :raises ValueError: if it did not.
        """
        try:
            values = json.loads(content)
            face, last = values["face"], values["decision"]
            return cls(
                door=values["door"],
                condition=_condition(values["condition"]),
                fault=values["fault"],
                face=None if face is None else tuple(face),
                prompt=values["prompt"],
                wanted=tuple(values["wanted"]),
                decision=None
                if last is None
                else LastDecision(**last | {"at": from_text(last["at"])}),
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("this is no state of a door") from error


def _condition(values: dict[str, Any]) -> DoorCondition:
    why = values["why"]
    return DoorCondition(
        **values
        | {
            "why": None if why is None else Why(why),
            "position": Position(values["position"]),
            "alarms": tuple(Alarm(each) for each in values["alarms"]),
            "dead": tuple(InputName(each) for each in values["dead"]),
        }
    )
