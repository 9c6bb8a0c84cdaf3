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


Layer: TypeAlias = Affine | Convolution | PRelu | Dense


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Layers in the order they are computed; a layer's output bears the layer's name.

    *shape* is ``(height, width, channels)`` of the one input named *source*; *output* names the
    layer whose values leave the network.
    """

    source: str
    shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    output: str
