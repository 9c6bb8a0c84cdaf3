"""Put a TFLite flatbuffer together: tensors, operators and weights, by names.

The schema's classes come with the interpreter (``ai_edge_litert.schema_py_generated``). Tensors have
unique names and the file a signature, which tools that quantize it ask for. Schema:
https://github.com/tensorflow/tensorflow → ``tflite/schema/schema.fbs``
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edge.vision.convert.storing import FLOAT32, Kind

SCHEMA_VERSION = 3
FILE_IDENTIFIER = b"TFL3"
SIGNATURE = "serving_default"
ALIGNMENT = 16
"""``force_align`` of weights in the schema: the interpreter maps the file and reads them in place."""

HEADROOM = 1 << 20
"""Bytes for everything that is not weights, so that the builder need not grow and copy."""


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


class Flatbuffer:
    """Lays tensors, operators and weights side by side, in the order in which they are told.

    *shapes* and *kinds* are those of the values that there are so far, by name.
    """

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.kinds: dict[str, Kind] = {}
        self._places: dict[str, int] = {}
        self._buffers: list[Any] = [schema.BufferT()]  # number 0 stands for "no weights"
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []

    def value(self, name: str, shape: tuple[int, ...], kind: Kind) -> int:
        """Add a value called *name* and return its place."""
        self.shapes[name], self.kinds[name] = shape, kind
        self._places[name] = self._tensor(name, shape, kind, buffer=0)
        return self._places[name]

    def constant(self, name: str, values: NDArray[Any], kind: Kind) -> int:
        """Add weights called *name* and return their place."""
        self._buffers.append(_AlignedBuffer(data=np.ascontiguousarray(values)))
        return self._tensor(name, values.shape, kind, buffer=len(self._buffers) - 1)

    def operator(
        self,
        code: str,
        inputs: list[int],
        name: str,
        shape: tuple[int, ...],
        options: tuple[str, Any] | None = None,
        kind: Kind = FLOAT32,
    ) -> None:
        """Add an operator that makes the value *name* of what is at the places *inputs*.

        *code* is its name in the schema; *options* the name of its options, and the options.
        """
        builtin = getattr(schema.BuiltinOperator, code)
        if builtin not in self._codes:
            self._codes.append(builtin)
        operator = schema.OperatorT(
            opcodeIndex=self._codes.index(builtin),
            inputs=np.array(inputs, dtype="<i4"),
            outputs=np.array([self.value(name, shape, kind)], dtype="<i4"),
        )
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options[0])
            operator.builtinOptions = options[1]
        self._operators.append(operator)

    def finish(self, description: str, *, source: int, outputs: Mapping[str, int]) -> bytes:
        """Return the file: a network from the value at *source* to those at *outputs*, by name."""
        graph = schema.SubGraphT(
            name="main",
            tensors=self._tensors,
            operators=self._operators,
            inputs=np.array([source], dtype="<i4"),
            outputs=np.array(list(outputs.values()), dtype="<i4"),
        )
        signature = schema.SignatureDefT(
            signatureKey=SIGNATURE,
            inputs=[schema.TensorMapT(name="image", tensorIndex=source)],
            outputs=[
                schema.TensorMapT(name=name, tensorIndex=place) for name, place in outputs.items()
            ],
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

    def place(self, kind: Kind, name: str) -> int:
        """Return the place of the value *name*, turned into *kind* if it is of another."""
        return self._places[self.turned(kind, name)]

    def turned(self, kind: Kind, name: str) -> str:
        """Return the name of the value *name* turned into *kind*, once for all who read it."""
        if self.kinds[name] == kind:
            return name
        code, options, turned = (
            ("DEQUANTIZE", schema.DequantizeOptionsT(), f"{name}/float")
            if kind == FLOAT32
            else ("QUANTIZE", schema.QuantizeOptionsT(), f"{name}/quantized")
        )
        if turned not in self.kinds:
            named = (f"{code.capitalize()}Options", options)
            self.operator(code, [self._places[name]], turned, self.shapes[name], named, kind)
        return turned

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


def _operator_code(builtin: int) -> Any:
    """Name an operator twice, as the schema wants it of codes that also fit the old 8-bit field."""
    return schema.OperatorCodeT(builtinCode=builtin, deprecatedBuiltinCode=builtin)
