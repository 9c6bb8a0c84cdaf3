"""The constants of an ONNX network, as the numbers they stand for.

Weights may be stored in 8 bits with one scale per block (``DequantizeLinear`` with *block_size*),
as OpenCV Zoo publishes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper

from edge.errors import ModelConversionError
from edge.vision.convert.network import Weights


class Constants:
    """What is known before the network runs; nodes that only prepare weights add to it."""

    def __init__(self, graph: Any) -> None:
        self._values: dict[str, NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }

    @property
    def names(self) -> set[str]:
        return set(self._values)

    def weights(self, node: Any, index: int) -> Weights:
        """Return input number *index* of *node*.

        :raises ModelConversionError: if it is not constant.
        """
        return self._value(node, index).astype(np.float64)

    def constant(self, node: Any, attributes: dict[str, Any]) -> None:
        """Read a ``Constant``."""
        self._values[node.output[0]] = numpy_helper.to_array(attributes["value"])

    def dequantize(self, node: Any, attributes: dict[str, Any]) -> None:
        """Read a ``DequantizeLinear``: ``(quantized − zero point) · scale``, per block."""
        quantized, scales, zeros = (self.weights(node, index) for index in range(3))
        axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
        if not block:
            raise untranslatable(node, "only weights in blocks are understood")
        inside = range(quantized.shape[axis])
        spread_scales, spread_zeros = (
            np.repeat(values, block, axis).take(inside, axis) for values in (scales, zeros)
        )
        self._values[node.output[0]] = (quantized - spread_zeros) * spread_scales

    def reshape(self, node: Any, _: dict[str, Any]) -> None:
        """Read a ``Reshape`` of weights."""
        self._values[node.output[0]] = self._value(node, 0).reshape(self._value(node, 1))

    # Exporters compute the shape to flatten to from the shape of a picture, which is known here.

    def learn(self, name: str, values: tuple[int, ...]) -> None:
        """Take note of *values*, which the network would compute the same every time."""
        self._values[name] = np.array(values, np.int64)

    def gather(self, node: Any, attributes: dict[str, Any]) -> None:
        """Read a ``Gather`` of constants."""
        taken = np.take(self._value(node, 0), self._value(node, 1), attributes.get("axis", 0))
        self._values[node.output[0]] = np.asarray(taken)

    def unsqueeze(self, node: Any, _: dict[str, Any]) -> None:
        """Read an ``Unsqueeze`` of constants."""
        axes = tuple(int(axis) for axis in self._value(node, 1).ravel())
        self._values[node.output[0]] = np.expand_dims(self._value(node, 0), axes)

    def concatenate(self, node: Any, attributes: dict[str, Any]) -> None:
        """Read a ``Concat`` of constants."""
        parts = [self._value(node, index) for index in range(len(node.input))]
        self._values[node.output[0]] = np.concatenate(parts, attributes["axis"])

    def shape(self, node: Any, index: int) -> tuple[int, ...]:
        """Return input number *index* of *node*, a shape.

        :raises ModelConversionError: if it is not constant.
        """
        return tuple(int(size) for size in self._value(node, index))

    def _value(self, node: Any, index: int) -> NDArray[Any]:
        try:
            return self._values[node.input[index]]
        except KeyError as error:
            raise untranslatable(node, f"its input {node.input[index]} is no constant") from error


def untranslatable(node: Any, why: str) -> ModelConversionError:
    """Return the error that names *node*."""
    return ModelConversionError(
        f"{node.op_type} {node.name or node.output[0]!r} cannot be translated: {why}."
    )
