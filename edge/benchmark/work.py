"""What one run of a network takes, counted in its file: multiplications, and bytes moved.

A multiplication is one with its addition (MAC). Bytes are all that operators read and give, weights
and values, each as often as an operator has it: what a processor without any cache would move.
Schema: https://github.com/tensorflow/tensorflow → ``tflite/schema/schema.fbs``
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from edge.errors import ModelError

SIZES: dict[int, int] = {
    schema.TensorType.FLOAT32: 4,
    schema.TensorType.FLOAT16: 2,
    schema.TensorType.INT32: 4,
    schema.TensorType.INT64: 8,
    schema.TensorType.INT16: 2,
    schema.TensorType.INT8: 1,
    schema.TensorType.UINT8: 1,
    schema.TensorType.BOOL: 1,
}
"""Bytes of a number of each type."""

_EIGHT_BITS = (schema.TensorType.INT8, schema.TensorType.UINT8)

_UNPACKING = (schema.BuiltinOperator.DEQUANTIZE, schema.BuiltinOperator.DENSIFY)
"""Done once, when the network is loaded, where what they read are weights."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one run takes: multiplications with weights of eight bits and with others, and bytes.

    Of the *bytes* so many are *weights*, which are fetched anew for each run wherever they are more
    than the caches hold. *shape* is that of the picture that the network is shown.
    """

    eight: int
    whole: int
    bytes: int
    weights: int
    shape: tuple[int, ...]

    @property
    def all(self) -> int:
        return self.eight + self.whole

    @property
    def intensity(self) -> float:
        """Multiplications by byte.

        A processor that fetches fewer bytes a second than its peak divided by this waits for its
        memory.
        """
        return self.all / self.bytes

    def on(self, shape: tuple[int, ...]) -> Work:
        """Return what a picture of another *shape* takes, for a network that takes any size.

        Only convolutions can, whose work grows with the pixels.
        """
        if shape == self.shape:
            return self
        grown = math.prod(shape) / math.prod(self.shape)
        return Work(
            eight=round(grown * self.eight),
            whole=round(grown * self.whole),
            bytes=round(grown * (self.bytes - self.weights)) + self.weights,
            weights=self.weights,
            shape=shape,
        )

    def seconds_at(self, *, eight: float, whole: float) -> float:
        """Return what this takes at so many multiplications a second of either kind, memory aside."""
        return self.eight / eight + self.whole / whole


@dataclass(frozen=True, slots=True)
class _Tensor:
    shape: tuple[int, ...]
    kind: int
    constant: bool

    @property
    def bytes(self) -> int:
        return SIZES.get(self.kind, 4) * math.prod(self.shape)


def work_of(content: bytes) -> Work:
    """Return what one run of the TFLite network *content* takes.

    :raises ModelError: if it is no TFLite file.
    """
    if content[4:8] != b"TFL3":
        raise ModelError("This is not a TFLite network: its work cannot be counted.")
    model = schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    tensors = [_tensor(model, graph.Tensors(at)) for at in range(graph.TensorsLength())]
    codes = [_code(model.OperatorCodes(at)) for at in range(model.OperatorCodesLength())]
    eight = whole = moved = weights = 0
    for at in range(graph.OperatorsLength()):
        operator = graph.Operators(at)
        code = codes[operator.OpcodeIndex()]
        reads = [tensors[place] for place in operator.InputsAsNumpy() if place >= 0]
        gives = [tensors[place] for place in operator.OutputsAsNumpy()]
        if code == schema.BuiltinOperator.RESHAPE or (code in _UNPACKING and reads[0].constant):
            continue
        multiplied = _multiplied(code, reads, gives)
        if multiplied and reads[1].kind in _EIGHT_BITS:
            eight += multiplied
        else:
            whole += multiplied
        moved += sum(one.bytes for one in (*reads, *gives))
        weights += sum(one.bytes for one in reads if one.constant)
    return Work(eight, whole, moved, weights, tensors[graph.Inputs(0)].shape)


def _multiplied(code: int, reads: list[_Tensor], gives: list[_Tensor]) -> int:
    match code:
        case schema.BuiltinOperator.CONV_2D:
            return math.prod(gives[0].shape[1:3]) * math.prod(reads[1].shape)
        case schema.BuiltinOperator.DEPTHWISE_CONV_2D:
            return math.prod(gives[0].shape[1:3]) * math.prod(reads[1].shape)
        case schema.BuiltinOperator.FULLY_CONNECTED:
            return math.prod(gives[0].shape[:-1]) * math.prod(reads[1].shape)
        case schema.BuiltinOperator.TRANSPOSE_CONV:
            return math.prod(reads[2].shape[1:3]) * math.prod(reads[1].shape)
    return 0


def _tensor(model: Any, tensor: Any) -> _Tensor:
    return _Tensor(
        shape=tuple(int(tensor.Shape(at)) for at in range(tensor.ShapeLength())),
        kind=int(tensor.Type()),
        constant=model.Buffers(tensor.Buffer()).DataLength() > 0,
    )


def _code(code: Any) -> int:
    """Return which operator is meant: old files have its number in a field of eight bits."""
    return max(int(code.BuiltinCode()), int(code.DeprecatedBuiltinCode()))
