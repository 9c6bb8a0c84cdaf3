"""What a network takes is counted in its file, and agrees with counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.benchmark.frames import door_frames
from edge.benchmark.used import shapes_of, work_in
from edge.benchmark.work import Work, work_of
from edge.errors import ModelError
from edge.vision.convert.int8 import Int8
from edge.vision.convert.network import Convolution, Dense, Network, PRelu
from edge.vision.convert.storing import Float32
from edge.vision.convert.tflite_writer import write_tflite
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

PLACES = 4 * 5


def product(name: str, source: str, out: int, into: int) -> Convolution:
    """A product of *into* by *out* channels, at every place."""
    return Convolution(
        name=name,
        source=source,
        kernel=np.ones((out, 1, 1, into)),
        bias=np.zeros(out),
        strides=(1, 1),
        padding=(0, 0, 0, 0),
        depthwise=False,
    )


def test_products_in_both_kinds() -> None:
    """2 by 3 channels over 4 × 5 places in eight bits, after 1 by 2 in float, which reads the picture."""
    layers = (product("first", "data", 2, 1), product("last", "first", 3, 2))
    graph = Network("data", (4, 5, 1), layers, ("last",))
    ranges = dict.fromkeys(("first", "last"), (-1.0, 1.0))

    work = work_of(write_tflite(graph, description="", numbers=Int8(graph, ranges)))

    in_float = 4 * (PLACES + 2 + 2 + 2 * PLACES)
    to_eight = (4 + 1) * 2 * PLACES
    in_eight = 2 * PLACES + 6 + 4 * 3 + 3 * PLACES
    to_float = (1 + 4) * 3 * PLACES
    assert work.eight == PLACES * 6
    assert work.whole == PLACES * 2
    assert work.bytes == in_float + to_eight + in_eight + to_float
    assert work.weights == 4 * (2 + 2) + 6 + 4 * 3
    assert work.shape == (1, 4, 5, 1)


def test_depthwise_strided_and_dense_layers() -> None:
    """A filter of 3 × 3 at every second place of each of 4 channels, then 2 numbers from them all."""
    filters = Convolution(
        name="filters",
        source="data",
        kernel=np.ones((4, 3, 3, 1)),
        bias=np.zeros(4),
        strides=(2, 2),
        padding=(1, 1, 1, 1),
        depthwise=True,
    )
    bent = PRelu("bent", "filters", np.full(4, 0.25))
    dense = Dense("dense", "bent", np.ones((2, 4, 4, 4)), np.zeros(2))
    graph = Network("data", (8, 8, 4), (filters, bent, dense), ("dense",))

    work = work_of(write_tflite(graph, description="", numbers=Float32()))

    assert work.eight == 0
    assert work.whole == 4 * 4 * 4 * 9 + 2 * 4 * 4 * 4


def test_the_embedder_multiplies_mostly_in_eight_bits(models: ModelStore) -> None:
    """Both forms of one published network multiply as often; the one in eight bits moves less."""
    eight = work_of(models.path("sface-int8").read_bytes())
    whole = work_of(models.path("sface").read_bytes())

    assert eight.all == whole.all == pytest.approx(0.574e9, rel=0.01)
    assert eight.eight / eight.all > 0.9
    assert whole.eight == 0
    assert eight.bytes < whole.bytes


def test_weights_that_are_unpacked_once_move_once(models: ModelStore) -> None:
    """The mesh's own file, by its publisher: operators of many kinds, all of them in float."""
    work = work_of(models.path("face-mesh").read_bytes())

    assert work.eight == 0
    assert 20e6 < work.whole < 60e6
    assert work.intensity == work.all / work.bytes


def test_the_detector_is_counted_as_a_door_shows_it_a_frame(
    models: ModelStore, recognizer: Recognizer
) -> None:
    """Not at the size that its file happens to have: what is counted is what was really run."""
    shown: list[tuple[int, ...]] = []
    network = recognizer.detector._network
    used = {"yunet": models.path("yunet")}

    run = network.run

    def noted(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        shown.append(values.shape)
        return run(values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "run", noted)
        recognizer.largest(door_frames()[0])

    assert shown == [shapes_of(used)["yunet"]]
    assert work_in(used)["yunet"].shape == shown[0]


def test_the_limit_adds_both_kinds() -> None:
    """At 10 a second in eight bits and 2 in float, 20 and 4 take four seconds."""
    assert (
        Work(eight=20, whole=4, bytes=1, weights=0, shape=(1,)).seconds_at(eight=10, whole=2) == 4
    )


def test_a_larger_picture_takes_more_of_all_but_weights() -> None:
    """Twice the pixels, twice the multiplications and values."""
    work = Work(eight=20, whole=4, bytes=100, weights=40, shape=(1, 4, 5, 3))

    assert work.on((1, 8, 5, 3)) == Work(40, 8, 160, 40, (1, 8, 5, 3))
    assert work.on((1, 4, 5, 3)) is work


def test_what_is_no_network_is_refused() -> None:
    """An ONNX file has no TFLite operators to count."""
    with pytest.raises(ModelError, match="not a TFLite network"):
        work_of(b"\x08\x08\x12\x07pytorch")
