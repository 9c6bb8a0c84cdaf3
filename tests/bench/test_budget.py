"""The estimate is counted from runs that really happen, and adds up."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from edge.benchmark.work import Work
from edge.domain import Pixels
from edge.vision.recognizer import Recognizer
from edge.vision.tflite import Network

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from boards import BOARDS, Board, Pace, Range
from budget import milliseconds, recording

BOARD = Board("board", (), bytes_a_second=1e9, slower=Range(2, 3))
PACE = Pace(1, eight=Range(1e9, 2e9), whole=Range(0.5e9, 1e9))


def test_every_run_of_every_network_is_counted(recognizer: Recognizer, astronaut: Pixels) -> None:
    """The embedder once, the mesh at least once; afterwards nothing is counted any more."""
    before = Network.run
    with recording() as recorded:
        face = recognizer.largest(astronaut)
        assert face is not None
        recognizer.embed(astronaut, face)

    runs = {path.name: shapes for path, shapes in recorded.shapes.items()}
    assert runs["sface_int8.tflite"] == [(1, 112, 112, 3)]
    assert (1, 192, 192, 3) in runs["face_landmark.tflite"]
    assert recorded.seconds > 0
    assert Network.run is before


def test_work_is_done_at_a_published_pace() -> None:
    """10⁶ in eight bits and 10⁶ in float: 0.5 + 1 ms at the best, 1 + 2 ms at the worst."""
    work = Work(eight=10**6, whole=10**6, bytes=10**5, weights=10**5, shape=(1,))

    assert milliseconds(work, BOARD, PACE) == Range(1.5, 3.0)


def test_weights_must_be_fetched() -> None:
    """Ten million bytes at 10⁹ a second take ten milliseconds, however quickly it multiplies."""
    work = Work(eight=10**6, whole=0, bytes=10**7, weights=10**7, shape=(1,))

    assert milliseconds(work, BOARD, PACE) == Range(10, 10)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_published_figures_make_sense(board: Board) -> None:
    """Ranges are ranges, eight bits are no slower, and four cores not slower than one."""
    one, four = board.paces

    assert (one.threads, four.threads) == (1, 4)
    for pace in board.paces:
        assert pace.eight.low < pace.eight.high
        assert pace.whole.low < pace.whole.high
        assert pace.eight.low > pace.whole.low
        assert pace.eight.high > pace.whole.high
    assert four.eight.low > one.eight.low
    assert four.whole.high > one.whole.high
    assert 1 < board.slower.low < board.slower.high


def test_a_newer_board_is_faster_in_everything() -> None:
    """Whatever is compared."""
    old, new = BOARDS

    for before, now in zip(old.paces, new.paces, strict=True):
        assert np.all(
            np.array([now.eight.low, now.whole.low]) > [before.eight.low, before.whole.low]
        )
    assert new.slower.high < old.slower.high
