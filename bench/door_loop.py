"""A door over time: frames a second, what they are spent on, when it unlocks, and its memory.

    python bench/door_loop.py [--people 10000] [--rounds 3] [--frames N] [--antispoof FILE]

The real loop, networks, search, liveness and record watch films of the demonstration's footage
(`bench/door_films.py`); the lock is a fake. Each way of working is a process of its own, held to one
core (but for the last). Milliseconds are of processor time and the least of the rounds, which another
program's work disturbs little; frames a second are what one core makes of them, decoding included;
where two cores work they are of the clock.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import cv2
from crowd import fill
from door_films import CHANGE, FPS, MAN, NOBODY, STRANGER, Film, write_films
from rich.console import Console
from rich.table import Table

from edge.access.attempt_state import Ask
from edge.collection.people import NewPerson
from edge.config import LivenessSettings, LiveSettings, LockSettings, Settings, StorageSettings
from edge.core import Core
from edge.domain import Badge, Decision, Evidence, Face, Frame
from edge.door.effort import EffortPolicy
from edge.enrolling import Photo
from edge.hardware.lock_fake import FakeLock
from edge.vision.antispoof import AntiSpoof
from edge.vision.liveness import LivenessReader
from edge.wiring import wired_door

ONE_CORE = 1


@dataclass(frozen=True, slots=True)
class Way:
    """A way of working, by the name it has in the table."""

    name: str
    effort: EffortPolicy
    ahead: bool = False


WAYS = (
    Way("every frame searched and embedded", EffortPolicy(follow=False, gate=False)),
    Way("+ faces followed between searches", EffortPolicy(gate=False)),
    Way("+ still scenes left alone", EffortPolicy()),
    Way("+ frames decoded ahead, two cores", EffortPolicy(), ahead=True),
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


def settings_of(folder: Path, mode: Literal["passive", "challenge"]) -> Settings:
    """Return the settings of a door in *folder*."""
    return Settings(
        storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
        liveness=LivenessSettings(mode=mode, prompter="fake"),
        live=LiveSettings(enabled=False),
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


def watched(folder: Path, way: Way, play: Play, antispoof: Path | None) -> Played:
    """Let a door in *folder* watch *play*."""
    film, laps = Film(folder / "films" / play.film, ahead=way.ahead), Laps()
    noting = _Noting(film)
    with closing(Core(settings_of(folder, play.mode))) as core:
        if antispoof is not None:
            core.liveness = LivenessReader(AntiSpoof(antispoof))
        _clock(core, film, laps)
        door = wired_door(
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


def outcome(folder: Path, way: Way, rounds: int, antispoof: Path | None) -> Outcome:
    """Return the quickest of *rounds* of every play, in this process."""
    if not way.ahead:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:ONE_CORE])
    plays = {}
    for play in PLAYS:
        runs = [watched(folder, way, play, antispoof) for _ in range(rounds)]
        plays[play.title] = min(runs, key=lambda run: run.wall if way.ahead else run.processor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(plays, peak)


def main() -> None:
    """Run as the arguments say, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=10_000, help="made-up people beside the man")
    parser.add_argument("--rounds", type=int, default=3, help="times every film is watched")
    parser.add_argument("--frames", type=int, help="frames of each film; by default all")
    parser.add_argument("--antispoof", type=Path, help="the optional network, prepared for TFLite")
    wanted = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="ostiary-door-") as scratch:
        folder = Path(scratch)
        # In a process of its own, so that its memory is not counted among a door's.
        with context.Pool(1) as pool:
            pool.apply(prepare, (folder, wanted.people), {"most": wanted.frames})
        outcomes = {}
        for way in WAYS:
            with context.Pool(1) as pool:
                outcomes[way.name] = pool.apply(
                    outcome, (folder, way, wanted.rounds, wanted.antispoof)
                )
    console = Console(width=150)
    for table in tables(outcomes, wanted.people):
        console.print(table)


def tables(outcomes: dict[str, Outcome], people: int) -> tuple[Table, ...]:
    """Return the tables: a frame's time by play, what it is spent on, what was decided."""
    return (_steps(outcomes, people), _shares(outcomes), _decisions(outcomes))


def _steps(outcomes: dict[str, Outcome], people: int) -> Table:
    table = Table(
        "processor time of a frame, ms (frames/s)",
        *(play.title for play in PLAYS),
        "peak MB",
        title=f"A door over time, {people:,} people, 640×480, one core",
    )
    for way in WAYS:
        found = outcomes[way.name]
        cells = []
        for play in PLAYS:
            played = found.plays[play.title]
            rate = played.frames / (played.wall if way.ahead else played.processor)
            cells.append(f"{played.milliseconds:.1f} ({rate:.0f})")
        table.add_row(way.name, *cells, f"{found.peak:.0f}")
    return table


def _shares(outcomes: dict[str, Outcome]) -> Table:
    table = Table(
        "play",
        "way",
        *PARTS,
        "rest",
        "frames: searched, followed, left alone",
        "embedded",
        title="Milliseconds of a frame by part, means over all frames",
    )
    for play in PLAYS:
        for way in (WAYS[0], WAYS[2]):
            played = outcomes[way.name].plays[play.title]
            laps, frames = played.laps, played.frames
            cells = [f"{1000 * laps.seconds[part] / frames:.2f}" for part in PARTS]
            rest = played.processor - sum(laps.seconds.values())
            searched = laps.calls["search"]
            followed = max(laps.calls["follow"], 0)
            alone = max(frames - searched - followed, 0)
            table.add_row(
                play.title,
                way.name,
                *cells,
                f"{1000 * rest / frames:.2f}",
                f"{searched}, {followed}, {alone}",
                str(laps.calls["embed"]),
            )
    return table


def _decisions(outcomes: dict[str, Outcome]) -> Table:
    table = Table("play", *(way.name for way in WAYS), title="Decided, seconds of the film")
    for play in PLAYS:
        table.add_row(play.title, *(_told(outcomes[way.name].plays[play.title]) for way in WAYS))
    return table


def _told(played: Played) -> str:
    told = (f"{each.at:.2f} {'GRANT' if each.granted else each.reason}" for each in played.decided)
    return ", ".join(told) or "–"


if __name__ == "__main__":
    main()
