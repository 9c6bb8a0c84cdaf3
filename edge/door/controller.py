"""Who owns the lock of a door: asks its machine what follows, and carries it out.

Whatever happens comes in here, from any thread: grants of the loop, commands of the pages, and, by
threads of its own, the inputs and the time. So the way out is free within milliseconds, whatever
the camera is doing. A standing release waits for its record, which the clerk writes; a way out
waits for nothing. The lease sees to it that no release outlives its deadline, and if any part
fails, the lock is secured, nothing is released any more, and :meth:`DoorController.check` tells
the loop to end.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from edge.audit import AuditEvent, EventKind
from edge.domain import Reason, Signal
from edge.door.clerk import Clerk
from edge.door.driving import Driver
from edge.door.lease import Lease
from edge.door.listening import listen
from edge.door.parts import Record
from edge.door.threads import Threads
from edge.errors import AuditError, LockError
from edge.hardware import DoorInputs, Lock, Signaller
from edge.portal import (
    DoorCondition,
    Effect,
    Granted,
    Happening,
    Lockdown,
    Note,
    OfficeMode,
    PortalPolicy,
    PortalState,
    Release,
    Secured,
    Show,
    Step,
    Tick,
    UnlockSchedule,
    Withdrawn,
    condition_of,
    refusal,
    step,
)
from edge.portal.machine import RECORDED_FIRST, signal_of

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
"""How often time passes for the machine; deadlines of the lock are the lease's and exact."""

STALLED_SECONDS = 30.0
"""Without a tick for so long, a thread of the door hangs."""


