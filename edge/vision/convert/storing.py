"""How the numbers of a network are stored: in float32, or as another :class:`Numbers` decides.

A quantized tensor holds whole numbers ``q`` that stand for ``scale · (q − zero point)``:
https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edge.vision.convert.network import Convolution, Dense, Weights


@dataclass(frozen=True, slots=True)
class Quantization:
    """What whole numbers stand for: one scale and zero point, or one for each place on *axis*."""

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a tensor, one of the schema's ``TensorType``, and what its numbers stand for."""

    code: int
    quantization: Quantization | None = None


FLOAT32 = Kind(schema.TensorType.FLOAT32)
INT32 = Kind(schema.TensorType.INT32)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Weights as they lie in the file, little-endian."""

    values: NDArray[Any]
    kind: Kind


Weighted: TypeAlias = Convolution | Dense
"""A layer whose numbers may be stored in several ways; every other layer works in float32."""


class Numbers(Protocol):
    """Decides how weights are stored, and what the layers that have some read and give."""

    def reads(self, layer: Weighted) -> Kind:
        """Return the kind of values that *layer* reads."""

    def gives(self, layer: Weighted) -> Kind:
        """Return the kind of values that *layer* gives."""

    def kernel(self, layer: Weighted, kernel: Weights, axis: int) -> Stored:
        """Return the kernel of *layer*, whose axes stand as in the file, the outputs at *axis*."""

    def bias(self, layer: Weighted) -> Stored:
        """Return the bias of *layer*."""


class Float32:
    """Everything in float32, rounded once."""

    def reads(self, layer: Weighted) -> Kind:  # noqa: ARG002  # all are alike
        return FLOAT32

    def gives(self, layer: Weighted) -> Kind:  # noqa: ARG002
        return FLOAT32

    def kernel(self, layer: Weighted, kernel: Weights, axis: int) -> Stored:  # noqa: ARG002
        return as_float32(kernel)

    def bias(self, layer: Weighted) -> Stored:
        return as_float32(layer.bias)


def as_float32(values: Weights) -> Stored:
    """Return *values* in float32."""
    return Stored(values.astype("<f4"), FLOAT32)
