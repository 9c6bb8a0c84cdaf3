"""The controller of a scenario: the machine of the real door, carried out in virtual time."""

from __future__ import annotations

from collections.abc import Callable

from edge.domain import InputName, Reason
from edge.portal import (
    Alarm,
    DoorCondition,
    Granted,
    Happening,
    Lockdown,
    Note,
    OfficeMode,
    PortalPolicy,
    PortalState,
    Release,
    Secure,
    Secured,
    Tick,
    UnlockSchedule,
    Withdrawn,
    condition_of,
    refusal,
    step,
)


class Control:
    """Asks the machine what follows; *note* records, *lock* is told True for released."""

    def __init__(
        self,
        policy: PortalPolicy,
        *,
        clock: Callable[[], float],
        note: Callable[[Note], None],
        lock: Callable[[Release | None], None],
        lockdown: bool = False,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._note = note
        self._lock = lock
        self._state = PortalState(lockdown=lockdown)

    @property
    def condition(self) -> DoorCondition:
        return condition_of(self._state)

    @property
    def refusal(self) -> Reason | None:
        return refusal(self._state, self._clock())

    @property
    def busy(self) -> bool:
        """Whether something is under way that ends within seconds or minutes."""
        state = self._state
        opened = state.held_from is not None and not state.alarms & {
            Alarm.HELD_OPEN,
            Alarm.FORCED_OPEN,
        }
        pressed = state.rex_since is not None and InputName.REX not in state.dead
        passing = state.grant is not None or state.exit is not None
        return passing or pressed or (opened and state.standing(self._policy) is None)

    @property
    def ends_at(self) -> float | None:
        """When office mode ends by itself."""
        return self._state.office_until

    def happen(self, happening: Happening) -> Reason | None:
        """Let *happening* happen now; return why it was refused, if it was."""
        found = step(self._state, happening, self._clock(), self._policy)
        self._state = found.state
        for effect in found.effects:
            if isinstance(effect, Note):
                self._note(effect)
            elif isinstance(effect, Release):
                self._lock(effect)
            elif isinstance(effect, Secure):
                self._lock(None)
        return found.refused

    def start(self) -> None:
        """Nothing has to be started."""

    def check(self) -> None:
        """Nothing can fail."""

    def tick(self) -> None:
        """Let time pass."""
        self.happen(Tick())

    def grant(self, *, extended: bool = False) -> bool:
        """Release the door for somebody."""
        granted = Granted(extended=extended)
        return self.happen(granted) is None

    def lockdown(self, *, active: bool, detail: str = "") -> None:
        """Begin or end the lockdown."""
        self.happen(Lockdown(active, detail))

    def office_mode(self, *, active: bool, detail: str = "") -> Reason | None:
        """Leave the door unlocked, or end that."""
        return self.happen(OfficeMode(active, detail))

    def unlock_schedule(self, *, active: bool) -> None:
        """Say whether the door is to be unlocked at this time."""
        self.happen(UnlockSchedule(active))

    def withdraw(self) -> None:
        """End what a grant released."""
        self.happen(Withdrawn())

    def secure(self) -> None:
        """End everything that was begun."""
        self.happen(Secured())
