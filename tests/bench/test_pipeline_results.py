"""Figures are of the quickest rounds, and of frames in which every pipeline found a face."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from pipeline_results import Key, Lap, common, summarized

SIZE = (640, 480)
OURS: Key = ("ours", 1, SIZE)
OTHER: Key = ("other", 1, SIZE)
NARROW: Key = ("detector", 1, SIZE)


def look(detect: float, embed: float) -> Lap:
    """Two stages and the rest, in seconds."""
    return {"detect": detect, "embed": embed, "rest": 0.001}


LAPS: dict[Key, list[list[Lap | None]]] = {
    OURS: [
        [look(0.004, 0.006), look(0.005, 0.005), look(0.5, 0.5)],
        [look(0.9, 0.9), look(0.003, 0.009), look(0.004, 0.006)],
    ],
    OTHER: [
        [look(0.020, 0.030), None, look(0.020, 0.030)],
        [look(0.020, 0.030), None, look(0.040, 0.050)],
    ],
    NARROW: [[None, {"detect": 0.002, "rest": 0.0}, {"detect": 0.002, "rest": 0.0}]] * 2,
}


def test_a_miss_of_a_pipeline_takes_the_frame_out() -> None:
    """The second frame counts for nobody; what only finds faces takes none out."""
    assert common(LAPS, SIZE, ("ours", "other")) == (0, 2)


def test_stages_are_of_the_quickest_round_of_each_frame() -> None:
    """So that they add up to the whole."""
    ours, other, narrow = summarized(LAPS, {}, {OURS: 100}, ("ours", "other"))

    assert ours.whole == 11.0
    assert ours.laps == {"detect": 4.0, "embed": 6.0, "rest": 1.0}
    assert (ours.found, ours.frames, ours.compared, ours.memory) == (3, 3, 2, 100)
    assert other.whole == pytest.approx(51.0)
    assert (other.found, other.memory) == (2, None)
    assert narrow.laps == {"detect": 2.0, "rest": 0.0}
    assert narrow.found == 2


def test_embedding_takes_the_quickest_look_at_each_face() -> None:
    """An embedder alone has no stages."""
    (only,) = summarized({}, {OURS: [[0.010, 0.9, 0.014], [0.5, 0.012, 0.020]]}, {}, ("ours",))

    assert only.embedding == 12.0
    assert only.laps is None
    assert only.whole is None
