"""ONNX to TFLite, without TensorFlow: read, fold, write.

Only what the catalogued networks need is understood; anything else is refused by name. The same
input gives the same bytes on every platform, so that the catalogue can pin the result: weights are
computed in float64, elementwise or with exactly rounded sums, and rounded to float32 once.

Imported only to convert: the ``onnx`` package is not needed once the models are prepared.
"""

from __future__ import annotations

from dataclasses import replace

from edge.vision.convert.fold import fold
from edge.vision.convert.heads import join_heads
from edge.vision.convert.int8 import Int8, Ranges, measured_values
from edge.vision.convert.network import Network
from edge.vision.convert.onnx_reader import read_onnx
from edge.vision.convert.tflite_writer import write_tflite

DOOR_SIZE = (256, 320)
"""Height and width of a detector's picture: a frame of 4:3 at 320 pixels, in whole cells of 32."""


def onnx_to_tflite(content: bytes, *, description: str, ranges: Ranges | None = None) -> bytes:
    """Return the TFLite file that computes what the ONNX file in *content* computes.

    In float32; with *ranges* in int8 where that pays, nearly the same. The picture goes in with
    channels last, float32 in any case. *description* is written into the file.

    :raises ModelConversionError: if the network holds something that cannot be translated.
    """
    network = _read(content)
    numbers = None if ranges is None else Int8(network, ranges)
    return write_tflite(network, description=description, numbers=numbers)


def names_to_measure(content: bytes) -> tuple[str, ...]:
    """Return of which values of the float network ranges are needed: of its tensors with these names.

    :raises ModelConversionError: if the network holds something that cannot be translated.
    """
    return measured_values(_read(content))


def _read(content: bytes) -> Network:
    """Return the network in *content*, simplified; what has several outputs is a detector.

    A detector takes any size. The one in the file is that of a door's search, since the interpreter
    reserves memory for it, and keeps that, before it can be told another: 10 MB more for the
    published 640×640.
    """
    network = fold(read_onnx(content))
    if len(network.outputs) == 1:
        return network
    return replace(join_heads(network), shape=(*DOOR_SIZE, network.shape[2]))
