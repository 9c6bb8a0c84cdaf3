"""One person at the kiosk, from her consent until she leaves: kept in memory, and not for long.

No picture is kept, only what was computed from the few that are enrolled. Whoever walks away is
forgotten after a minute even if the browser never says another word.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from edge.collection.people import Consent
from edge.enrolling import Examined
from edge.logs.seldom import Seldom
from enroll.kiosk.guide import ENROLLED, Goal, Taken
from enroll.store import hash_of, new_token

log = logging.getLogger(__name__)

IDLE_SECONDS = 75.0
"""Without a sign of life. The page asks after 45 and leaves after 60 by itself; this is for a page
that cannot."""

LONGEST_SECONDS = 900.0
"""In all: a face on a poster is a sign of life, too."""

MOST_VISITS = 16
"""At a time, over all kiosks; a visit holds a few kilobytes, this is against a page gone wild."""


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A face that was kept, and the goal it was kept for."""

    goal: Goal
    examined: Examined


@dataclass(slots=True)
class Visit:
    """What is known of somebody who has not been saved yet.

    *account_id* is whose kiosk it is; *consent* is None for who declined: she has no face here.
    *waiting_since* and the other times are seconds of a clock that never jumps. One request at a
    time: hold *turn*.
    """

    account_id: str
    consent: Consent | None
    begun: float
    seen: float
    waiting_since: float
    captures: list[Capture] = field(default_factory=list)
    printed_similarity: float | None = None
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def taken(self) -> tuple[Taken, ...]:
        return tuple(Taken(each.goal, each.examined.face.quality.pose) for each in self.captures)

    @property
    def enrolled(self) -> tuple[Examined, ...]:
        """The faces to be stored."""
        return tuple(each.examined for each in self.captures if each.goal is not Goal.PROOF)

    @property
    def proof(self) -> Examined | None:
        """The face that is not stored but tried against what was."""
        return next((each.examined for each in self.captures if each.goal is Goal.PROOF), None)

    @property
    def complete(self) -> bool:
        """Whether nothing more is wanted of her face; always so for who declined."""
        return self.consent is None or len(self.captures) == len(ENROLLED) + 1

    def ends_at(self) -> float:
        return min(self.seen + IDLE_SECONDS, self.begun + LONGEST_SECONDS)


class Visits:
    """The visits of this process; threads may share it. *clock* gives seconds and never jumps."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Visit] = {}
        self._turn = threading.Lock()
        self._seldom = Seldom(log, clock=clock)
        self._wiper: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, account_id: str, consent: Consent | None) -> str | None:
        """Return the token of a new visit, or None while there are too many."""
        now = self._clock()
        token = new_token()
        with self._turn:
            self._wipe(now)
            if len(self._open) >= MOST_VISITS:
                self._seldom.warn("The kiosk refuses a visit: %d are open", len(self._open))
                return None
            self._open[hash_of(token)] = Visit(account_id, consent, now, now, now)
            self._arm(now)
        return token

    def find(self, token: str, *, account_id: str) -> Visit | None:
        """Return the visit of *token* at a kiosk of *account_id*, or None if it is over."""
        now = self._clock()
        with self._turn:
            self._wipe(now)
            visit = self._open.get(hash_of(token))
            return visit if visit is not None and visit.account_id == account_id else None

    def alive(self, visit: Visit) -> None:
        """Note that somebody is there."""
        visit.seen = self._clock()

    def end(self, token: str) -> None:
        """Forget a visit; harmless if it is over."""
        with self._turn:
            self._open.pop(hash_of(token), None)

    def close(self) -> None:
        """Forget everybody."""
        with self._turn:
            self._open.clear()
            if self._wiper is not None:
                self._wiper.cancel()
                self._wiper = None

    def _wipe(self, now: float) -> None:
        over = [token for token, visit in self._open.items() if now >= visit.ends_at()]
        for token in over:
            del self._open[token]
        if over:
            log.info("The kiosk forgot %d abandoned visits", len(over))

    def _arm(self, now: float) -> None:
        """Wipe by itself when the next visit ends, though nobody asks any more."""
        if self._wiper is not None:
            return
        first = min(visit.ends_at() for visit in self._open.values())
        self._wiper = threading.Timer(max(first - now, 0.0) + 0.1, self._ring)
        self._wiper.daemon = True
        self._wiper.start()

    def _ring(self) -> None:
        with self._turn:
            now = self._clock()
            self._wiper = None
            self._wipe(now)
            if self._open:
                self._arm(now)