class DoorController:
    """Drives *lock* by *policy*, and owns it, *inputs* and *signaller*. For any thread.

    *lockdown*: whether the door begins in lockdown, as it ended.
    """

    def __init__(
        self,
        lock: Lock,
        *,
        door: str,
        audit: Record,
        policy: PortalPolicy | None = None,
        inputs: DoorInputs | None = None,
        signaller: Signaller | None = None,
        lockdown: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy or PortalPolicy()
        self._driver = Driver(Lease(lock, longest=self._policy.longest, clock=clock))
        self._door = door
        self._inputs = inputs
        self._signaller = signaller
        self._clock = clock
        self._turn = threading.RLock()
        self._state = PortalState(lockdown=lockdown)
        self._noted = self._written = self._gate = 0
        self._signal: Signal | None = None
        self._failure: BaseException | None = None
        self._ends = threading.Event()
        self._ticked_at: float | None = None
        self._clerk = Clerk(audit, written=self._wrote)
        self._threads = Threads(self._fail)
        self._started = False
        if lockdown:
            log.warning("the door is in lockdown, as it was before")

    @property
    def condition(self) -> DoorCondition:
        """How the door is; a lock that does not obey counts as released."""
        with self._turn:
            condition = condition_of(self._state)
            return replace(condition, released=self._driver.released)

    @property
    def unwritten(self) -> int:
        """How many events of the door are not in the audit yet."""
        return self._clerk.waiting

    @property
    def refusal(self) -> Reason | None:
        """Why a grant would be refused now, if it would be."""
        with self._turn:
            refused = refusal(self._state, self._clock())
            disobeys = self._state.release is None and self._driver.released
            if refused is None and (disobeys or self._over):
                return Reason.BUSY
            return refused

    def start(self) -> None:
        """Listen to the inputs, let time pass, and write what happens; done once.

        :raises LockError: if the machine is out of threads.
        """
        if self._started:
            return
        self._started = True
        self._threads.start("door-clerk", self._clerk.work)
        self._threads.start("door-clock", self._let_time_pass)
        if self._inputs is not None:
            inputs = self._inputs
            self._threads.start("door-inputs", lambda: listen(inputs, self._happen, self._ends))
        with self._turn:
            self._show(signal_of(self._state))

    def check(self) -> None:
        """Do nothing while all is well.

        :raises AuditError: if an event could not be recorded; the lock is secured.
        :raises LockError: if a thread of the door has ended or hangs; the lock is secured.
        """
        failure, ticked = self._failure, self._ticked_at
        if isinstance(failure, AuditError):
            raise failure
        if failure is not None:
            raise LockError("what drives the door has failed; it is locked.") from failure
        if ticked is not None and time.monotonic() - ticked > STALLED_SECONDS:
            raise LockError("what drives the door hangs; the lock was secured at its deadline.")

    def grant(self, *, extended: bool = False) -> bool:
        """Release the door for somebody; return False, doing nothing, where :attr:`refusal` says why.

        The grant is recorded already. *extended*: she needs more time than others.

        :raises AuditError: as :meth:`check`.
        :raises LockError: if the lock did not obey; it has been secured, or is being tried.
        """
        with self._turn:
            if isinstance(self._failure, AuditError):
                raise self._failure
            if self.refusal is not None:
                return False
            self._happen(Granted(extended=extended))
            fault = self._driver.fault
            if fault is None:
                return True
            self._happen(Withdrawn())
            raise fault

    def lockdown(self, *, active: bool, detail: str = "") -> None:
        """Begin or end the lockdown; *detail* says for the record who wants it, and why."""
        self._happen(Lockdown(active, detail))

    def office_mode(self, *, active: bool, detail: str = "") -> Reason | None:
        """Leave the door unlocked, or end that; return why not, if not."""
        return self._happen(OfficeMode(active, detail)).refused

    def unlock_schedule(self, *, active: bool) -> None:
        """Say whether the door is to be unlocked at this time; say it at least once a minute."""
        self._happen(UnlockSchedule(active))

    def show(self, signal: Signal) -> None:
        """Show *signal* to the person at the door while the door has nothing to say by itself."""
        with self._turn:
            if signal_of(self._state) is Signal.READY:
                self._show(signal)

    def withdraw(self) -> None:
        """End what a grant released, as after a fault; the way out and standing releases go on.

        :raises LockError: if the lock does not obey; it is tried until it does.
        """
        with self._turn:
            self._happen(Withdrawn())
            self._insist()

    def secure(self) -> None:
        """End every release that was begun, and lock the door; a fire alarm alone goes on.

        :raises LockError: if the lock does not obey; it is tried until it does.
        """
        with self._turn:
            self._happen(Secured())
            self._insist()

    def close(self) -> None:
        """Lock the door, write what is to be written, give every device back; may be called twice."""
        if self._ends.is_set():
            return
        with ExitStack() as parts:
            if self._signaller is not None:
                parts.callback(self._signaller.close)
            if self._inputs is not None:
                parts.callback(self._inputs.close)
            parts.callback(self._clerk.close)
            parts.callback(self._threads.join)
            parts.callback(self._clerk.end)
            parts.callback(self._driver.close)
            with self._turn:
                self._happen(Secured())
                self._ends.set()
            if self._inputs is not None:
                self._inputs.wake()

    @property
    def _over(self) -> bool:
        return self._failure is not None or self._ends.is_set()

    def _happen(self, happening: Happening) -> Step:
        with self._turn:
            if self._over:
                return Step(self._state, refused=Reason.BUSY)
            found = step(self._state, happening, self._clock(), self._policy)
            self._state = found.state
            for effect in found.effects:
                self._carry_out(effect)
            if not found.effects:
                self._drive()  # what the lock did not obey is tried again
            return found

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Note):
            event = self._event(EventKind(effect.kind.value), effect.detail)
            self._noted = self._clerk.note(event, owed=effect.owed)
        elif isinstance(effect, Release):
            self._gate = self._noted if effect.why in RECORDED_FIRST else 0
            self._drive()
        elif isinstance(effect, Show):
            self._show(effect.signal)
        else:
            self._drive()

    def _drive(self) -> None:
        """Have the lock do what the machine wants, unless that waits for its record."""
        release = self._state.release
        waits = release is not None and self._written < self._gate
        if not self._over and not waits and self._driver.drive(release):
            event = self._event(EventKind.FAULT, LockError.__name__)
            self._noted = self._clerk.note(event, owed=True)

    def _insist(self) -> None:
        if self._state.release is None or self._failure is not None:
            self._driver.secure()

    def _show(self, signal: Signal) -> None:
        if self._signaller is not None and signal is not self._signal:
            self._signal = signal
            self._signaller.show(signal)

    def _event(self, kind: EventKind, detail: str) -> AuditEvent:
        return AuditEvent(kind=kind, at=datetime.now(UTC), door=self._door, detail=detail)

    def _wrote(self, number: int) -> None:
        with self._turn:
            self._written = number
            self._drive()

    def _fail(self, error: BaseException) -> None:
        """Lock for good: what drives the door has failed."""
        with self._turn:
            self._driver.give_up()
            if self._failure is None:
                self._failure = error
                log.error("the door is locked for good, for a part of it failed.", exc_info=error)

    def _let_time_pass(self) -> None:
        while not self._ends.is_set():
            self._happen(Tick())
            self._ticked_at = time.monotonic()
            self._ends.wait(TICK_SECONDS)
