"""Posts events to one server, signed, in order, until it has taken each of them.

An event that cannot be delivered holds up those behind it: a receiver may rely on the order. It is
tried again, ever more slowly, for three days; only what the server itself refuses (4xx) is given up
after a few tries, and listed.
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random

from edge.announcing.follower import Follower
from edge.announcing.posting import Answer, Poster
from edge.announcing.reaching import as_told, pause
from edge.announcing.signing import SigningKey, headers
from edge.announcing.telling import is_silent, told
from edge.audit import AuditEntry, EventKind
from edge.errors import AnnouncingError

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
LONGEST_PAUSE = 3600.0
"""Seconds between two tries, at most: a server that is mended is told within the hour."""

RECORD_PAUSE = 2.0
"""Seconds after which a record that cannot be read is tried again."""

_ASK_LATER = frozenset({408, 429})
"""Of the refusals, those that are meant for now: RFC 9110, 15.5.9; RFC 6585, 4."""


class Verdict(Enum):
    """What follows from a try."""

    DONE = "done"
    AGAIN = "again"
    GIVEN_UP = "given up"


def judged(answer: Answer | None, *, tries: int, refusals: int) -> Verdict:
    """Return what follows from *answer*, None for none, to the try number *tries*, 1 or more.

    A redirect is a fault of the address, and tried again as it is until somebody corrects it: to
    follow it would send the event wherever a server says.
    """
    if answer is None:
        return Verdict.AGAIN
    if 200 <= answer.status < 300:
        return Verdict.DONE
    refused = 400 <= answer.status < 500 and answer.status not in _ASK_LATER
    return Verdict.GIVEN_UP if refused and tries >= refusals else Verdict.AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """What is posted: *kinds* None is everything that is not silent. *refusals*: tries after 4xx."""

    name: str
    site: str
    kinds: frozenset[EventKind] | None = None
    refusals: int = 5

    def wants(self, entry: AuditEntry) -> bool:
        """Tell whether *entry* is posted."""
        if self.kinds is not None and entry.event.kind in self.kinds:
            # Whoever names duress has it; nobody else learns of it from another kind.
            return not is_silent(entry.event) or EventKind.DURESS in self.kinds
        return self.kinds is None and not is_silent(entry.event)


def destination(name: str) -> str:
    """Return what the ledger calls the webhook *name*."""
    return f"webhook {name}"


class WebhookAnnouncer:
    """One server's announcer; :meth:`run` is for one thread."""

    def __init__(
        self,
        *,
        poster: Poster,
        keys: tuple[SigningKey, ...],
        policy: WebhookPolicy,
        follower: Follower,
        clock: Callable[[], datetime],
        chance: Random,
    ) -> None:
        self._poster = poster
        self._keys = keys
        self._policy = policy
        self._follower = follower
        self._clock = clock
        self._chance = chance
        self._told_fault = ""
        self.name = destination(policy.name)

    def run(self, stop: threading.Event) -> None:
        """Post whatever happens, until *stop* is set."""
        waiting = True
        while not stop.is_set():
            try:
                if waiting:
                    self._wait_on(stop)
                waiting = not self._post_all(stop)
                stop.wait(POLL_SECONDS)
            except Exception as error:  # noqa: BLE001 - one destination must not end the others
                self._say(str(as_told(error, self.name)))
                stop.wait(RECORD_PAUSE)

    def once(self, stop: threading.Event) -> None:
        """Post what there is to post now, each event tried once.

        :raises OstiaryError: if one could not be posted.
        """
        if not self._post_all(stop):
            place = self._follower.place
            raise AnnouncingError(f"entry {place.cursor + 1} waits: {place.fault}")

    def cut(self) -> None:
        """End the request that is under way; for the end, from another thread."""
        self._poster.cut()

    def test(self) -> str:
        """Post one signed test, and return in words how it was answered.

        :raises AnnouncingError: if it was not taken.
        """
        now = self._clock()
        body = _body("test", now, {"site": self._policy.site})
        answer = self._poster.post(body, self._headers(body, f"test-{uuid.uuid4()}"))
        if judged(answer, tries=1, refusals=1) is not Verdict.DONE:
            raise _refusal(self._poster, answer)
        return f"{self._poster.words} took a signed test with status {answer.status}"

    def _post_all(self, stop: threading.Event) -> bool:
        """Post until nothing is left (True), or one was not taken (False)."""
        while not stop.is_set():
            reading = self._follower.read()
            if not reading.entries:
                return True
            gone = reading.gone
            for entry in reading.entries:
                if stop.is_set():
                    return True
                if not self._done_with(entry, gone):
                    return False
                gone = 0
        return True

    def _done_with(self, entry: AuditEntry, gone: int) -> bool:
        if not self._policy.wants(entry):
            self._follower.confirm(entry.sequence, passed_over=gone)
            return True
        if self._follower.stale(entry):
            self._follower.confirm(entry.sequence, passed_over=gone + 1)
            return True
        if gone:
            self._follower.confirm(entry.sequence - 1, passed_over=gone)
        return self._try(entry)

    def _try(self, entry: AuditEntry) -> bool:
        tries = self._follower.place.tries + 1
        answer, fault = self._posted(entry)
        verdict = judged(answer, tries=tries, refusals=self._policy.refusals)
        if verdict is Verdict.DONE:
            self._follower.confirm(entry.sequence, delivered=1)
            self._say("")
            return True
        self._say(fault)
        if verdict is Verdict.GIVEN_UP:
            log.warning("%s: entry %d is given up", self.name, entry.sequence)
            self._follower.give_up(entry.sequence, fault)
            return True
        seconds = pause(tries, longest=LONGEST_PAUSE, chance=self._chance)
        if answer is not None and answer.retry_after is not None:
            seconds = min(max(seconds, answer.retry_after), LONGEST_PAUSE)
        self._follower.failed(
            fault, tries=tries, try_after=self._clock() + timedelta(seconds=seconds)
        )
        return False

    def _posted(self, entry: AuditEntry) -> tuple[Answer | None, str]:
        body = _body(
            entry.event.kind.value, entry.event.at, {"site": self._policy.site, **told(entry)}
        )
        # The number tells the order, the hash this record from a restored one's.
        message_id = f"{entry.sequence}-{entry.hash[:24]}"
        try:
            answer = self._poster.post(body, self._headers(body, message_id))
        except AnnouncingError as error:
            return None, str(error)
        return answer, str(_refusal(self._poster, answer))

    def _headers(self, body: bytes, message_id: str) -> dict[str, str]:
        signed = headers(self._keys, body, message_id=message_id, now=self._clock())
        return {"Content-Type": "application/json", "User-Agent": "Ostiary", **signed}

    def _wait_on(self, stop: threading.Event) -> None:
        """Wait until the next try is due, also when another process decided that."""
        due = self._follower.place.try_after
        if due is None:
            return
        seconds = (due - self._clock()).total_seconds()
        # A clock that was set back must not make it longer.
        stop.wait(min(max(seconds, 0.0), LONGEST_PAUSE))

    def _say(self, fault: str) -> None:
        if fault == self._told_fault:
            return
        if fault:
            log.warning("%s: %s", self.name, fault)
        else:
            log.warning("%s: delivered again", self.name)
        self._told_fault = fault


def _body(kind: str, at: datetime, data: dict[str, str | int]) -> bytes:
    values = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _refusal(poster: Poster, answer: Answer) -> AnnouncingError:
    """Return what to say of an answer that is no yes."""
    if 300 <= answer.status < 400:
        remedy = "Redirects are not followed: set the address that it means."
    elif answer.status in (401, 403):
        remedy = "Does it have the key that signs, and the right time?"
    elif 400 <= answer.status < 500 and answer.status not in _ASK_LATER:
        remedy = "Is the address that of the receiver, and does that take these events?"
    else:
        remedy = ""
    return AnnouncingError(f"{poster.words} answers {answer.status}", remedy=remedy)
