"""Read a published ONNX network into channels-last layers, or say what in it is not understood.

Operators: https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx

from edge.errors import ModelConversionError
from edge.vision.convert.network import (
    Affine,
    Convolution,
    Dense,
    Doubling,
    Gate,
    GlobalMean,
    Halving,
    Layer,
    Network,
    Padding,
    PRelu,
    Relu,
    Sigmoid,
    Sum,
    Weights,
)
from edge.vision.convert.onnx_checks import (
    check_convolution,
    check_doubling,
    check_halving,
)
from edge.vision.convert.onnx_weights import Constants, untranslatable


def read_onnx(content: bytes) -> Network:
    """Return the network in *content*, an ONNX file with one image in.

    :raises ModelConversionError: if it is no ONNX file or holds what cannot be translated.
    """
    try:
        graph = onnx.load_model_from_string(content).graph
    except Exception as error:  # protobuf's errors have no public common class
        raise ModelConversionError("the file is not an ONNX network") from error
    return _Reader(graph).read()


class _Reader:
    """Walks the nodes once, in their order, which ONNX requires to be the order of computing."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._constants = Constants(graph)
        self._layers: dict[str, Layer] = {}
        self._alias: dict[str, str] = {}
        self._shapes: dict[str, tuple[int, int, int]] = {}
        self._flat: set[str] = set()
        self._rows: dict[str, str] = {}
        self._readers: dict[str, Callable[[Any, dict[str, Any]], None]] = {
            "Add": self._add_pictures,
            "BatchNormalization": self._batch_normalization,
            "Concat": self._constants.concatenate,
            "Constant": self._constants.constant,
            "Conv": self._convolution,
            "DequantizeLinear": self._constants.dequantize,
            "Dropout": self._pass_through,
            "Flatten": self._flatten,
            "Gather": self._constants.gather,
            "Gemm": self._dense,
            "GlobalAveragePool": self._global_mean,
            "MatMul": self._matrix,
            "MaxPool": self._halving,
            "Mul": self._multiply,
            "PRelu": self._prelu,
            "Relu": self._relu,
            "Reshape": self._reshape,
            "Resize": self._doubling,
            "Shape": self._shape_of,
            "Sigmoid": self._sigmoid,
            "Sub": self._subtract,
            "Transpose": self._channels_last,
            "Unsqueeze": self._constants.unsqueeze,
        }

    def read(self) -> Network:
        source, shape = self._image_input()
        self._shapes[source] = shape
        for node in self._graph.node:
            reader = self._readers.get(node.op_type)
            if reader is None:
                raise untranslatable(node, "its operator is unknown here")
            attributes = {
                item.name: onnx.helper.get_attribute_value(item) for item in node.attribute
            }
            reader(node, attributes)
        return Network(
            source=source,
            shape=shape,
            layers=tuple(self._layers.values()),
            outputs=tuple(self._output(output.name) for output in self._graph.output),
        )

    def _image_input(self) -> tuple[str, tuple[int, int, int]]:
        """Find the one input that is read and is not a weight: ``(1, channels, height, width)``.

        Old exporters list the weights among the inputs, and quantizing leaves unread ones there.
        Where the number of pictures is left open, it is one.
        """
        read = {name for node in self._graph.node for name in node.input} - self._constants.names
        inputs = [item for item in self._graph.input if item.name in read]
        sizes = [
            [
                1 if place == 0 and axis.dim_param else axis.dim_value
                for place, axis in enumerate(item.type.tensor_type.shape.dim)
            ]
            for item in inputs[:1]
        ]
        if len(inputs) != 1 or len(sizes[0]) != 4 or sizes[0][0] != 1 or not all(sizes[0]):
            raise ModelConversionError(
                "the network does not take exactly one picture of a fixed size, channels first"
            )
        _, channels, height, width = sizes[0]
        return inputs[0].name, (height, width, channels)

    def _output(self, name: str) -> str:
        layer = self._rows.get(name, self._source(name))
        if layer not in self._layers:
            raise ModelConversionError(f"the output {name!r} is not computed from the picture")
        return layer

    # What becomes a layer

    def _subtract(self, node: Any, _: dict[str, Any]) -> None:
        self._affine(node, scale=np.array(1.0), shift=-self._constants.weights(node, 1))

    def _multiply(self, node: Any, _: dict[str, Any]) -> None:
        if self._source(node.input[1]) in self._shapes:
            self._gate(node)
            return
        self._affine(node, scale=self._constants.weights(node, 1), shift=np.array(0.0))

    def _batch_normalization(self, node: Any, attributes: dict[str, Any]) -> None:
        gamma, beta, mean, variance = (
            self._constants.weights(node, index) for index in range(1, 5)
        )
        scale = gamma / np.sqrt(variance + attributes.get("epsilon", 1e-5))
        self._affine(node, scale=scale, shift=beta - mean * scale)

    def _affine(self, node: Any, *, scale: Weights, shift: Weights) -> None:
        channels = self._shape(node)[2]
        if scale.size not in (1, channels) or shift.size not in (1, channels):
            raise untranslatable(node, "it has neither one number nor one for each channel")
        self._add(
            node,
            Affine(
                name=node.output[0],
                source=self._source(node.input[0]),
                scale=np.broadcast_to(scale.ravel(), channels),
                shift=np.broadcast_to(shift.ravel(), channels),
            ),
            self._shape(node),
        )
        if node.input[0] in self._flat:
            self._flat.add(node.output[0])

    def _convolution(self, node: Any, attributes: dict[str, Any]) -> None:
        height, width, channels = self._shape(node)
        kernel = self._constants.weights(node, 1)
        out, into, rows, columns = kernel.shape
        groups = attributes.get("group", 1)
        depthwise = groups > 1
        check_convolution(node, attributes, channels=channels, into=into, out=out)
        above, left, below, right = attributes.get("pads", (0, 0, 0, 0))
        padding: Padding = (above, left, below, right)
        down, across = attributes.get("strides", (1, 1))
        self._add(
            node,
            Convolution(
                name=node.output[0],
                source=self._source(node.input[0]),
                kernel=kernel.transpose(0, 2, 3, 1),
                bias=self._constants.weights(node, 2) if len(node.input) > 2 else np.zeros(out),
                strides=(down, across),
                padding=padding,
                depthwise=depthwise,
            ),
            (
                (height + above + below - rows) // down + 1,
                (width + left + right - columns) // across + 1,
                out,
            ),
        )

    def _prelu(self, node: Any, _: dict[str, Any]) -> None:
        shape = self._shape(node)
        slope = self._constants.weights(node, 1).ravel()
        if slope.size not in (1, shape[2]):
            raise untranslatable(node, "it has neither one slope nor one for each channel")
        slope = np.broadcast_to(slope, shape[2])
        layer = PRelu(name=node.output[0], source=self._source(node.input[0]), slope=slope)
        self._add(node, layer, shape)

    def _relu(self, node: Any, _: dict[str, Any]) -> None:
        layer = Relu(name=node.output[0], source=self._source(node.input[0]))
        self._add(node, layer, self._shape(node))

    def _sigmoid(self, node: Any, _: dict[str, Any]) -> None:
        name, source = node.output[0], self._rows.get(node.input[0])
        if source is not None:
            self._rows[name] = name
            self._layers[name] = Sigmoid(name=name, source=source)
            return
        layer = Sigmoid(name=name, source=self._source(node.input[0]))
        self._add(node, layer, self._shape(node))

    def _halving(self, node: Any, attributes: dict[str, Any]) -> None:
        check_halving(node, attributes)
        height, width, channels = self._shape(node)
        layer = Halving(name=node.output[0], source=self._source(node.input[0]))
        self._add(node, layer, (height // 2, width // 2, channels))

    def _doubling(self, node: Any, attributes: dict[str, Any]) -> None:
        scales = self._constants.weights(node, 2) if len(node.input) == 3 else np.zeros(0)
        check_doubling(node, attributes, scales)
        height, width, channels = self._shape(node)
        layer = Doubling(name=node.output[0], source=self._source(node.input[0]))
        self._add(node, layer, (2 * height, 2 * width, channels))

    def _channels_last(self, node: Any, attributes: dict[str, Any]) -> None:
        """Turn a picture as it lies here anyway; only rows of pixels may become of it."""
        self._shape(node)
        if tuple(attributes.get("perm", ())) != (0, 2, 3, 1):
            raise untranslatable(node, "it does not bring the channels last")
        self._rows[node.output[0]] = self._source(node.input[0])

    def _global_mean(self, node: Any, _: dict[str, Any]) -> None:
        layer = GlobalMean(name=node.output[0], source=self._source(node.input[0]))
        self._add(node, layer, (1, 1, self._shape(node)[2]))

    def _add_pictures(self, node: Any, _: dict[str, Any]) -> None:
        shape = self._shape(node)
        if self._shape(node, 1) != shape:
            raise untranslatable(node, "it adds pictures of two shapes")
        source, other = (self._source(name) for name in node.input)
        self._add(node, Sum(name=node.output[0], source=source, other=other), shape)

    def _gate(self, node: Any) -> None:
        shape = self._shape(node)
        if self._shape(node, 1) != (1, 1, shape[2]):
            raise untranslatable(node, "it multiplies by what is not one number for each channel")
        source, other = (self._source(name) for name in node.input)
        self._add(node, Gate(name=node.output[0], source=source, other=other), shape)

    def _pass_through(self, node: Any, _: dict[str, Any]) -> None:
        """Dropout only trains."""
        self._alias[node.output[0]] = self._source(node.input[0])

    def _flatten(self, node: Any, attributes: dict[str, Any]) -> None:
        if attributes.get("axis", 1) != 1:
            raise untranslatable(node, "it does not flatten the whole picture")
        self._pass_through(node, attributes)
        self._flat.add(node.output[0])

    def _shape_of(self, node: Any, _: dict[str, Any]) -> None:
        height, width, channels = self._shape(node)
        self._constants.learn(node.output[0], (1, channels, height, width))

    def _reshape(self, node: Any, attributes: dict[str, Any]) -> None:
        """Flatten a picture, list its pixels, or reshape weights."""
        source = self._rows.get(node.input[0])
        if source is not None:
            if self._constants.shape(node, 1) != (1, -1, self._shapes[source][2]):
                raise untranslatable(node, "it does not list the pixels of a picture")
            self._rows[node.output[0]] = source
            return
        if self._source(node.input[0]) not in self._shapes:
            self._constants.reshape(node, attributes)
            return
        height, width, channels = self._shape(node)
        if self._constants.shape(node, 1) not in {(1, -1), (1, height * width * channels)}:
            raise untranslatable(node, "it does not flatten the whole picture")
        self._flatten(node, {})

    def _dense(self, node: Any, attributes: dict[str, Any]) -> None:
        plain = attributes.get("alpha", 1.0) == attributes.get("beta", 1.0) == 1.0
        if not plain or attributes.get("transA", 0) or not attributes.get("transB", 0):
            raise untranslatable(node, "only x · Wᵀ + b is understood")
        rows = self._constants.weights(node, 1)
        self._from_flat(node, rows, self._constants.weights(node, 2))

    def _matrix(self, node: Any, _: dict[str, Any]) -> None:
        rows = self._constants.weights(node, 1).T
        self._from_flat(node, rows, np.zeros(rows.shape[0]))

    def _from_flat(self, node: Any, rows: Weights, bias: Weights) -> None:
        if node.input[0] not in self._flat:
            raise untranslatable(node, "its input is not a flattened picture")
        height, width, channels = self._shape(node)
        kernel = rows.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
        source = self._source(node.input[0])
        layer = Dense(name=node.output[0], source=source, kernel=kernel, bias=bias)
        self._add(node, layer, (1, 1, rows.shape[0]))
        self._flat.add(layer.name)

    # What they share

    def _add(self, node: Any, layer: Layer, shape: tuple[int, int, int]) -> None:
        if len(node.output) != 1:
            raise untranslatable(node, "it has several outputs")
        self._layers[layer.name] = layer
        self._shapes[layer.name] = shape

    def _source(self, name: str) -> str:
        return self._alias.get(name, name)

    def _shape(self, node: Any, index: int = 0) -> tuple[int, int, int]:
        try:
            return self._shapes[self._source(node.input[index])]
        except KeyError as error:
            raise untranslatable(node, f"its input {node.input[index]} is not a picture") from error
