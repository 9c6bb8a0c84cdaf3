"""Watches one camera for the faces of a collection: the door's loop without a lock.

Whoever stands before the camera is looked at as at a door, over several good frames, and told of
once: as one of the collection, as nobody in it, or as not seen well enough. No fault ends it: the
state says what is wrong, and it is tried again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from edge.audit import AuditEvent, EventKind
from edge.domain import Decision, Embedding, FaceMatch, Frame, Outcome, Reason
from edge.door.parts import FaceReader, Record
from edge.door.watch import PresentationPolicy, Question
from edge.door.watching import Look, Watching
from edge.errors import CameraError, EndOfFootageError, OstiaryError
from edge.hardware import Camera

log = logging.getLogger(__name__)

FAULT_PAUSE = 0.5
"""Seconds between a fault and the next try."""


class FaceSearch(Protocol):
    """The part of a gallery that is needed."""

    def search_faces(
        self, embedding: Embedding, *, limit: int, threshold: float = 0.0
    ) -> tuple[FaceMatch, ...]: ...


class GalleryLender(Protocol):
    """Lends the gallery of a collection."""

    def of(self, collection_id: str) -> AbstractContextManager[FaceSearch]: ...


class Signs(Protocol):
    """Where a watcher says how it is; called often, and cheap while nothing changes."""

    def seeing(self) -> None: ...

    def failing(self, message: str) -> None: ...

    def ended(self, message: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose faces a watcher looks for. *name* is the stream processor's, *threshold* in percent."""

    name: str
    collection_id: str
    threshold: float


class Watcher:
    """One stream processor at work; for one thread."""

    def __init__(
        self,
        *,
        wanted: Wanted,
        camera: Callable[[], Camera],
        recognizer: FaceReader,
        galleries: GalleryLender,
        audit: Record,
        policy: PresentationPolicy,
        signs: Signs,
    ) -> None:
        self._wanted = wanted
        self._open_camera = camera
        self._recognizer = recognizer
        self._galleries = galleries
        self._audit = audit
        self._policy = policy
        self._signs = signs
        self._fault: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Watch until *stop* is set or recorded footage ends."""
        while not stop.is_set():
            try:
                camera = self._open_camera()
            except OstiaryError as error:
                self._failed(error)
                stop.wait(FAULT_PAUSE)
                continue
            try:
                if self._watch(camera, stop):
                    return
            finally:
                camera.close()

    def _watch(self, camera: Camera, stop: threading.Event) -> bool:
        """Return whether recorded footage has ended."""
        watching = Watching(camera=camera, recognizer=self._recognizer, policy=self._policy)
        while not stop.is_set():
            try:
                self._step(watching)
            except EndOfFootageError:
                self._signs.ended("The footage has ended.")
                return True
            except Exception as error:  # noqa: BLE001 - whatever fails, the camera is watched on
                watching.forget()
                self._failed(error)
                stop.wait(FAULT_PAUSE)
        return False

    def _step(self, watching: Watching) -> None:
        look = watching.look()
        if look is None:
            return
        if isinstance(look.follows, Question):
            self._answer(watching, look.follows, look)
        elif isinstance(look.follows, Decision):
            # Who left before the last word: what she was then is what she stays.
            self._record(look.frame, look.follows, None)
        self._signs.seeing()
        if self._fault is not None:
            log.warning("stream processor %s works again", self._wanted.name)
            self._fault = None

    def _answer(self, watching: Watching, question: Question, look: Look) -> None:
        best, decision = self._judged(question)
        decided = decision.granted or question.final
        if decided and not watching.assured(look):
            return
        watching.conclude(question, decision, look.frame)
        if decided:
            self._record(look.frame, decision, best)

    def _judged(self, question: Question) -> tuple[FaceMatch | None, Decision]:
        """Return the face most alike and what that means; a match ends the approach, as a grant."""
        evidence = question.evidence
        if evidence.embedding is None or evidence.frames < self._policy.frames:
            return None, Decision(Outcome.DENY, Reason.LOW_QUALITY)
        with self._galleries.of(self._wanted.collection_id) as gallery:
            best = next(iter(gallery.search_faces(evidence.embedding, limit=1)), None)
        if best is None:
            return None, Decision(Outcome.DENY, Reason.NO_MATCH)
        if not best.similarity >= self._wanted.threshold:
            return None, Decision(Outcome.DENY, Reason.NO_MATCH, best.similarity)
        decision = Decision(
            Outcome.GRANT, Reason.MATCH, best.similarity, self._wanted.threshold, best.person_id
        )
        return best, decision

    def _record(self, frame: Frame, decision: Decision, best: FaceMatch | None) -> None:
        # No outcome: nothing was opened, and nobody was turned away.
        self._audit.append(
            AuditEvent(
                kind=EventKind.SIGHTED,
                at=frame.at,
                door=self._wanted.name,
                reason=decision.reason,
                similarity=decision.similarity,
                person_id=decision.person_id,
                detail="" if best is None else f"face {best.face_id}",
            )
        )

    def _failed(self, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}"
        known = isinstance(error, OstiaryError)
        self._signs.failing(str(error) if known else "It failed by a fault of this program.")
        if told == self._fault:
            return
        self._fault = told
        if isinstance(error, CameraError):
            return  # the camera logs its own losses, once each
        if known:
            log.error("stream processor %s fails: %s", self._wanted.name, error)
        else:
            log.error(
                "stream processor %s fails by a fault in Ostiary.",
                self._wanted.name,
                exc_info=error,
            )
