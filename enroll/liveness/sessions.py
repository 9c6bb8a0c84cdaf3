"""The sessions of this process: in memory, for three minutes, and then only that there was one.

A restart forgets them; whoever asks then is told that there is no such session, and makes another.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from secrets import SystemRandom

from edge.core import Core
from edge.logs.seldom import Seldom
from edge.similarity import SAME_FACE_FMR, similarity_of_fmr
from enroll.liveness.reader import SharedReader
from enroll.liveness.session import LIFETIME, LONGEST, Session, Status
from enroll.store import new_token

log = logging.getLogger(__name__)

REMEMBERED = 3600.0
"""Seconds for which an expired session is told from one that never was."""

MOST_WAITING = 32
"""Sessions of one key that are neither finished nor expired."""

MOST_RUNNING = 2
"""Cameras at a time: each wants every frame looked at within a tenth of a second."""


class LivenessSessions:
    """Makes and finds sessions; threads may share it. *make* gives one, by its id and owner."""

    def __init__(
        self,
        make: Callable[[str, str, float], Session],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._repeated: dict[tuple[str, str], str] = {}
        self._turn = threading.Lock()
        self._seldom = Seldom(log, clock=clock)

    @classmethod
    def of(cls, core: Core) -> LivenessSessions:
        """Return sessions that look at faces with the models of *core*."""
        reader = SharedReader(lambda: core.liveness)

        def make(session_id: str, owner: str, now: float) -> Session:
            return Session(
                session_id,
                owner=owner,
                reader=reader,
                draw=SystemRandom(),
                same_cosine=core.embedder.calibration.cosine(similarity_of_fmr(SAME_FACE_FMR)),
                created=now,
            )

        return cls(make)

    def now(self) -> float:
        """Return the time by the clock of the sessions."""
        return self._clock()

    def create(self, owner: str, *, token: str | None = None) -> Session | None:
        """Return a new session of *owner*, or None while she has too many that wait.

        The same *token* gives the same session again.
        """
        now = self._clock()
        with self._turn:
            self._forget(now)
            made = self._repeated.get((owner, token)) if token is not None else None
            if made is not None:
                return self._sessions[made]
            waiting = sum(each.owner == owner and _waits(each, now) for each in self._all())
            if waiting >= MOST_WAITING:
                self._seldom.warn("A liveness session is refused: %d of one key wait", waiting)
                return None
            session = self._make(str(uuid.uuid4()), owner, now)
            self._sessions[session.session_id] = session
            if token is not None:
                self._repeated[owner, token] = session.session_id
            return session

    def find(self, session_id: str) -> Session | None:
        """Return a session, expired or not, or None if there is none."""
        with self._turn:
            self._forget(self._clock())
            return self._sessions.get(session_id)

    def begin(self, session: Session) -> str | None:
        """Return what lets one browser use *session*, or None while too many cameras are on.

        :raises ValueError: if the session was given to a browser before, or has expired.
        """
        now = self._clock()
        with self._turn:
            if session.result(now).status is not Status.CREATED:
                raise ValueError("a session is used once")
            running = [each.result(now).status is Status.IN_PROGRESS for each in self._all()]
            if sum(running) >= MOST_RUNNING:
                return None
            token = new_token()
            session.begin(token, now)
        # Forgotten by itself, though the browser may never say another word.
        wiper = threading.Timer(LONGEST + 1, self._wipe, (session,))
        wiper.daemon = True
        wiper.start()
        return token

    def _all(self) -> tuple[Session, ...]:
        return tuple(self._sessions.values())

    @staticmethod
    def _wipe(session: Session) -> None:
        with session.turn:
            session.forget()

    def _forget(self, now: float) -> None:
        gone = {each.session_id for each in self._all() if now - each.created > REMEMBERED}
        for session_id in gone:
            del self._sessions[session_id]
        self._repeated = {token: made for token, made in self._repeated.items() if made not in gone}


def _waits(session: Session, now: float) -> bool:
    return now - session.created < LIFETIME and session.result(now).status in {
        Status.CREATED,
        Status.IN_PROGRESS,
    }
