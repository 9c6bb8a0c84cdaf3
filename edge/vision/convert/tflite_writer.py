"""Write a network as a TFLite flatbuffer, float32, the same bytes every time.

The schema's classes come with the interpreter (``ai_edge_litert.schema_py_generated``); no
TensorFlow is needed. Tensors have unique names and the file a signature, which tools that
quantize it ask for. Schema: https://github.com/tensorflow/tensorflow → ``tflite/schema/schema.fbs``
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edge.errors import ModelConversionError
from edge.vision.convert.network import (
    NO_PADDING,
    Affine,
    Convolution,
    Dense,
    Gate,
    GlobalMean,
    Network,
    Padding,
    PRelu,
    Relu,
    Sigmoid,
    Sum,
)

SCHEMA_VERSION = 3
FILE_IDENTIFIER = b"TFL3"
SIGNATURE = "serving_default"
ALIGNMENT = 16
"""``force_align`` of weights in the schema: the interpreter maps the file and reads them in place."""

HEADROOM = 1 << 20
"""Bytes for everything that is not weights, so that the builder need not grow and copy."""


def write_tflite(network: Network, *, description: str) -> bytes:
    """Return the TFLite file of *network*: ``(1, height, width, channels)`` → ``(1, out)``.

    :raises ModelConversionError: if a layer has no counterpart that computes the same.
    """
    return _Writer(network).write(description)


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]  # the schema is untyped
    """Weights aligned as the schema demands, which Python's flatbuffers leaves undone."""

    def Pack(self, builder: Any) -> int:  # noqa: N802  # the schema's name
        content = self.data.tobytes()
        builder.StartVector(1, len(content), ALIGNMENT)
        builder.head -= len(content)
        builder.Bytes[builder.head : builder.head + len(content)] = content
        vector = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))


