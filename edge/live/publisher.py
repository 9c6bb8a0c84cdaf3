"""The door's side: shows the newest picture and state, only while somebody looks.

While nobody does, it costs one question to the file system a turn. Whatever fails here is said
once and left alone for a while: the door has better things to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

import cv2

from edge.access.attempt_state import Ask
from edge.domain import Decision, Evidence, Face, Frame, Pixels, Prompt
from edge.live.folder import PICTURE, STATE, VIEWER, LiveFolder
from edge.live.state import DoorState, LastDecision
from edge.portal import DoorCondition

log = logging.getLogger(__name__)

PERIOD = 0.2
"""Seconds between two pictures: smooth enough to see what happens, little work for a small board."""

RETRY_SECONDS = 5.0
LONGEST_SIDE = 640
JPEG_QUALITY = 80

SHOWN_SECONDS = 3.0
"""How long a decision colours the box."""

WHITE, GREEN, RED = (255, 255, 255), (96, 190, 60), (60, 60, 230)
"""Blue, green, red."""


class Publisher:
    """An observer and a sign of the door, with files in *folder*."""

    def __init__(
        self, folder: LiveFolder, *, door: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._door = door
        self._clock = clock
        self._watched = False
        self._picture_at = self._state_at = float("-inf")
        self._face: Face | None = None
        self._decision: LastDecision | None = None
        self._decided_at = float("-inf")
        self._prompt: Prompt | None = None
        self._ask: Ask | None = None
        self._told: DoorState | None = None
        self._retry_at = float("-inf")
        self._failed = False

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Show *frame* with a box around *face*."""
        self._face = face
        now = self._clock()
        if not self._watched or now - self._picture_at < PERIOD:
            return
        self._picture_at = now
        colour = WHITE
        if self._decision is not None and now - self._decided_at < SHOWN_SECONDS:
            colour = GREEN if self._decision.granted else RED
        self._write(PICTURE, jpeg_of(frame.pixels, face, colour))

    def asked(self, ask: Ask) -> None:
        """Show what else the person at the door is asked for."""
        self._ask = ask

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Keep the newest decision."""
        self._ask = None
        self._decided_at = self._clock()
        self._decision = LastDecision(
            at=at,
            granted=decision.granted,
            reason=decision.reason,
            similarity=decision.similarity,
            threshold=decision.threshold,
            person_id=decision.person_id,
        )

    def prompt(self, prompt: Prompt | None) -> None:
        """Show what the person at the door is asked to do."""
        self._prompt = prompt

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:
        """Show how the door is; take everything away when nobody looks any more."""
        now = self._clock()
        if now < self._retry_at:
            return
        watched = self._folder.is_fresh(VIEWER)
        if self._watched and not watched:
            self._clear()
        self._watched = watched
        if not watched:
            return
        if fault is not None:
            self._face = None
        state = DoorState(
            door=self._door,
            condition=condition,
            fault=fault,
            face=None if self._face is None else tuple(self._face.quality.reasons),
            decision=self._decision,
            prompt=self._prompt,
            wanted=self._wanted(now),
        )
        if state != self._told or now - self._state_at >= 1.0:
            self._told, self._state_at = state, now
            self._write(STATE, state.to_bytes())

    def _wanted(self, now: float) -> tuple[str, ...]:
        ask = self._ask
        return () if ask is None or now >= ask.until else (*ask.all_of, *ask.one_of)

    def close(self) -> None:
        """Take everything away."""
        self._watched = False
        self._clear()

    def _clear(self) -> None:
        self._told = None
        for name in (PICTURE, STATE):
            self._folder.remove(name)

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._folder.write(name, content)
        except OSError as error:
            self._watched = False
            self._retry_at = self._clock() + RETRY_SECONDS
            if not self._failed:
                log.warning("what the door sees cannot be shown: %s", error)
            self._failed = True
        else:
            self._failed = False


def jpeg_of(pixels: Pixels, face: Face | None, colour: tuple[int, int, int]) -> bytes:
    """Return *pixels* as a small JPEG, with a box of *colour* (BGR) around *face*."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    size = (round(width * scale), round(height * scale))
    shown = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels.copy()
    if face is not None:
        corners = (face.box.left, face.box.top, face.box.right, face.box.bottom)
        left, top, right, bottom = (round(corner * scale) for corner in corners)
        cv2.rectangle(shown, (left, top), (right, bottom), colour, thickness=2)
    return bytes(cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])
