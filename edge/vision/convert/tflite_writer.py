"""Write a network as a TFLite flatbuffer, the same bytes every time.

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
    Layer,
    Network,
    Padding,
    PRelu,
    Relu,
    Sigmoid,
    Sum,
)
from edge.vision.convert.storing import (
    FLOAT32,
    INT32,
    Float32,
    Kind,
    Numbers,
    Stored,
    as_float32,
)

SCHEMA_VERSION = 3
FILE_IDENTIFIER = b"TFL3"
SIGNATURE = "serving_default"
ALIGNMENT = 16
"""``force_align`` of weights in the schema: the interpreter maps the file and reads them in place."""

HEADROOM = 1 << 20
"""Bytes for everything that is not weights, so that the builder need not grow and copy."""


def write_tflite(network: Network, *, description: str, numbers: Numbers | None = None) -> bytes:
    """Return the TFLite file of *network*: ``(1, height, width, channels)`` → ``(1, out)``.

    Weights, and what is computed with them, are stored as *numbers* has it, in float32 by default;
    the network takes and gives float32 in any case.

    :raises ModelConversionError: if a layer has no counterpart that computes the same.
    """
    return _Writer(network, numbers or Float32()).write(description)


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

    def __init__(self, network: Network, numbers: Numbers) -> None:
        self._network = network
        self._numbers = numbers
        self._buffers: list[Any] = [schema.BufferT()]  # number 0 stands for "no weights"
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []
        self._tensor_of: dict[str, int] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._kinds: dict[str, Kind] = {}

    def write(self, description: str) -> bytes:
        network = self._network
        self._value(network.source, (1, *network.shape), FLOAT32)
        for layer in network.layers:
            match layer:
                case Affine():
                    self._affine(layer)
                case Convolution():
                    self._convolution(layer)
                case PRelu():
                    slope = as_float32(layer.slope[None, None, :])
                    inputs = [self._as(FLOAT32, layer.source), self._stored(layer, "slope", slope)]
                    self._operator("PRELU", inputs, layer.name, self._shapes[layer.source])
                case Dense():
                    self._dense(layer)
                case _:
                    self._simple(layer)
        return self._finish(description, self._as(FLOAT32, network.output))

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
        mean = self._stored(layer, "mean", as_float32(-layer.shift))
        inputs = [self._as(FLOAT32, layer.source), mean]
        self._operator(
            "SUB",
            inputs,
            layer.name,
            self._shapes[layer.source],
            ("SubOptions", schema.SubOptionsT()),
        )

    def _convolution(self, layer: Convolution) -> None:
        source, padding = (
            self._named_as(self._numbers.reads(layer), layer.source),
            schema.Padding.VALID,
        )
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
            kernel, axis = layer.kernel.transpose(3, 1, 2, 0), 3
            code, name = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
            options = schema.DepthwiseConv2DOptionsT(depthMultiplier=1)
        else:
            kernel, axis = layer.kernel, 0
            code, name = "CONV_2D", "Conv2DOptions"
            options = schema.Conv2DOptionsT()
        options.padding = padding
        options.strideH, options.strideW = layer.strides
        inputs = [
            self._tensor_of[source],
            self._stored(layer, "kernel", self._numbers.kernel(layer, kernel, axis)),
            self._stored(layer, "bias", self._numbers.bias(layer)),
        ]
        kind = self._numbers.gives(layer)
        self._operator(code, inputs, layer.name, (1, height, width, out), (name, options), kind)

    def _pad(self, source: str, name: str, padding: Padding) -> str:
        """Pad explicitly: with a stride, TFLite's SAME pads below and right only."""
        above, left, below, right = padding
        _, height, width, channels = self._shapes[source]
        margins = np.array([[0, 0], [above, below], [left, right], [0, 0]], dtype="<i4")
        constant = self._constant(f"{name}/margins", margins, INT32)
        self._operator(
            "PAD",
            [self._tensor_of[source], constant],
            name,
            (1, above + height + below, left + width + right, channels),
            ("PadOptions", schema.PadOptionsT()),
            self._kinds[source],
        )
        return name

    def _dense(self, layer: Dense) -> None:
        out = layer.kernel.shape[0]
        rows = layer.kernel.reshape(out, -1)
        flat = f"{layer.name}/flat"
        shape = np.array([1, rows.shape[1]], dtype="<i4")
        constant = self._constant(f"{flat}/shape", shape, INT32)
        options = schema.ReshapeOptionsT(newShape=shape)
        kind = self._numbers.reads(layer)
        inputs = [self._as(kind, layer.source), constant]
        width = (1, rows.shape[1])
        self._operator("RESHAPE", inputs, flat, width, ("ReshapeOptions", options), kind)
        inputs = [
            self._tensor_of[flat],
            self._stored(layer, "kernel", self._numbers.kernel(layer, rows, 0)),
            self._stored(layer, "bias", self._numbers.bias(layer)),
        ]
        dense = ("FullyConnectedOptions", schema.FullyConnectedOptionsT())
        kind = self._numbers.gives(layer)
        self._operator("FULLY_CONNECTED", inputs, layer.name, (1, out), dense, kind)

    def _elementwise(
        self, code: str, name: str, *sources: str, options: tuple[str, Any] | None = None
    ) -> None:
        inputs = [self._as(FLOAT32, source) for source in sources]
        self._operator(code, inputs, name, self._shapes[sources[0]], options)

    def _global_mean(self, layer: GlobalMean) -> None:
        channels = self._shapes[layer.source][-1]
        axes = self._constant(f"{layer.name}/axes", np.array([1, 2], dtype="<i4"), INT32)
        inputs = [self._as(FLOAT32, layer.source), axes]
        options = ("ReducerOptions", schema.ReducerOptionsT(keepDims=True))
        self._operator("MEAN", inputs, layer.name, (1, 1, 1, channels), options)

    def _as(self, kind: Kind, name: str) -> int:
        return self._tensor_of[self._named_as(kind, name)]

    def _named_as(self, kind: Kind, name: str) -> str:
        """Return the name of the value *name* turned into *kind*, once for all who read it."""
        if self._kinds[name] == kind:
            return name
        code, options, turned = (
            ("DEQUANTIZE", schema.DequantizeOptionsT(), f"{name}/float")
            if kind == FLOAT32
            else ("QUANTIZE", schema.QuantizeOptionsT(), f"{name}/quantized")
        )
        if turned not in self._kinds:
            inputs, named = [self._tensor_of[name]], f"{code.capitalize()}Options"
            self._operator(code, inputs, turned, self._shapes[name], (named, options), kind)
        return turned

    def _value(self, name: str, shape: tuple[int, ...], kind: Kind) -> int:
        self._shapes[name], self._kinds[name] = shape, kind
        self._tensor_of[name] = self._tensor(name, shape, kind, buffer=0)
        return self._tensor_of[name]

    def _stored(self, layer: Layer, what: str, weights: Stored) -> int:
        return self._constant(f"{layer.name}/{what}", weights.values, weights.kind)

    def _constant(self, name: str, values: NDArray[Any], kind: Kind) -> int:
        self._buffers.append(_AlignedBuffer(data=np.ascontiguousarray(values)))
        return self._tensor(name, values.shape, kind, buffer=len(self._buffers) - 1)

    def _tensor(self, name: str, shape: tuple[int, ...], kind: Kind, *, buffer: int) -> int:
        tensor = schema.TensorT(
            name=name, shape=np.array(shape, dtype="<i4"), type=kind.code, buffer=buffer
        )
        if kind.quantization is not None:
            tensor.quantization = schema.QuantizationParametersT(
                scale=np.array(kind.quantization.scales, dtype="<f4"),
                zeroPoint=np.array(kind.quantization.zero_points, dtype="<i8"),
                quantizedDimension=kind.quantization.axis,
            )
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _operator(
        self,
        code: str,
        inputs: list[int],
        name: str,
        shape: tuple[int, ...],
        options: tuple[str, Any] | None = None,
        kind: Kind = FLOAT32,
    ) -> None:
        builtin = getattr(schema.BuiltinOperator, code)
        if builtin not in self._codes:
            self._codes.append(builtin)
        operator = schema.OperatorT(
            opcodeIndex=self._codes.index(builtin),
            inputs=np.array(inputs, dtype="<i4"),
            outputs=np.array([self._value(name, shape, kind)], dtype="<i4"),
        )
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options[0])
            operator.builtinOptions = options[1]
        self._operators.append(operator)

    def _finish(self, description: str, output: int) -> bytes:
        source = self._tensor_of[self._network.source]
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
