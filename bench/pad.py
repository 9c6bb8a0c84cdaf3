"""Presentation-attack detection in the terms of ISO/IEC 30107-3, on real and on drawn attacks.

Run ``python bench/pad.py FOLDER``, with

- ``FOLDER/pad/*_real_*`` and ``*_replay_*``: clips of people, and of replays of such clips,
- ``FOLDER/clips/*.mp4``: clips of talking people,
- ``FOLDER/lfw/images/<name>/<name>_0001.jpg``: photos of which attacks are drawn (bench/attacks.py).

A presentation is up to five seconds. Two settings are measured: *auto* with the optional network
(from ``OSTIARY_MODEL_MIRROR`` or the model folder), where an undecided face is asked to move, and
*passive* without it, which is depth alone. Rates have Wilson's 95 % interval. Drawn attacks prove
geometry, not texture, and stand apart.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from attacks import SPECIES, Species, attack
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.core import ANTISPOOF
from edge.domain import Face, Frame, Pixels
from edge.door.challenge import ChallengePolicy
from edge.door.liveness import Life, LivenessPolicy, Mode
from edge.door.proving import Proving
from edge.evaluation.intervals import wilson
from edge.liveness.parallax import parallax
from edge.liveness.sample import Sample, since
from edge.vision.antispoof import AntiSpoof
from edge.vision.liveness import LivenessReader
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

FPS = 12.0
SECONDS = 5.0
"""How long a presentation lasts; an attack is shown for as long as a person may take."""

TALKING = ("d0", "d6", "d10", "s13", "s20", "obama_slackerHD")
"""Clips of one person who talks to the camera throughout, without cuts."""

CHALLENGES = 40
"""Orders of movements that each replay is tried with."""

NOTHING = np.zeros((1, 1, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame of a presentation: its face, and what was measured of it."""

    face: Face
    sample: Sample


