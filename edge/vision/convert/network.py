"""What a network is between reading and writing: named layers, channels last, weights in float64.

Everything that ONNX and TFLite disagree about is settled at the edges: the reader turns channels
first into channels last and calls every per-channel ``a·x + b`` an :class:`Affine`, whether it was
a batch normalization, a subtraction or a multiplication; the writer rounds to float32. In between
:mod:`edge.vision.convert.fold` works on plain values. Float64 is not for accuracy alone: products
of 8-bit weights and float32 scales are exact in it, so that the same file comes out on every
processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = NDArray[np.float64]

Padding: TypeAlias = tuple[int, int, int, int]
"""Rows above, columns left, rows below, columns right, as ONNX counts them."""

NO_PADDING: Padding = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """``scale · x + shift`` for every channel; *scale* and *shift* are ``(channels,)``."""

    name: str
    source: str
    scale: Weights
    shift: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """A convolution, padded with zeros.

    *kernel* is ``(out, height, width, in)``; where *depthwise*, every channel has a filter of its
    own and *kernel* is ``(channels, height, width, 1)``. *bias* is ``(out,)``.
    """

    name: str
    source: str
    kernel: Weights
    bias: Weights
    strides: tuple[int, int]
    padding: Padding
    depthwise: bool


@dataclass(frozen=True, slots=True, eq=False)
class PRelu:
    """``x`` where positive, else ``slope · x``; *slope* is ``(channels,)``."""

    name: str
    source: str
    slope: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """Every output from every input: *kernel* is ``(out, height, width, channels)``.

    The source is flattened rows first, channels last, so *kernel* keeps the shape it had before.
    """

    name: str
    source: str
    kernel: Weights
    bias: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Relu:
    """``x`` where positive, else zero."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Sigmoid:
    """``1 / (1 + exp(−x))``."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class GlobalMean:
    """The mean of every channel over the whole picture: ``(1, 1, channels)``."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Two pictures of one shape, added: the short cut of a residual block."""

    name: str
    source: str
    other: str


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """A picture whose channels are multiplied by those of *other*, ``(1, 1, channels)``.

    The squeeze-and-excitation of Hu et al. 2018 (https://arxiv.org/abs/1709.01507).
    """

    name: str
    source: str
    other: str


@dataclass(frozen=True, slots=True, eq=False)
class Halving:
    """The greatest of every two by two pixels, channel by channel."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Doubling:
    """Every pixel four times: twice as high and twice as wide."""

    name: str
    source: str


Layer: TypeAlias = (
    Affine
    | Convolution
    | PRelu
    | Dense
    | Relu
    | Sigmoid
    | GlobalMean
    | Sum
    | Gate
    | Halving
    | Doubling
)


def sources_of(layer: Layer) -> tuple[str, ...]:
    """Return the names of what *layer* reads."""
    return (layer.source, layer.other) if isinstance(layer, Sum | Gate) else (layer.source,)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Layers in the order they are computed; a layer's output bears the layer's name.

    *shape* is ``(height, width, channels)`` of the one input named *source*; *outputs* name the
    layers whose values leave the network.
    """

    source: str
    shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
