"""What a door counts while it works: frames, decisions, releases, alarms, what it cannot do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from edge.access.attempt_state import Ask
from edge.domain import Decision, Evidence, Face, Frame, InputName
from edge.portal import Alarm, DoorCondition, Position, Why

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper ends of the buckets. One core of a desktop takes 5 to 20 ms for either stage."""

STAGES = ("find", "follow", "embed")

MODES = ("lockdown", "office", "schedule", "fire", "held-open-warning")

CAMERA_FAULTS = frozenset(("CameraError", "EndOfFootageError"))
"""What the loop calls a camera that is lost."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events that wait: *owed* for space on the disk, *waiting* for a slow one, *lost* for good."""

    owed: int
    waiting: int
    lost: int


class DoorFigures:
    """An observer and a sign of the door, with its figures in *registry*.

    *backlog* tells what waits to be recorded. Releases are seen once a turn of the loop, which is
    more often than any lock can be released and secured.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        door: str,
        version: str,
        backlog: Callable[[], Backlog],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._backlog = backlog
        self._before = DoorCondition()
        self._fault: str | None = None

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"ostiary_door_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"ostiary_door_{name}", text, labels, registry=registry)

        gauge(
            "info", "Always 1: the door's name and the program's version.", "door", "version"
        ).labels(door=door, version=version).set(1)
        gauge("start_timestamp_seconds", "When the daemon started.").set(clock())
        self._frames = counter("frames", "Frames that were looked at.")
        self._faces = counter("faces", "Frames of those that showed a face.")
        self._seen = gauge("last_frame_timestamp_seconds", "When the newest frame was taken.")
        self.stages = Histogram(
            "ostiary_door_stage_seconds",
            "Time that a stage of a frame took.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self._decisions = counter("decisions", "Decisions.", "outcome", "reason")
        self._released = gauge("released", "1 while the lock is released.")
        self._releases = counter("releases", "Releases that began, by their reason.", "why")
        self._openings = counter("openings", "How often the door was opened.")
        self._leaf = gauge("leaf", "1 for where the leaf is.", "position")
        self._alarms = gauge("alarm", "1 while the alarm lasts.", "alarm")
        self._modes = gauge("mode", "1 while the mode is in force.", "mode")
        self._dead = gauge("input_dead", "1 while the input is lost or stuck.", "input")
        self._faults = gauge("fault", "1 for what keeps faces from being looked at.", "kind")
        self._camera = gauge("camera_up", "0 while the camera is lost.")
        self._owed = gauge("events_owed", "Events kept in memory because the disk is full.")
        self._waiting = gauge("events_waiting", "Events about to be written.")
        self._lost = gauge("events_lost", "Events for which not even memory was left.")
        ProcessCollector(namespace="ostiary_door", registry=registry)
        # There from the start, so that the first one is seen to grow.
        for stage in STAGES:
            self.stages.labels(stage=stage)
        for why in Why:
            self._releases.labels(why=why.value)
        self._camera.set(1)
        self.turned(DoorCondition(), fault=None)

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Count *frame*."""
        self._frames.inc()
        self._seen.set(frame.at.timestamp())
        if face is not None:
            self._faces.inc()

    def asked(self, ask: Ask) -> None:
        """Ignore what else is asked for: the decision comes."""

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Count the decision, not whose it was."""
        self._decisions.labels(outcome=decision.outcome.value, reason=decision.reason.value).inc()

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:
        """Take note of how the door is."""
        before, self._before = self._before, condition
        if condition.why is not None and condition.why is not before.why:
            self._releases.labels(why=condition.why.value).inc()
        self._openings.inc(max(0, condition.openings - before.openings))
        self._released.set(condition.released)
        for position in Position:
            self._leaf.labels(position=position.value).set(position is condition.position)
        for alarm in Alarm:
            self._alarms.labels(alarm=alarm.value).set(alarm in condition.alarms)
        for name in InputName:
            self._dead.labels(input=name.value).set(name in condition.dead)
        in_force = (
            condition.lockdown,
            condition.office,
            condition.schedule,
            condition.fire,
            condition.warning,
        )
        for mode, active in zip(MODES, in_force, strict=True):
            self._modes.labels(mode=mode).set(active)
        self._blame(fault)
        backlog = self._backlog()
        self._owed.set(backlog.owed)
        self._waiting.set(backlog.waiting)
        self._lost.set(backlog.lost)

    def _blame(self, fault: str | None) -> None:
        if fault == self._fault:
            return
        if self._fault is not None:
            self._faults.remove(self._fault)
        if fault is not None:
            self._faults.labels(kind=fault).set(1)
        self._camera.set(fault not in CAMERA_FAULTS)
        self._fault = fault