Presentation = Sequence[Seen | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a presentation ended, after how many seconds."""

    life: Life
    seconds: float


class Replayed:
    """A reader that gives what was measured before; *texture* False hides the network's answers."""

    def __init__(self, *, texture: bool) -> None:
        self.sees_texture = texture
        self.current: Sample | None = None

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:  # noqa: ARG002 - the protocol's signature
        assert self.current is not None  # noqa: S101 - set by the caller
        texture = self.current.texture if self.sees_texture else None
        return replace(self.current, at=at, texture=texture)


def proved(
    presentation: Iterable[Seen | None], *, mode: Mode, texture: bool, seed: int, challenged: bool
) -> Answer:
    """Play *presentation* through the door's own proof; *challenged* False ends it undecided."""
    reader = Replayed(texture=texture)
    policy = LivenessPolicy(mode=mode, patience=SECONDS if not challenged else 5.0)
    draw = random.Random(seed)  # noqa: S311 - the same figures every time
    proving = Proving(reader=reader, policy=policy, challenge=ChallengePolicy(), draw=draw)
    last = 0.0
    for number, seen in enumerate(presentation):
        last = number / FPS
        if seen is None:
            proving.absent(last)
            continue
        reader.current = seen.sample
        frame = Frame(NOTHING, datetime.now(UTC), last, number)
        judgement = proving.look(frame, seen.face, began=0.0, person_id="one")
        if judgement.life is not Life.UNDECIDED:
            return Answer(judgement.life, last)
        if not challenged and last > SECONDS:
            break
    return Answer(Life.UNDECIDED, last)


class Measuring:
    """Finds and measures faces as the door does."""

    def __init__(self, store: ModelStore) -> None:
        self.recognizer = Recognizer.load(store, threads=1)
        file = store.optional(ANTISPOOF)
        self.reader = LivenessReader(None if file is None else AntiSpoof(file))

    def presentation(self, frames: Iterable[Pixels]) -> Presentation:
        """Return what the door would have of *frames*, which come :data:`FPS` a second."""
        return [self._seen(pixels, number / FPS) for number, pixels in enumerate(frames)]

    def _seen(self, pixels: Pixels, at: float) -> Seen | None:
        face = self.recognizer.largest(pixels)
        return None if face is None else Seen(face, self.reader.sample(pixels, face, at))


def frames_of(clip: Path) -> Iterator[Pixels]:
    """Give the frames of *clip* at :data:`FPS`."""
    video = cv2.VideoCapture(str(clip))
    rate, due, number = video.get(cv2.CAP_PROP_FPS) or 30.0, 0.0, 0
    while True:
        read, pixels = video.read()
        if not read:
            break
        if number / rate >= due - 1e-6:
            due += 1 / FPS
            yield np.asarray(pixels, np.uint8)
        number += 1
    video.release()


def parts(whole: Presentation) -> list[Presentation]:
    """Return presentations of at most five seconds, one beginning every second."""
    length, step = round(SECONDS * FPS) + 2, round(FPS)
    starts = range(0, max(1, len(whole) - length + 1), step)
    return [whole[start : start + length] for start in starts]


def looped(whole: Presentation, start: int, seconds: float) -> Presentation:
    """Return *whole* played again and again from *start* for *seconds*."""
    return [whole[(start + index) % len(whole)] for index in range(round(seconds * FPS))]


def swung(whole: Presentation, seconds: float) -> Presentation:
    """Return *whole* played to and fro for *seconds*: a drawn attack has no jump then."""
    there_and_back = [*whole, *reversed(whole[1:-1])]
    return looped(there_and_back, 0, seconds)


def rate(events: int, trials: int) -> str:
    """Return a rate in percent with its interval."""
    if not trials:
        return "–"
    interval = wilson(events, trials)
    share = 100 * events / trials
    return (
        f"{share:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f}), {events}/{trials}"
    )


def depth_of(presentation: Presentation) -> float:
    """Return the greatest parallax over any three seconds of *presentation*, in degrees."""
    good = [seen.sample for seen in presentation if seen is not None and seen.face.quality.good]
    windows = (since(good[: last + 1], good[last].at - 3.0) for last in range(7, len(good)))
    return max((parallax([each.mesh for each in window]) for window in windows), default=0.0)


class Report:
    """Collects what is shown in the end."""

    def __init__(self, title: str) -> None:
        self.table = Table(title=title)
        for name in (
            "",
            "n",
            "auto, network: LIVE",
            "asked to move",
            "depth alone: LIVE",
            "depth, max 3 s: median, most",
            "frames whose texture is real",
        ):
            self.table.add_column(name)
        self.depths: list[float] = []

    def add(self, name: str, presentations: Sequence[Presentation]) -> None:
        """Judge *presentations* of one species or clip and add the row."""
        auto = [self._life(each, mode=Mode.AUTO, texture=True) for each in presentations]
        alone = [self._life(each, mode=Mode.PASSIVE, texture=False) for each in presentations]
        depths = [depth_of(each) for each in presentations]
        self.depths += depths
        textures = [
            seen.sample.texture
            for each in presentations
            for seen in each
            if seen is not None and seen.sample.texture is not None
        ]
        row = (
            name,
            str(len(presentations)),
            rate(auto.count(Life.LIVE), len(auto)) if textures else "no network",
            str(auto.count(Life.UNDECIDED)) if textures else "–",
            rate(alone.count(Life.LIVE), len(alone)),
            f"{np.median(depths):.2f}°, {max(depths):.2f}°",
            rate(sum(value > 0 for value in textures), len(textures)),
        )
        self.table.add_row(*row)
        print("  ", *row, sep="  ", file=sys.stderr, flush=True)

    @staticmethod
    def _life(presentation: Presentation, *, mode: Mode, texture: bool) -> Life:
        return proved(presentation, mode=mode, texture=texture, seed=0, challenged=False).life


def challenge_row(table: Table, name: str, whole: Sequence[Presentation]) -> None:
    """Add how often *whole*, played for half a minute, passed challenges in orders by chance."""
    answers = [
        proved(each, mode=mode, texture=texture, seed=seed, challenged=True).life
        for mode, texture in ((Mode.AUTO, False), (Mode.AUTO, True))
        for seed, each in enumerate(whole)
    ]
    half = len(whole)
    row = (
        name,
        str(half),
        rate(answers[:half].count(Life.LIVE), half),
        rate(answers[half:].count(Life.LIVE), half),
    )
    table.add_row(*row)
    print("   asked:", *row, sep="  ", file=sys.stderr, flush=True)


def time_row(measuring: Measuring, frames: Sequence[Pixels]) -> str:
    """Return what liveness adds to a frame, on one thread."""
    cv2.setNumThreads(1)
    policy = LivenessPolicy()
    whole: list[Sample] = []
    spans = np.zeros((len(frames), 3))
    from edge.door.liveness import judge  # noqa: PLC0415 - measured here alone

    for number, pixels in enumerate(frames):
        began = time.perf_counter()
        face = measuring.recognizer.largest(pixels)
        if face is None:
            continue
        measuring.recognizer.embed(pixels, face)
        embedded = time.perf_counter()
        whole.append(measuring.reader.sample(pixels, face, number / FPS))
        sampled = time.perf_counter()
        judge(since(whole, whole[-1].at - policy.window), policy)
        spans[number] = embedded - began, sampled - embedded, time.perf_counter() - sampled
    without, sample, judged = 1000 * np.median(spans, axis=0)
    added = 100 * (sample + judged) / without
    return (
        f"Time of a frame, one thread, median of {len(frames)}: {without:.1f} ms without liveness, "
        f"+ {sample:.1f} ms to measure and {judged:.1f} ms to judge: {added:.0f} % more"
    )


def draw_det(path: Path, live: Sequence[float], flat: Sequence[float]) -> None:
    """Draw how depth alone would divide *live* from *flat* presentations at other thresholds."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    thresholds = np.linspace(0, 10, 400)
    apcer = [100 * np.mean(np.array(flat) >= each) for each in thresholds]
    bpcer = [100 * np.mean(np.array(live) < each) for each in thresholds]
    figure = Figure(figsize=(6.4, 4.8), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    axes.plot(apcer, bpcer)
    at = LivenessPolicy().solid
    axes.plot(
        100 * np.mean(np.array(flat) >= at), 100 * np.mean(np.array(live) < at), "o", label=f"{at}°"
    )
    axes.set(
        xlabel="APCER, drawn pictures of one moment (%)",
        ylabel="BPCER, nobody asked to move (%)",
        xscale="symlog",
        title="Depth alone",
    )
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, format="png")


def drawn(
    species: Species, photos: Sequence[Pixels], clips: Sequence[list[Pixels]], seconds: float
) -> Iterator[Iterator[Pixels]]:
    """Give one presentation of *species* for each photo, or from the clips in turn."""
    frames = round(seconds * FPS)
    for seed, photo in enumerate(photos):
        pictures = [photo]
        if species.video:
            clip = clips[seed % len(clips)]
            start = (seed * 7) % max(1, len(clip) - frames)
            pictures = clip[start : start + frames]
        yield attack(species, pictures, frames=frames, fps=FPS, seed=seed)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faces", type=int, default=100, help="photos that attacks are drawn of")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a drawn attack")
    parser.add_argument("--det", type=Path, help="where to draw the DET curve (PNG)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    settings = load_settings(environment=os.environ)
    measuring = Measuring(ModelStore(settings.models.folder, mirror=settings.models.mirror))
    console = Console(width=None if sys.stdout.isatty() else 200)
    folder: Path = options.folder
    console.print(f"Anti-spoof network: {'yes' if measuring.reader.sees_texture else 'no'}")

    live = Report("Living people: LIVE is right (bona fide; BPCER is what is missing to 100 %)")
    wholes: dict[str, Presentation] = {}
    frames: dict[str, list[Pixels]] = {}
    clips = [folder / "clips" / f"{name}.mp4" for name in TALKING]
    real = sorted(folder.glob("pad/*_real_*"))
    for clip in (*clips, *real):
        frames[clip.stem] = list(frames_of(clip))
        wholes[clip.stem] = measuring.presentation(frames[clip.stem])
        live.add(clip.stem, parts(wholes[clip.stem]))
    talking = [part for clip in clips for part in parts(wholes[clip.stem])]
    live.add("all who talk", talking)
    console.print(live.table)

    replays = Report("Real replays on a telephone or a screen: LIVE is wrong (APCER)")
    orders = Table(title="Asked to move, by chance in three of five ways: passed (APCER)")
    for name in ("", "n", "auto without the network", "auto with it"):
        orders.add_column(name)
    for clip in sorted(folder.glob("pad/*_replay_*")):
        whole = measuring.presentation(frames_of(clip))
        replays.add(clip.stem, parts(whole))
        starts = [index * len(whole) // CHALLENGES for index in range(CHALLENGES)]
        challenge_row(orders, clip.stem, [looped(whole, start, 30.0) for start in starts])
    console.print(replays.table)
    _drawn(console, measuring, options, [frames[clip.stem] for clip in clips], orders, live.depths)
    console.print(time_row(measuring, frames["d6"][:120]))


def _drawn(
    console: Console,
    measuring: Measuring,
    options: argparse.Namespace,
    clips: list[list[Pixels]],
    orders: Table,
    live: Sequence[float],
) -> None:
    names = sorted((options.folder / "lfw" / "images").iterdir())
    chosen = np.random.default_rng(30107).permutation(len(names))[: options.faces]
    paths = [names[index] / f"{names[index].name}_0001.jpg" for index in chosen]
    photos = [np.asarray(cv2.imread(str(path)), np.uint8) for path in paths]
    table = Report(f"Drawn attacks, one of each of {len(photos)} people: LIVE is wrong (APCER)")
    flat: list[float] = []
    for species in SPECIES:
        tries = drawn(species, photos, clips, options.seconds)
        presentations = [measuring.presentation(each) for each in tries]
        before = len(table.depths)
        table.add(species.name, presentations)
        if not species.video:
            flat += table.depths[before:]
        asked = [swung(one, 30.0) for one in presentations[:CHALLENGES]]
        challenge_row(orders, f"{species.name} (drawn)", asked)
    console.print(table.table)
    console.print(orders)
    beyond = sum(depth >= LivenessPolicy().solid for depth in flat)
    console.print(f"Depth alone, all pictures of one moment: {rate(beyond, len(flat))}")
    if options.det is not None:
        draw_det(options.det, live, flat)


if __name__ == "__main__":
    main()
