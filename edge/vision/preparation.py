"""What is done with a published model file before it is loaded."""

from __future__ import annotations

from hashlib import sha256

from edge.errors import ModelConversionError
from edge.vision.catalogue import CatalogueEntry, Preparation


def prepared(entry: CatalogueEntry, source: bytes) -> bytes:
    """Return the content of the prepared file of *entry*, made from its verified *source*.

    :raises ModelConversionError: if it is not byte for byte what the catalogue names.
    """
    if entry.preparation is Preparation.AS_PUBLISHED:
        return source
    # The converter needs onnx, which a door that starts with prepared models need not load.
    from edge.vision.convert import onnx_to_tflite  # noqa: PLC0415

    content = onnx_to_tflite(source, description=entry.source.name, ranges=entry.ranges)
    made = sha256(content).hexdigest()
    if made != entry.prepared.sha256:
        raise ModelConversionError(
            f"Converting {entry.source.name} gave SHA-256 {made} for {entry.prepared.name}, "
            f"not {entry.prepared.sha256}; it was not kept.",
            remedy="Install the versions of ai-edge-litert and flatbuffers that constraints.txt "
            "names, and run `ostiary models prepare`.",
        )
    return content
