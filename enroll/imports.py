"""An import that goes on while the clerk looks: rehearsed row by row, then, if she says so, done.

One at a time in the whole house: the recognizer is one. The archive and the state are in memory
only. If the machine stops in between, whoever was enrolled stays enrolled, and the same archive,
sent again, goes on there, because finished rows are passed over.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.collection.badges import Badges
from edge.enrolling import Enroller
from edge.errors import OstiaryError
from edge.importing import Imported, Result, Row, import_rows, plan_rows

log = logging.getLogger(__name__)

PATIENCE = 30 * 60.0
"""Seconds that an archive of photos is kept for somebody to decide."""


class Phase(StrEnum):
    """How far an import is."""

    REHEARSING = "rehearsing"
    REHEARSED = "rehearsed"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


_BUSY = frozenset((Phase.REHEARSING, Phase.RUNNING))
_OVER = frozenset((Phase.DONE, Phase.STOPPED, Phase.FAILED))


@dataclass(frozen=True, slots=True)
class Progress:
    """An import as it stands: *outcomes* of the rows so far in this phase, of *total* rows."""

    phase: Phase
    total: int
    outcomes: tuple[Imported, ...]
    rehearsed: bool
    failure: OstiaryError | None

    @property
    def busy(self) -> bool:
        return self.phase in _BUSY

    def count(self, result: Result | str) -> int:
        """Return how many rows came out so."""
        return Counter(each.result for each in self.outcomes)[Result(result)]


class Import:
    """One import, worked at by a thread of its own from the moment it is made.

    *on_done* is told the last progress of what was really imported.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        enroller: Enroller,
        badges: Badges,
        collection_id: str,
        on_done: Callable[[Progress, str], None],
    ) -> None:
        self._rows: Sequence[Row] = rows
        self._total = len(rows)
        self._enroller = enroller
        self._badges = badges
        self._collection_id = collection_id
        self._on_done = on_done
        self._lock = threading.Lock()
        self._phase = Phase.REHEARSING
        self._outcomes: list[Imported] = []
        self._rehearsed = True
        self._failure: OstiaryError | None = None
        self._actor: str | None = None
        self._decided = threading.Event()
        self._stop = threading.Event()
        # A daemon: the program may end at any time, because each row is a transaction of its own.
        self._thread = threading.Thread(target=self._work, name="import", daemon=True)
        self._thread.start()

    def progress(self) -> Progress:
        """Return how far it is."""
        with self._lock:
            return Progress(
                self._phase, self._total, tuple(self._outcomes), self._rehearsed, self._failure
            )

    def run(self, actor: str) -> bool:
        """Import what was rehearsed, in the name of *actor*; return False if there is nothing to."""
        with self._lock:
            if self._phase is not Phase.REHEARSED:
                return False
            self._actor = actor
            self._begin(Phase.RUNNING)
        self._decided.set()
        return True

    def stop(self) -> None:
        """End it after the row that is being worked at; harmless if it has ended."""
        self._stop.set()
        self._decided.set()

    def wait(self, seconds: float) -> bool:
        """Return whether it has ended within so many seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def over(self) -> bool:
        with self._lock:
            return self._phase in _OVER

    def _work(self) -> None:
        try:
            self._rehearse()
            if self._decided.wait(PATIENCE) and not self._stop.is_set():
                self._import()
            else:
                self._end(Phase.STOPPED)
        except OstiaryError as error:
            log.warning("An import ended early: %s", type(error).__name__)
            self._failure = error
            self._end(Phase.FAILED)
        except Exception:  # whoever watches the page must learn of it, and the log why
            log.exception("An import failed")
            self._failure = OstiaryError("something went wrong here; the log says more")
            self._end(Phase.FAILED)
        finally:
            self._rows = ()  # and with them the photos

    def _rehearse(self) -> None:
        plan = plan_rows(
            self._rows,
            enroller=self._enroller,
            badges=self._badges,
            collection_id=self._collection_id,
        )
        if self._take(plan):
            with self._lock:
                self._phase = Phase.REHEARSED

    def _import(self) -> None:
        assert self._actor is not None  # noqa: S101 - set by run(), which alone lets it come here
        work = import_rows(
            self._rows,
            enroller=self._enroller,
            badges=self._badges,
            collection_id=self._collection_id,
            actor=self._actor,
        )
        whole = self._take(work)
        self._on_done(self.progress(), self._actor)
        self._end(Phase.DONE if whole else Phase.STOPPED)

    def _take(self, outcomes: Iterator[Imported]) -> bool:
        """Note each of *outcomes*; return False if it was stopped before the last one."""
        for outcome in outcomes:
            with self._lock:
                self._outcomes.append(outcome)
            if self._stop.is_set():
                return False
        return True

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        self._outcomes = []
        self._rehearsed = False

    def _end(self, phase: Phase) -> None:
        with self._lock:
            self._phase = phase


class Imports:
    """The one import that may be under way, or is over and still shown."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: Import | None = None

    @property
    def current(self) -> Import | None:
        with self._lock:
            return self._current

    def begin(self, make: Callable[[], Import]) -> bool:
        """Begin another import; return False if one is under way."""
        with self._lock:
            if self._current is not None and not self._current.over:
                return False
            self._current = make()
            return True

    def forget(self) -> None:
        """Stop the import, if there is one, and show it no more once it has ended."""
        with self._lock:
            if self._current is None:
                return
            if self._current.over:
                self._current = None
            else:
                self._current.stop()