class _Writer:
    """Lays tensors, operators and weights side by side while it walks the layers."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._buffers: list[Any] = [schema.BufferT()]  # number 0 stands for "no weights"
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []
        self._tensor_of: dict[str, int] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}

    def write(self, description: str) -> bytes:
        network = self._network
        self._value(network.source, (1, *network.shape))
        for layer in network.layers:
            match layer:
                case Affine():
                    self._affine(layer)
                case Convolution():
                    self._convolution(layer)
                case PRelu():
                    slope = self._weights(f"{layer.name}/slope", layer.slope[None, None, :])
                    inputs = [self._tensor_of[layer.source], slope]
                    self._operator("PRELU", inputs, layer.name, self._shapes[layer.source])
                case Dense():
                    self._dense(layer)
                case _:
                    self._simple(layer)
        return self._finish(description)

    def _simple(self, layer: Relu | Sigmoid | GlobalMean | Sum | Gate) -> None:
        match layer:
            case Relu():
                self._elementwise("RELU", layer.name, layer.source)
            case Sigmoid():
                self._elementwise("LOGISTIC", layer.name, layer.source)
            case GlobalMean():
                self._global_mean(layer)
            case Sum():
                options = ("AddOptions", schema.AddOptionsT())
                self._elementwise("ADD", layer.name, layer.source, layer.other, options=options)
            case Gate():
                options = ("MulOptions", schema.MulOptionsT())
                self._elementwise("MUL", layer.name, layer.source, layer.other, options=options)

    def _affine(self, layer: Affine) -> None:
        if (layer.scale != 1).any():
            raise ModelConversionError(
                f"the scaling {layer.name!r} stands where it cannot be folded"
            )
        mean = self._weights(f"{layer.name}/mean", -layer.shift)
        inputs = [self._tensor_of[layer.source], mean]
        self._operator(
            "SUB",
            inputs,
            layer.name,
            self._shapes[layer.source],
            ("SubOptions", schema.SubOptionsT()),
        )

    def _convolution(self, layer: Convolution) -> None:
        source, padding = layer.source, schema.Padding.VALID
        if layer.strides == (1, 1) and _keeps_size(layer):
            padding = schema.Padding.SAME
        elif layer.padding != NO_PADDING:
            source = self._pad(source, f"{layer.name}/padded", layer.padding)
        _, height, width, _ = self._shapes[source]
        out, rows, columns, _ = layer.kernel.shape
        if padding == schema.Padding.VALID:
            height = (height - rows) // layer.strides[0] + 1
            width = (width - columns) // layer.strides[1] + 1
        if layer.depthwise:
            kernel = layer.kernel.transpose(3, 1, 2, 0)
            code, name = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
            options = schema.DepthwiseConv2DOptionsT(depthMultiplier=1)
        else:
            kernel = layer.kernel
            code, name = "CONV_2D", "Conv2DOptions"
            options = schema.Conv2DOptionsT()
        options.padding = padding
        options.strideH, options.strideW = layer.strides
        inputs = [
            self._tensor_of[source],
            self._weights(f"{layer.name}/kernel", kernel),
            self._weights(f"{layer.name}/bias", layer.bias),
        ]
        self._operator(code, inputs, layer.name, (1, height, width, out), (name, options))

    def _pad(self, source: str, name: str, padding: Padding) -> str:
        """Pad explicitly: with a stride, TFLite's SAME pads below and right only."""
        above, left, below, right = padding
        _, height, width, channels = self._shapes[source]
        margins = np.array([[0, 0], [above, below], [left, right], [0, 0]], dtype="<i4")
        constant = self._constant(f"{name}/margins", margins, schema.TensorType.INT32)
        self._operator(
            "PAD",
            [self._tensor_of[source], constant],
            name,
            (1, above + height + below, left + width + right, channels),
            ("PadOptions", schema.PadOptionsT()),
        )
        return name

    def _dense(self, layer: Dense) -> None:
        out = layer.kernel.shape[0]
        rows = layer.kernel.reshape(out, -1)
        flat = f"{layer.name}/flat"
        shape = np.array([1, rows.shape[1]], dtype="<i4")
        constant = self._constant(f"{flat}/shape", shape, schema.TensorType.INT32)
        options = schema.ReshapeOptionsT(newShape=shape)
        inputs = [self._tensor_of[layer.source], constant]
        self._operator("RESHAPE", inputs, flat, (1, rows.shape[1]), ("ReshapeOptions", options))
        inputs = [
            self._tensor_of[flat],
            self._weights(f"{layer.name}/kernel", rows),
            self._weights(f"{layer.name}/bias", layer.bias),
        ]
        dense = ("FullyConnectedOptions", schema.FullyConnectedOptionsT())
        self._operator("FULLY_CONNECTED", inputs, layer.name, (1, out), dense)

    def _elementwise(
        self, code: str, name: str, *sources: str, options: tuple[str, Any] | None = None
    ) -> None:
        inputs = [self._tensor_of[source] for source in sources]
        self._operator(code, inputs, name, self._shapes[sources[0]], options)

    def _global_mean(self, layer: GlobalMean) -> None:
        channels = self._shapes[layer.source][-1]
        axes = self._constant(
            f"{layer.name}/axes", np.array([1, 2], dtype="<i4"), schema.TensorType.INT32
        )
        inputs = [self._tensor_of[layer.source], axes]
        options = ("ReducerOptions", schema.ReducerOptionsT(keepDims=True))
        self._operator("MEAN", inputs, layer.name, (1, 1, 1, channels), options)

    def _value(self, name: str, shape: tuple[int, ...]) -> int:
        self._shapes[name] = shape
        self._tensor_of[name] = self._tensor(name, shape, schema.TensorType.FLOAT32, buffer=0)
        return self._tensor_of[name]

    def _weights(self, name: str, values: NDArray[np.float64]) -> int:
        return self._constant(name, values.astype("<f4"), schema.TensorType.FLOAT32)

    def _constant(self, name: str, values: NDArray[Any], kind: int) -> int:
        self._buffers.append(_AlignedBuffer(data=np.ascontiguousarray(values)))
        return self._tensor(name, values.shape, kind, buffer=len(self._buffers) - 1)

    def _tensor(self, name: str, shape: tuple[int, ...], kind: int, *, buffer: int) -> int:
        self._tensors.append(
            schema.TensorT(name=name, shape=np.array(shape, dtype="<i4"), type=kind, buffer=buffer)
        )
        return len(self._tensors) - 1

    def _operator(
        self,
        code: str,
        inputs: list[int],
        name: str,
        shape: tuple[int, ...],
        options: tuple[str, Any] | None = None,
    ) -> None:
        builtin = getattr(schema.BuiltinOperator, code)
        if builtin not in self._codes:
            self._codes.append(builtin)
        operator = schema.OperatorT(
            opcodeIndex=self._codes.index(builtin),
            inputs=np.array(inputs, dtype="<i4"),
            outputs=np.array([self._value(name, shape)], dtype="<i4"),
        )
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options[0])
            operator.builtinOptions = options[1]
        self._operators.append(operator)

    def _finish(self, description: str) -> bytes:
        source, output = (
            self._tensor_of[name] for name in (self._network.source, self._network.output)
        )
        graph = schema.SubGraphT(
            name="main",
            tensors=self._tensors,
            operators=self._operators,
            inputs=np.array([source], dtype="<i4"),
            outputs=np.array([output], dtype="<i4"),
        )
        signature = schema.SignatureDefT(
            signatureKey=SIGNATURE,
            inputs=[schema.TensorMapT(name="image", tensorIndex=source)],
            outputs=[schema.TensorMapT(name="embedding", tensorIndex=output)],
        )
        model = schema.ModelT(
            version=SCHEMA_VERSION,
            description=description,
            operatorCodes=[_operator_code(builtin) for builtin in self._codes],
            subgraphs=[graph],
            buffers=self._buffers,
            signatureDefs=[signature],
        )
        weights = sum(buffer.data.nbytes for buffer in self._buffers[1:])
        builder = flatbuffers.Builder(weights + HEADROOM)
        builder.Finish(model.Pack(builder), file_identifier=FILE_IDENTIFIER)
        return bytes(builder.Output())


def _operator_code(builtin: int) -> Any:
    """Name an operator twice, as the schema wants it of codes that also fit the old 8-bit field."""
    return schema.OperatorCodeT(builtinCode=builtin, deprecatedBuiltinCode=builtin)


def _keeps_size(layer: Convolution) -> bool:
    """Tell whether the padding is the one TFLite calls SAME at stride one."""
    _, rows, columns, _ = layer.kernel.shape
    above, left, below, right = layer.padding
    return (above, left) == ((rows - 1) // 2, (columns - 1) // 2) and (below, right) == (
        rows // 2,
        columns // 2,
    )
