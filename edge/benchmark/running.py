"""One machine measured from end to end, in about a minute."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from edge.benchmark.apart import Apart, watch_apart
from edge.benchmark.capturing import Captured, watch_camera
from edge.benchmark.crowd import SearchTime, crowd, time_searches
from edge.benchmark.frames import door_frames
from edge.benchmark.machine import conditions, this_machine
from edge.benchmark.networks import achieved, quickest
from edge.benchmark.peak import chains, peaks_of
from edge.benchmark.report import FORMAT, NetworkFigures, PeakFigures, Report, figures_of
from edge.benchmark.stages import FrameTimes, time_frames
from edge.benchmark.used import countable, shapes_of, used_by, work_in
from edge.config import Settings
from edge.hardware import Camera
from edge.networks import load_recognizer
from edge.vision.models import ModelStore

SIZES = ((640, 480), (320, 240), (1280, 720), (1920, 1080))
"""Of frames, in pixels. Stages are timed with every number of threads in the first, and with one
thread in the others."""

FEW = 6
"""Frames of the larger sizes: more would not fit beside each other into a small machine's memory."""

SECONDS = 60.0
"""How long a machine is measured unless somebody wants otherwise."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure, and how much.

    *seconds* in all, setting up aside; *people* in the galleries, the last of which is the door's; at
    most so many *rounds* of networks and matrix products in turns; numbers of *threads*.
    """

    seconds: float = SECONDS
    people: tuple[int, ...] = (1_000, 10_000)
    rounds: int = 40
    threads: tuple[int, ...] = (1,)


def threads_of(cores: int | None) -> tuple[int, ...]:
    """Return the numbers of threads to measure with: one, and as many as there are cores."""
    return (1,) if cores is None or cores < 2 else (1, cores)


def run(
    settings: Settings,
    models: ModelStore,
    plan: Plan,
    *,
    camera: Camera | None = None,
    tell: Tell = lambda _: None,
) -> Report:
    """Measure, and tell what is being measured.

    :raises ModelError: if a network is missing.
    :raises CameraError: if the footage is missing, or *camera* gives no frame.
    :raises BenchmarkError: if the machine is too busy to be measured.
    """
    before = conditions()
    share = plan.seconds / 12  # a part of a minute is five seconds
    frames = tuple(_frames(settings, models, plan, share, tell))
    searches, door = _people(settings, models, plan, share, tell)
    peaks, networks, uncounted = _networks(settings, models, plan, share, tell)
    captured = None if camera is None else _camera(settings, models, camera, share, tell)
    return Report(
        format=FORMAT,
        made=datetime.now(UTC).date(),
        ostiary=version("ostiary"),
        machine=this_machine(),
        before=before,
        after=conditions(),
        frames=frames,
        peaks=peaks,
        networks=networks,
        uncounted=uncounted,
        searches=searches,
        door=door,
        camera=captured,
    )


def _with_threads(settings: Settings, threads: int) -> Settings:
    return replace(settings, recognition=replace(settings.recognition, threads=threads))


def _frames(
    settings: Settings, models: ModelStore, plan: Plan, share: float, tell: Tell
) -> Iterator[FrameTimes]:
    for size in SIZES:
        tell("frames of {}×{}".format(*size))
        shown = door_frames(*size)
        if size != SIZES[0]:
            shown = shown[:: len(shown) // FEW]
        for threads in plan.threads if size == SIZES[0] else (1,):
            recognizer = load_recognizer(_with_threads(settings, threads), models)
            seconds = share if size == SIZES[0] else share / 2
            yield time_frames(recognizer, shown, threads=threads, seconds=seconds)


def _people(
    settings: Settings, models: ModelStore, plan: Plan, share: float, tell: Tell
) -> tuple[tuple[SearchTime, ...], Apart]:
    card = models.embedder(settings.models.embedder)
    searches = []
    for people in plan.people:
        tell(f"search among {people:,} people")
        with crowd(card, people) as made:
            searches.append(time_searches(made, card, seconds=share / 2))
            if people == plan.people[-1]:
                tell("a door with somebody in view")
                door = watch_apart(settings, made, seconds=2 * share)
    return tuple(searches), door


def _networks(
    settings: Settings, models: ModelStore, plan: Plan, share: float, tell: Tell
) -> tuple[tuple[PeakFigures, ...], tuple[NetworkFigures, ...], tuple[str, ...]]:
    used = used_by(models, settings.models.embedder)
    files = countable(used)
    work = work_in(files)
    peaks, networks = [], []
    with chains() as products:
        for threads in plan.threads:
            tell(f"networks and matrix products, threads: {threads}")
            best = quickest(
                {**files, **products},
                shapes=shapes_of(files),
                rounds=plan.rounds,
                threads=threads,
                seconds=2 * share,
            )
            peak = peaks_of(best)
            peaks.append(PeakFigures(threads, peak.eight / 1e9, peak.whole / 1e9))
            networks += [
                figures_of(achieved(name, work[name], best[name], peak), threads) for name in files
            ]
    return tuple(peaks), tuple(networks), tuple(name for name in used if name not in files)


def _camera(
    settings: Settings, models: ModelStore, camera: Camera, share: float, tell: Tell
) -> Captured:
    tell("the camera")
    return watch_camera(camera, load_recognizer(settings, models), seconds=share)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
