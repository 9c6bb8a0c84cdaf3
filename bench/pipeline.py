"""From a frame to an embedding: our time against face_recognition's, OpenCV's and onnxruntime's.

    python bench/pipeline.py [--rounds 15] [--dlib-models FOLDER | --without-dlib] [--json FILE]

The same twenty frames of 640×480, one thread each, every contender in a process of its own that
works while the others wait; the order is the same in every round, so that a slower minute of the
machine slows all of them. The figures are medians over all rounds and frames.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import contenders
import cv2
from contenders import LAPS, Contender, Files, Pipeline
from dlib_weights import obtain
from float_onnx import write_float_onnx
from frames import door_frames
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.config import load_settings
from edge.domain import Pixels
from edge.vision.catalogue import CATALOGUE
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.sources import find_source

SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

OURS = "ostiary"
OURS_FLOAT = "  the same with the embedder in float"
DLIB = "face_recognition: HOG + 5 points + ResNet"
DLIB_DEFAULT = "  the same with its default upsampling"
OPENCV = "OpenCV dnn: YuNet + SFace float"
ONNX = "onnxruntime: SFace float, weights fixed"
ONNX_AS_PUBLISHED = "onnxruntime: SFace float, as published"
BUILDERS: dict[str, Callable[[Files], Contender]] = {
    OURS: partial(contenders.Ostiary, embedder=INT8.name),
    OURS_FLOAT: partial(contenders.Ostiary, embedder=FLOAT.name),
    DLIB: partial(contenders.FaceRecognition, upsample=0),
    DLIB_DEFAULT: partial(contenders.FaceRecognition, upsample=1),
    OPENCV: contenders.OpenCv,
    ONNX: partial(contenders.OnnxRuntime, fixed=True),
    ONNX_AS_PUBLISHED: partial(contenders.OnnxRuntime, fixed=False),
}
PIPELINES = (OURS, OURS_FLOAT, DLIB, DLIB_DEFAULT, OPENCV)
EMBEDDERS = (OURS, OURS_FLOAT, ONNX, ONNX_AS_PUBLISHED, OPENCV, DLIB)
WITH_DLIB = (DLIB, DLIB_DEFAULT)


@dataclass(frozen=True, slots=True)
class Round:
    """What one contender did in one round: laps by frame, None without a face; seconds by chip."""

    frames: tuple[dict[str, float] | None, ...]
    chips: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Median milliseconds of one contender: of each lap, of the whole, and of embedding alone."""

    name: str
    laps: dict[str, float]
    total: float
    found: int
    embedding: float


def main() -> None:
    """Run all contenders and print the tables."""
    options = _options()
    for name in SINGLE_THREAD:
        os.environ[name] = "1"  # inherited by the processes started below
    with tempfile.TemporaryDirectory() as scratch:
        files = _files(Path(scratch), None if options.without_dlib else options.dlib_models)
        rounds = _run(files, options.rounds)
    results = _summarize(rounds)
    console = Console(width=130)
    console.print(_pipeline_table(results, _common(rounds)))
    console.print(_embedding_table(results))
    if options.json:
        options.json.write_text(
            json.dumps({one.name.strip(): asdict(one) for one in results}, indent=2)
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15, help="times every frame is shown to all")
    parser.add_argument(
        "--dlib-models",
        type=Path,
        default=Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        / "ostiary"
        / "dlib",
        help="folder with dlib's two files; fetched into it with pip where they are missing",
    )
    parser.add_argument(
        "--without-dlib", action="store_true", help="leave face_recognition's way out"
    )
    parser.add_argument("--json", type=Path, help="also write the medians to this file")
    return parser.parse_args()


def _files(scratch: Path, dlib_models: Path | None) -> Files:
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    store.prepare_all()
    yunet, published = (
        find_source(entry, folder=settings.folder, mirror=settings.mirror)
        for entry in CATALOGUE
        if entry.name in {"yunet", FLOAT.name}
    )
    detector = scratch / "yunet.onnx"
    detector.write_bytes(yunet)
    embedders = {fixed: scratch / f"fixed-{fixed}.onnx" for fixed in (True, False)}
    for fixed, target in embedders.items():
        write_float_onnx(published, target, fixed=fixed)
    return Files(
        models=settings.folder,
        yunet=detector,
        fixed=embedders[True],
        published=embedders[False],
        dlib=None if dlib_models is None else obtain(dlib_models),
    )


