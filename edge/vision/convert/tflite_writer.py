"""Write a network as a TFLite file, the same bytes every time; no TensorFlow is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge.errors import ModelConversionError
from edge.vision.convert.flatbuffer import Flatbuffer
from edge.vision.convert.network import (
    NO_PADDING,
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
)
from edge.vision.convert.storing import (
    FLOAT32,
    INT32,
    Float32,
    Numbers,
    Stored,
    as_float32,
)

ONLY_OUTPUT = "embedding"
"""What the signature calls the output of a network that has but one; several bear their names."""


def write_tflite(network: Network, *, description: str, numbers: Numbers | None = None) -> bytes:
    """Return the TFLite file of *network*: from ``(1, height, width, channels)`` to its outputs.

    Weights, and what is computed with them, are stored as *numbers* has it, in float32 by default;
    the network takes and gives float32 in any case.

    :raises ModelConversionError: if a layer has no counterpart that computes the same.
    """
    return _Writer(network, numbers or Float32()).write(description)


class _Writer:
    """Lays tensors, operators and weights side by side while it walks the layers."""

    def __init__(self, network: Network, numbers: Numbers) -> None:
        self._network = network
        self._numbers = numbers
        self._file = Flatbuffer()

    def write(self, description: str) -> bytes:
        network = self._network
        self._file.value(network.source, (1, *network.shape), FLOAT32)
        for layer in network.layers:
            match layer:
                case Affine():
                    self._affine(layer)
                case Convolution():
                    self._convolution(layer)
                case PRelu():
                    slope = as_float32(layer.slope[None, None, :])
                    inputs = [
                        self._file.place(FLOAT32, layer.source),
                        self._stored(layer, "slope", slope),
                    ]
                    self._file.operator(
                        "PRELU", inputs, layer.name, self._file.shapes[layer.source]
                    )
                case Dense():
                    self._dense(layer)
                case _:
                    self._simple(layer)
        return self._file.finish(
            description,
            source=self._file.place(FLOAT32, network.source),
            outputs={
                ONLY_OUTPUT if len(network.outputs) == 1 else name: self._file.place(FLOAT32, name)
                for name in network.outputs
            },
        )

    def _simple(self, layer: Relu | Sigmoid | GlobalMean | Sum | Gate | Halving | Doubling) -> None:
        match layer:
            case Halving():
                self._halving(layer)
            case Doubling():
                self._doubling(layer)
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
        inputs = [self._file.place(FLOAT32, layer.source), mean]
        self._file.operator(
            "SUB",
            inputs,
            layer.name,
            self._file.shapes[layer.source],
            ("SubOptions", schema.SubOptionsT()),
        )

    def _convolution(self, layer: Convolution) -> None:
        source = self._file.turned(self._numbers.reads(layer), layer.source)
        padding = schema.Padding.VALID
        if layer.strides == (1, 1) and _keeps_size(layer):
            padding = schema.Padding.SAME
        elif layer.padding != NO_PADDING:
            source = self._pad(source, f"{layer.name}/padded", layer.padding)
        _, height, width, _ = self._file.shapes[source]
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
            self._file.place(self._file.kinds[source], source),
            self._stored(layer, "kernel", self._numbers.kernel(layer, kernel, axis)),
            self._stored(layer, "bias", self._numbers.bias(layer)),
        ]
        kind = self._numbers.gives(layer)
        self._file.operator(
            code, inputs, layer.name, (1, height, width, out), (name, options), kind
        )

    def _pad(self, source: str, name: str, padding: Padding) -> str:
        """Pad explicitly: with a stride, TFLite's SAME pads below and right only."""
        above, left, below, right = padding
        _, height, width, channels = self._file.shapes[source]
        margins = np.array([[0, 0], [above, below], [left, right], [0, 0]], dtype="<i4")
        constant = self._file.constant(f"{name}/margins", margins, INT32)
        self._file.operator(
            "PAD",
            [self._file.place(self._file.kinds[source], source), constant],
            name,
            (1, above + height + below, left + width + right, channels),
            ("PadOptions", schema.PadOptionsT()),
            self._file.kinds[source],
        )
        return name

    def _dense(self, layer: Dense) -> None:
        out = layer.kernel.shape[0]
        rows = layer.kernel.reshape(out, -1)
        flat = f"{layer.name}/flat"
        shape = np.array([1, rows.shape[1]], dtype="<i4")
        constant = self._file.constant(f"{flat}/shape", shape, INT32)
        options = schema.ReshapeOptionsT(newShape=shape)
        kind = self._numbers.reads(layer)
        inputs = [self._file.place(kind, layer.source), constant]
        width = (1, rows.shape[1])
        self._file.operator("RESHAPE", inputs, flat, width, ("ReshapeOptions", options), kind)
        inputs = [
            self._file.place(kind, flat),
            self._stored(layer, "kernel", self._numbers.kernel(layer, rows, 0)),
            self._stored(layer, "bias", self._numbers.bias(layer)),
        ]
        dense = ("FullyConnectedOptions", schema.FullyConnectedOptionsT())
        kind = self._numbers.gives(layer)
        self._file.operator("FULLY_CONNECTED", inputs, layer.name, (1, out), dense, kind)

    def _elementwise(
        self, code: str, name: str, *sources: str, options: tuple[str, Any] | None = None
    ) -> None:
        inputs = [self._file.place(FLOAT32, source) for source in sources]
        self._file.operator(code, inputs, name, self._file.shapes[sources[0]], options)

    def _global_mean(self, layer: GlobalMean) -> None:
        channels = self._file.shapes[layer.source][-1]
        axes = self._file.constant(f"{layer.name}/axes", np.array([1, 2], dtype="<i4"), INT32)
        inputs = [self._file.place(FLOAT32, layer.source), axes]
        options = ("ReducerOptions", schema.ReducerOptionsT(keepDims=True))
        self._file.operator("MEAN", inputs, layer.name, (1, 1, 1, channels), options)

    def _halving(self, layer: Halving) -> None:
        _, height, width, channels = self._file.shapes[layer.source]
        options = schema.Pool2DOptionsT(
            padding=schema.Padding.VALID, strideH=2, strideW=2, filterHeight=2, filterWidth=2
        )
        self._file.operator(
            "MAX_POOL_2D",
            [self._file.place(FLOAT32, layer.source)],
            layer.name,
            (1, height // 2, width // 2, channels),
            ("Pool2DOptions", options),
        )

    def _doubling(self, layer: Doubling) -> None:
        """Four copies of the channels, dealt out to two by two pixels.

        The interpreter's fast library does not know TFLite's own enlarging by the nearest pixel;
        and these two operators hold no size, so that the network can be given another one.
        """
        _, height, width, channels = self._file.shapes[layer.source]
        four = f"{layer.name}/four"
        self._file.operator(
            "CONCATENATION",
            [self._file.place(FLOAT32, layer.source)] * 4,
            four,
            (1, height, width, 4 * channels),
            ("ConcatenationOptions", schema.ConcatenationOptionsT(axis=3)),
        )
        self._file.operator(
            "DEPTH_TO_SPACE",
            [self._file.place(FLOAT32, four)],
            layer.name,
            (1, 2 * height, 2 * width, channels),
            ("DepthToSpaceOptions", schema.DepthToSpaceOptionsT(blockSize=2)),
        )

    def _stored(self, layer: Layer, what: str, weights: Stored) -> int:
        return self._file.constant(f"{layer.name}/{what}", weights.values, weights.kind)


def _keeps_size(layer: Convolution) -> bool:
    """Tell whether the padding is the one TFLite calls SAME at stride one."""
    _, rows, columns, _ = layer.kernel.shape
    above, left, below, right = layer.padding
    return (above, left) == ((rows - 1) // 2, (columns - 1) // 2) and (below, right) == (
        rows // 2,
        columns // 2,
    )
