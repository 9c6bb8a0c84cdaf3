"""What the processor can do: multiplications a second in a matrix product that suits it.

By the interpreter's own library, in chains of 1×1 convolutions of 512 channels over 14×14 places. Two
lengths of chain are timed; their difference leaves nothing but products. The quickest runs count:
whatever else the machine does makes nothing quicker.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edge.errors import BenchmarkError
from edge.vision.convert.int8 import Int8, measured_values
from edge.vision.convert.network import Convolution, Network
from edge.vision.convert.storing import Float32
from edge.vision.convert.tflite_writer import write_tflite

SIDE, CHANNELS = 14, 512
SHORT, LONG = 1, 5
EIGHT, WHOLE = "int8", "float"

_RANGE = (-4.0, 4.0)
"""Four standard deviations of what a layer gives here."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Multiplications a second with weights and values of eight bits, and in float32."""

    eight: float
    whole: float


def peaks_of(best: Mapping[str, float]) -> Peaks:
    """Return the peaks from the *best* seconds of the chains, by the names of :func:`chains`.

    :raises BenchmarkError: if a longer chain took less time than a shorter one.
    """
    return Peaks(_peak(best, EIGHT), _peak(best, WHOLE))


@contextmanager
def chains() -> Iterator[dict[str, Path]]:
    """Lend the files of all chains, by their names; the first layer reads the picture, in float."""
    with TemporaryDirectory() as scratch:
        files = {}
        for kind, length in itertools.product((EIGHT, WHOLE), (SHORT, LONG)):
            path = Path(scratch) / f"{kind}-{length}.tflite"
            path.write_bytes(_chain(kind, length))
            files[_name(kind, length)] = path
        yield files


def _peak(best: Mapping[str, float], kind: str) -> float:
    seconds = best[_name(kind, LONG)] - best[_name(kind, SHORT)]
    if seconds <= 0:
        raise BenchmarkError(
            "the machine is too busy to be measured.",
            remedy="Try more rounds, or later.",
        )
    return (LONG - SHORT) * (SIDE * CHANNELS) ** 2 / seconds


def _name(kind: str, length: int) -> str:
    return f"{kind} {length}"


def _chain(kind: str, length: int) -> bytes:
    layers = tuple(
        Convolution(
            name=f"product {at}",
            source=f"product {at - 1}" if at else "data",
            kernel=np.random.default_rng(at).normal(0, CHANNELS**-0.5, (CHANNELS, 1, 1, CHANNELS)),
            bias=np.zeros(CHANNELS),
            strides=(1, 1),
            padding=(0, 0, 0, 0),
            depthwise=False,
        )
        for at in range(length + 1)
    )
    graph = Network("data", (SIDE, SIDE, CHANNELS), layers, (layers[-1].name,))
    numbers = (
        Int8(graph, dict.fromkeys(measured_values(graph), _RANGE)) if kind == EIGHT else Float32()
    )
    return write_tflite(graph, description=_name(kind, length), numbers=numbers)