def _run(files: Files, rounds: int) -> dict[str, list[Round]]:
    """Let every contender work once a round, the others waiting; the first round warms up."""
    context = multiprocessing.get_context("spawn")
    lines: dict[str, Connection] = {}
    processes = []
    for name in BUILDERS:
        if files.dlib is None and name in WITH_DLIB:
            continue
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, name, files), daemon=True)
        process.start()
        theirs.close()
        processes.append(process)
        lines[name] = ours
    results: dict[str, list[Round]] = {name: [] for name in lines}
    for _ in track(range(rounds + 1), "rounds", console=Console(stderr=True), transient=True):
        for name, line in lines.items():
            line.send(True)
            results[name].append(line.recv())
    for line in lines.values():
        line.send(False)
    for process in processes:
        process.join()
    return {name: done[1:] for name, done in results.items()}


def _serve(line: Connection, name: str, files: Files) -> None:
    """Be one contender: a round for every True that comes, until a False."""
    cv2.setNumThreads(1)
    frames = door_frames()
    chips = _chips(frames, files)
    contender = BUILDERS[name](files)
    while line.recv():
        laps: list[dict[str, float] | None] = []
        if isinstance(contender, Pipeline):
            laps = [contender.time_recognizing(frame) for frame in frames]
        seconds = [contender.time_embedding(chip) for chip in chips]
        line.send(Round(tuple(laps), tuple(seconds)))


def _chips(frames: Sequence[Pixels], files: Files) -> list[Pixels]:
    """Return the aligned faces that every embedder is given."""
    recognizer = Recognizer.load(ModelStore(files.models))
    return [
        recognizer.embedding.align(frame, face.points)
        for frame in frames
        if (face := recognizer.largest(frame)) is not None
    ]


def _common(rounds: dict[str, list[Round]]) -> list[int]:
    """Return the frames in which every pipeline found a face: a miss is quick, and no merit."""
    firsts = [rounds[name][0].frames for name in PIPELINES if name in rounds]
    return [at for at, laps in enumerate(zip(*firsts, strict=True)) if None not in laps]


def _summarize(rounds: dict[str, list[Round]]) -> list[Result]:
    common = _common(rounds)
    results = []
    for name, done in rounds.items():
        laps = [laps for one in done for at, laps in enumerate(one.frames) if at in common and laps]
        results.append(
            Result(
                name=name,
                laps={
                    lap: 1000 * statistics.median(each.get(lap, 0.0) for each in laps)
                    for lap in (LAPS if laps else ())
                },
                total=1000 * statistics.median(sum(each.values()) for each in laps) if laps else 0,
                found=sum(laps is not None for laps in done[0].frames),
                embedding=1000 * statistics.median(second for one in done for second in one.chips),
            )
        )
    return results


def _pipeline_table(results: Sequence[Result], common: Sequence[int]) -> Table:
    ours = next(one for one in results if one.name == OURS)
    table = Table(
        "frame to embedding, ms",
        *LAPS,
        "whole",
        "frames/s",
        "÷ ours",
        "found",
        title=f"Pipeline, 640×480, 1 thread, medians over {len(common)} frames found by all",
        caption="dlib aligns inside its embedding. Ours searches at 320 pixels, as the door does, "
        "and judges the quality (rest); the others do as their documentation shows.",
    )
    for one in (one for one in results if one.name in PIPELINES):
        table.add_row(
            one.name,
            *(f"{one.laps[lap]:.1f}" for lap in LAPS),
            f"{one.total:.1f}",
            f"{1000 / one.total:.1f}",
            f"{one.total / ours.total:.2f}",
            str(one.found),
        )
    return table


def _embedding_table(results: Sequence[Result]) -> Table:
    ours = next(one for one in results if one.name == OURS)
    table = Table(
        "aligned face to embedding",
        "ms",
        "÷ ours",
        title="Embedding alone, the same aligned faces, 1 thread, medians",
    )
    for one in (one for one in results if one.name in EMBEDDERS):
        table.add_row(one.name, f"{one.embedding:.2f}", f"{one.embedding / ours.embedding:.2f}")
    return table


if __name__ == "__main__":
    main()
