"""Plays of a door in front of films: ways of working, what is timed, and the memory of each."""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import resource
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Literal

import cv2
from crowd import fill
from door_films import CHANGE, FPS, MAN, NOBODY, STRANGER, Film, write_films

from edge import wiring
from edge.access.attempt_state import Ask
from edge.collection.people import NewPerson
from edge.config import (
    LivenessSettings,
    LiveSettings,
    LockSettings,
    RecognitionSettings,
    Settings,
    StorageSettings,
    load_settings,
)
from edge.core import Core
from edge.domain import Badge, Decision, Evidence, Face, Frame
from edge.door.effort import EffortPolicy
from edge.enrolling import Photo
from edge.hardware.lock_fake import FakeLock

ONE_CORE = 1


@dataclass(frozen=True, slots=True)
class Way:
    """A way of working, by the name it has in the table.

    *ahead*: frames are decoded while others are looked at; *threads*: cores that a network may use.
    """

    name: str
    effort: EffortPolicy
    ahead: bool = False
    threads: int = 1


WAYS = (
    Way("every frame searched and embedded", EffortPolicy(follow=False, gate=False)),
    Way("+ faces followed between searches", EffortPolicy(gate=False)),
    Way("+ still scenes left alone", EffortPolicy()),
    Way("+ frames decoded ahead: two cores", EffortPolicy(), ahead=True),
    Way("+ networks on two cores, too", EffortPolicy(), ahead=True, threads=2),
)


@dataclass(frozen=True, slots=True)
class Play:
    """A *film*, and what is demanded of faces in it: `passive` lets the man in, `challenge` asks."""

    title: str
    film: str
    mode: Literal["passive", "challenge"]


PLAYS = (
    Play("the man is let in, and stays", MAN, "passive"),
    Play("the man is asked to move, and does not", MAN, "challenge"),
    Play("a stranger stays", STRANGER, "passive"),
    Play("people change", CHANGE, "passive"),
    Play("nobody", NOBODY, "passive"),
)

PARTS = ("decode", "search", "follow", "embed", "liveness", "people")


@dataclass(slots=True)
class Laps:
    """Seconds of processor time and calls, by part."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    calls: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))

    def of(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return *work*, whose time is noted for *part*."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.seconds[part] += time.thread_time() - began
                self.calls[part] += 1

        return timed


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and so many seconds of the film before it."""

    at: float
    reason: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Played:
    """How one play went: *processor* and *wall* seconds, the *laps*, and what was decided."""

    frames: int
    processor: float
    wall: float
    laps: Laps
    decided: tuple[Decided, ...]

    @property
    def milliseconds(self) -> float:
        """Processor time of a frame."""
        return 1000 * self.processor / self.frames


@dataclass(frozen=True, slots=True)
class Outcome:
    """How every play went in one way of working; *peak* is the process's memory in megabytes."""

    plays: dict[str, Played]
    peak: float


class _Noting:
    """An observer that notes decisions by the film's clock."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self.decided_at: list[Decided] = []

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Ignore single frames."""

    def asked(self, ask: Ask) -> None:
        """Ignore what is asked for."""

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        seconds = self._film.shown / FPS
        self.decided_at.append(Decided(seconds, decision.reason.value, decision.granted))


def settings_of(
    folder: Path, mode: Literal["passive", "challenge"], *, threads: int = 1
) -> Settings:
    """Return the settings of a door in *folder*."""
    return Settings(
        storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
        liveness=LivenessSettings(mode=mode, prompter="fake"),
        models=load_settings(None).models,
        live=LiveSettings(enabled=False),
        recognition=RecognitionSettings(threads=threads),
        lock=LockSettings(release_seconds=0.5),
    )


def prepare(folder: Path, people: int, *, most: int | None = None) -> None:
    """Write the films, and enrol the man and *people* that are made up, into *folder*."""
    pictures = write_films(folder / "films", most=most)
    with closing(Core(settings_of(folder, "passive"))) as core:
        core.ensure_collection("badges")
        photos = [
            Photo(f"{number}.png", cv2.imencode(".png", each)[1].tobytes())
            for number, each in enumerate(pictures)
        ]
        core.enroller.enroll(NewPerson("Karl"), photos, badges=(Badge("77"),), actor="bench")
        fill(core.database, "badges", people, model=core.embedder.model)


def watched(folder: Path, way: Way, play: Play) -> Played:
    """Let a door in *folder* watch *play*."""
    film, laps = Film(folder / "films" / play.film, ahead=way.ahead), Laps()
    noting = _Noting(film)
    with closing(Core(settings_of(folder, play.mode, threads=way.threads))) as core:
        _clock(core, film, laps)
        door = wiring.wired_door(
            core, camera=film, lock=FakeLock(), observers=(noting,), effort=way.effort
        )
        with door as loop:
            wall, processor = time.perf_counter(), time.process_time()
            loop.run(threading.Event())
            processor, wall = time.process_time() - processor, time.perf_counter() - wall
    return Played(film.shown, processor, wall, laps, tuple(noting.decided_at))


def _clock(core: Core, film: Film, laps: Laps) -> None:
    recognizer: Any = core.recognizer
    gallery: Any = core.gallery
    reader: Any = core.liveness
    recognizer.largest = laps.of("search", recognizer.largest)
    recognizer.follow = laps.of("follow", recognizer.follow)
    recognizer.embed = laps.of("embed", recognizer.embed)
    gallery.candidates = laps.of("people", gallery.candidates)
    reader.sample = laps.of("liveness", reader.sample)
    frames: Any = film
    frames.decode = laps.of("decode", frames.decode)


def lone(folder: Path, way: Way, play: Play) -> tuple[Played, float]:
    """Be the process of one door; return also its peak memory in megabytes."""
    if not way.ahead:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:ONE_CORE])
    logging.disable(logging.WARNING)
    # What a face is asked to do is drawn: here, the same in every way of working.
    wiring.SystemRandom = partial(random.Random, 1)  # type: ignore[assignment, attr-defined]
    played = watched(folder, way, play)
    return played, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def outcomes_of(
    folder: Path,
    rounds: int,
    *,
    plays: Sequence[Play] = PLAYS,
    ways: Sequence[Way] = WAYS,
) -> dict[str, Outcome]:
    """Return how every play went in every way of working, in turns, the quickest of *rounds*."""
    runs: dict[tuple[str, str], list[tuple[Played, float]]] = {}
    for _, play, way in product(range(rounds), plays, ways):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            run = pool.apply(lone, (folder, way, play))
        runs.setdefault((way.name, play.title), []).append(run)
    outcomes = {}
    for way in ways:
        found = {play.title: runs[way.name, play.title] for play in plays}
        outcomes[way.name] = Outcome(
            {title: _quickest(way, played) for title, played in found.items()},
            max(peak for played in found.values() for _, peak in played),
        )
    return outcomes


def _quickest(way: Way, runs: Sequence[tuple[Played, float]]) -> Played:
    return min((run for run, _ in runs), key=lambda run: run.wall if way.ahead else run.processor)
