"""What a frame should take on a Raspberry Pi 4 and 5: an estimate, from published figures alone.

    python bench/budget.py

No Raspberry Pi has been near this. How often each network runs on a frame, and on pictures of which
size, is counted while this machine looks at the demonstration's footage; what each run takes is
counted in the network's file (:mod:`edge.benchmark.work`); how fast such work is done is published
(``bench/boards.py``). What is no network (scaling, aligning, judging) takes this machine's time,
times what is published of a desktop's core against a Raspberry Pi's.

*cold*: every frame is searched, and its face embedded. *steady*: a door with somebody in view, as it
watches (:mod:`edge.benchmark.steady`). `ostiary bench` measures the same on the machine itself.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from boards import BOARDS, Board, Pace, Range
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.benchmark.apart import IN_ROW, SIZE
from edge.benchmark.frames import filled
from edge.benchmark.steady import SteadyDoor
from edge.benchmark.used import countable, used_by
from edge.benchmark.work import Work, work_of
from edge.config import load_settings
from edge.demonstration.footage import CARPHONE, clip
from edge.domain import Pixels
from edge.vision.catalogue.sface import INT8
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.tflite import Network

WARM_UP = 10
"""Frames before those that count: by then a door has found and embedded whoever is there."""

COUNTED = 120
GLUE = "everything else"


@dataclass(slots=True)
class Recorded:
    """The shape of what each network was shown, run by run, and the processor's seconds of all runs."""

    shapes: dict[Path, list[tuple[int, ...]]] = field(default_factory=lambda: defaultdict(list))
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """An average frame: the work of each network, by name, and this processor's seconds of all else."""

    work: dict[str, Work]
    glue: float


def main() -> None:
    """Count and print."""
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    used = used_by(store, INT8.name)
    files = countable(used)
    recognizer = Recognizer.load(store)
    frames = [filled(pixels, *SIZE) for pixels in clip(CARPHONE)[:IN_ROW]]
    door = SteadyDoor(recognizer, None, frames)
    cold = _average(files, lambda number: _look(recognizer, frames[number % len(frames)]))
    steady = _average(files, lambda _: door.look())
    console = Console(width=120)
    console.print(_table(cold, steady, [name for name in used if name not in files]))


@contextmanager
def recording() -> Iterator[Recorded]:
    """Record every run of every network meanwhile."""
    recorded, run = Recorded(), Network.run

    def noted(network: Network, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        began = time.process_time()
        outputs = run(network, values)
        recorded.seconds += time.process_time() - began
        recorded.shapes[network._path].append(values.shape)  # noqa: SLF001 - it tells nobody else
        return outputs

    setattr(Network, "run", noted)  # noqa: B010 - a method is replaced on purpose
    try:
        yield recorded
    finally:
        setattr(Network, "run", run)  # noqa: B010


def _look(recognizer: Recognizer, frame: Pixels) -> None:
    face = recognizer.largest(frame)
    if face is not None:
        recognizer.embed(frame, face)


def _average(files: Mapping[str, Path], look: Callable[[int], Any]) -> Frame:
    """Return the average of what *look* does to frames, by their numbers."""
    for number in range(WARM_UP):
        look(number)
    glue: list[float] = []
    with recording() as recorded:
        for number in range(COUNTED):
            before, began = recorded.seconds, time.process_time()
            look(WARM_UP + number)
            glue.append(time.process_time() - began - (recorded.seconds - before))
    work = {name: work_of(path.read_bytes()) for name, path in files.items()}
    return Frame(
        work={
            name: _mean([work[name].on(shape) for shape in recorded.shapes[path]], work[name])
            for name, path in files.items()
        },
        glue=float(np.mean(glue)),
    )


def _mean(runs: Sequence[Work], kind: Work) -> Work:
    """Return the work of all *runs* of a network of one *kind*, by frame."""
    return Work(
        eight=round(sum(run.eight for run in runs) / COUNTED),
        whole=round(sum(run.whole for run in runs) / COUNTED),
        bytes=round(sum(run.bytes for run in runs) / COUNTED),
        weights=round(sum(run.weights for run in runs) / COUNTED),
        shape=runs[0].shape if runs else kind.shape,
    )


def milliseconds(work: Work, board: Board, pace: Pace) -> Range:
    """Return the least and the most that *work* should take: multiplying, or fetching its weights."""
    fetching = work.weights / board.bytes_a_second
    return Range(
        1000 * max(work.seconds_at(eight=pace.eight.high, whole=pace.whole.high), fetching),
        1000 * max(work.seconds_at(eight=pace.eight.low, whole=pace.whole.low), fetching),
    )


def _table(cold: Frame, steady: Frame, uncounted: Sequence[str]) -> Table:
    table = Table(
        title="Estimate, not measured: ms of a frame of 640×480, least and most",
        caption="".join(f"{name} is no TFLite: it is in everything else. " for name in uncounted)
        + f"On this machine everything else took {1000 * cold.glue:.2f} ms of a cold frame, "
        f"{1000 * steady.glue:.2f} of a steady one.",
    )
    table.add_column("")
    columns = [(board, pace) for board in BOARDS for pace in board.paces]
    for board, pace in columns:
        table.add_column(f"{board.name}, threads: {pace.threads}", justify="right")
    for title, frame in (("cold", cold), ("steady", steady)):
        for name, work in frame.work.items():
            spent = [milliseconds(work, *column) for column in columns]
            table.add_row(f"{title}: {name}, {work.all / 1e6:.0f} MMAC", *map(_shown, spent))
        glue = [_glue(frame, board) for board, _ in columns]
        table.add_row(f"{title}: {GLUE}", *map(_shown, glue))
        whole = [_whole(frame, *column) for column in columns]
        table.add_row(f"{title}: whole", *map(_shown, whole), style="bold")
        rates = [Range(1000 / each.high, 1000 / each.low) for each in whole]
        table.add_row(f"{title}: frames/s", *map(_shown, rates), style="bold", end_section=True)
    return table


def _glue(frame: Frame, board: Board) -> Range:
    return board.slower.times(Range(1000 * frame.glue, 1000 * frame.glue))


def _whole(frame: Frame, board: Board, pace: Pace) -> Range:
    parts = [milliseconds(work, board, pace) for work in frame.work.values()]
    parts.append(_glue(frame, board))
    return Range(sum(part.low for part in parts), sum(part.high for part in parts))


def _shown(one: Range) -> str:
    digits = 0 if one.low >= 10 else 1
    return f"{one.low:.{digits}f}–{one.high:.{digits}f}"


if __name__ == "__main__":
    main()
