"""Static int8 where a network multiplies most, by ranges that were measured once.

Layers that mix channels hold nearly all of a network's multiplications and weights: they work in
eight bits. Weights are symmetric, with a scale for every output; what goes in and comes out has one
scale and one zero point for each layer; sums are kept in 32 bits. Quantization as in B. Jacob et
al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference",
CVPR 2018 (https://arxiv.org/abs/1712.05877), within TFLite's specification (see
:mod:`edge.vision.convert.storing`).

What works channel by channel stays in float32, and so does the layer that reads the picture. There
eight bits would cost the most accuracy and gain no time: the interpreter's library has no PReLU in
eight bits, and its depthwise convolution is as fast in float.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edge.errors import ModelConversionError
from edge.vision.convert.network import Convolution, Dense, Network, Weights, sources_of
from edge.vision.convert.storing import (
    FLOAT32,
    Kind,
    Quantization,
    Stored,
    Weighted,
    as_float32,
)

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
"""The least and the greatest value of what a layer gives, by its name."""

LEVELS = 127
"""Weights are from −127 to 127: the specification leaves −128 out."""


def measured_values(network: Network) -> tuple[str, ...]:
    """Return the names of the values whose ranges :class:`Int8` must know, in their order."""
    eight = [layer for layer in network.layers if _mixes_channels(layer, network)]
    names = {name for layer in eight for name in (layer.source, layer.name)}
    return tuple(layer.name for layer in network.layers if layer.name in names)


class Int8:
    """The numbers of *network*, in int8 by *ranges* where that pays.

    :raises ModelConversionError: if a range is missing or empty.
    """

    def __init__(self, network: Network, ranges: Ranges) -> None:
        self._eight = {layer.name for layer in network.layers if _mixes_channels(layer, network)}
        self._kinds = {name: _kind(name, ranges) for name in measured_values(network)}

    def reads(self, layer: Weighted) -> Kind:
        return self._kinds[layer.source] if layer.name in self._eight else FLOAT32

    def gives(self, layer: Weighted) -> Kind:
        return self._kinds[layer.name] if layer.name in self._eight else FLOAT32

    def kernel(self, layer: Weighted, kernel: Weights, axis: int) -> Stored:
        if layer.name not in self._eight:
            return as_float32(kernel)
        scales = _kernel_scales(layer)
        shape = [1] * kernel.ndim
        shape[axis] = -1
        levels = np.rint(kernel / scales.astype(np.float64).reshape(shape)).astype(np.int8)
        return Stored(levels, Kind(schema.TensorType.INT8, _per_output(scales, axis)))

    def bias(self, layer: Weighted) -> Stored:
        if layer.name not in self._eight:
            return as_float32(layer.bias)
        going_in = self._kinds[layer.source].quantization
        assert going_in is not None  # noqa: S101 - narrows what _kind() returns
        scales = np.float32(going_in.scales[0]) * _kernel_scales(layer)
        levels = np.rint(layer.bias / scales.astype(np.float64)).astype("<i4")
        return Stored(levels, Kind(schema.TensorType.INT32, _per_output(scales, 0)))


def _mixes_channels(layer: object, network: Network) -> bool:
    if isinstance(layer, Convolution):
        return not layer.depthwise and not _reads_picture(layer, network)
    return isinstance(layer, Dense)


def _reads_picture(layer: Convolution, network: Network) -> bool:
    before = {one.name: one for one in network.layers}.get(layer.source)
    return before is None or (
        not isinstance(before, Weighted) and network.source in sources_of(before)
    )


def _kind(name: str, ranges: Ranges) -> Kind:
    """Return the kind of the value *name*; zero, which is padded with, is a level of its own."""
    try:
        low, high = ranges[name]
    except KeyError as error:
        raise ModelConversionError(f"the range of {name!r} is not known") from error
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / 255)
    if not scale > 0:
        raise ModelConversionError(f"the range of {name!r} is empty")
    zero_point = int(np.clip(np.rint(-128 - low / np.float64(scale)), -128, 127))
    return Kind(schema.TensorType.INT8, Quantization((float(scale),), (zero_point,)))


def _kernel_scales(layer: Weighted) -> NDArray[np.float32]:
    """Return one scale for each output; for a filter of zeros any will do."""
    greatest = np.abs(layer.kernel).reshape(len(layer.kernel), -1).max(axis=1)
    return np.where(greatest > 0, greatest / LEVELS, 1.0).astype(np.float32)


def _per_output(scales: NDArray[np.float32], axis: int) -> Quantization:
    return Quantization(tuple(scales.tolist()), (0,) * len(scales), axis)
