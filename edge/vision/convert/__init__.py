"""ONNX to TFLite, without TensorFlow: read, fold, write.

Only what the catalogued networks need is understood; anything else is refused by name. The same
input gives the same bytes on every platform, so that the catalogue can pin the result: weights are
computed in float64, elementwise or with exactly rounded sums, and rounded to float32 once.

Imported only to convert: the ``onnx`` package is not needed once the models are prepared.
"""

from __future__ import annotations

from edge.vision.convert.fold import fold
from edge.vision.convert.onnx_reader import read_onnx
from edge.vision.convert.tflite_writer import write_tflite


def onnx_to_tflite(content: bytes, *, description: str) -> bytes:
    """Return the float32 TFLite file that computes what the ONNX file in *content* computes.

    The picture goes in with channels last. *description* is written into the file.

    :raises ModelConversionError: if the network holds something that cannot be translated.
    """
    return write_tflite(fold(read_onnx(content)), description=description)
