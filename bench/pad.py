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
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from attacks import SPECIES, Species, attack
from presentations import (
    FPS,
    Measuring,
    Presentation,
    depth_of,
    frames_of,
    looped,
    parts,
    proved,
    swung,
)
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.domain import Pixels
from edge.door.liveness import Life, LivenessPolicy, Mode, judge
from edge.evaluation.intervals import wilson
from edge.liveness.sample import Sample, since
from edge.vision.models import ModelStore

TALKING = ("d0", "d6", "d10", "s13", "s20", "obama_slackerHD")
"""Clips of one person who talks to the camera throughout, without cuts."""

CHALLENGES = 40
"""Orders of movements that each replay is tried with."""


def rate(events: int, trials: int) -> str:
    """Return a rate in percent with its interval."""
    if not trials:
        return "–"
    interval = wilson(events, trials)
    share = 100 * events / trials
    return (
        f"{share:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f}), {events}/{trials}"
    )


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
