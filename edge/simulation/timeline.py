"""What is told of a scenario, line by line, and what happened since the step before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from edge.access.attempt_state import Ask
from edge.audit import AuditEntry, AuditEvent, ClockWatch, EventKind
from edge.domain import Decision, Evidence, Face, Frame, Outcome
from edge.portal import Release
from edge.simulation.clock import Clock
from edge.simulation.telling import Tone, ask_in_words, event_in_words, release_in_words


class LineKind(StrEnum):
    """What a line tells: an act, a record, the lock, what the door asks for, an unmet expectation."""

    STEP = "step"
    RECORD = "record"
    LOCK = "lock"
    ASKED = "asked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. *at* by the clock on the wall; *event* is the kind of a record."""

    at: datetime
    kind: LineKind
    words: str
    tone: Tone = Tone.PLAIN
    event: EventKind | None = None


@dataclass(slots=True)
class Since:
    """What happened since the step before; *first_line* is where that begins in the timeline."""

    first_line: int = 0
    events: list[EventKind] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    decision: Decision | None = None
    asks: tuple[str, ...] = ()


class Timeline:
    """Stands where a real door has its record and its screens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: list[Line] = []
        self._watch = ClockWatch(clock.read)
        self._newest_at: datetime | None = None
        self.latest_at: datetime | None = None
        """The latest time that anything was recorded at."""
        self.passing: str | None = None
        """Whom the door was released for last, while it was for somebody."""
        self.since = Since()

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines)

    @property
    def told_since(self) -> tuple[str, ...]:
        """The words of every line since the step before."""
        return tuple(line.words for line in self._lines[self.since.first_line :])

    def begin(self) -> None:
        """Forget what was told: how the door was before its story is no part of it."""
        self._lines.clear()
        self.anew()

    def anew(self) -> None:
        """Begin another step."""
        self.since = Since(first_line=len(self._lines))

    def restarted(self) -> None:
        """The program began anew, and what it knew of the clock is gone."""
        self._watch = ClockWatch(self._clock.read)

    def say(self, kind: LineKind, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Tell something."""
        self._lines.append(Line(self._clock.local, kind, words, tone))

    def locked(self, release: Release | None) -> None:
        """Tell what the lock does."""
        seconds = 0.0 if release is None else release.until - self._clock.now
        self.say(LineKind.LOCK, release_in_words(release, round(seconds, 1)))

    # As the record of events.

    def append(self, event: AuditEvent) -> AuditEntry:
        """Tell *event*, and before it that the clock was set, as the real record does."""
        reading, jump = self._watch.look(lambda: self._newest_at)
        if jump is not None:
            self._put(AuditEvent(EventKind.CLOCK_CHANGED, jump.after, detail=jump.words))
        entry = self._put(event)
        self._watch.accept(reading)
        return entry

    def _put(self, event: AuditEvent) -> AuditEntry:
        self.since.events.append(event.kind)
        words, tone = event_in_words(event)
        self._lines.append(Line(self._clock.local, LineKind.RECORD, words, tone, event.kind))
        self._newest_at = event.at
        self.latest_at = max(event.at, self.latest_at or event.at)
        if event.kind is EventKind.DECISION and event.outcome == Outcome.GRANT:
            self.passing = event.person_id
            self.since.let_in.append(str(event.person_id))
        elif event.kind in (EventKind.EXIT_REQUESTED, EventKind.REMOTE_UNLOCK):
            self.passing = None
        return AuditEntry(len(self._lines), event, "")

    # As a screen.

    def looked(self, frame: Frame, face: Face | None) -> None:
        """There are no frames."""

    def asked(self, ask: Ask) -> None:
        """Tell what the person at the door is asked for."""
        self.since.asks = (*ask.all_of, *ask.one_of)
        words = ask_in_words(ask)
        newest = self._lines[-1] if self._lines else None
        again = newest is not None and (newest.words, newest.at) == (words, self._clock.local)
        if words and not again:
            self.say(LineKind.ASKED, words)

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Keep the newest decision."""
        self.since.decision = decision
