"""A second embedder, of which no vector can be compared with one of the first: as a new version's."""

from __future__ import annotations

import hashlib
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge.vision.catalogue.sface import FLOAT


def write_other_embedder(sface: Path, folder: Path) -> Path:
    """Write SFace with its numbers in the reverse order, and its card; return the card's path.

    It tells faces apart as well as SFace does, so it may have its calibration. But a vector of the one
    and a vector of the other have nothing in common, whoever's they are.
    """
    model = schema.ModelT.InitFromPackedBuf(sface.read_bytes(), 0)
    graph = model.subgraphs[0]
    last = graph.operators[-1]
    for tensor in last.inputs[1:]:  # the weights and the bias, a row for each number
        buffer = model.buffers[graph.tensors[tensor].buffer]
        rows = np.asarray(buffer.data, dtype=np.uint8).reshape(FLOAT.dimension, -1)
        buffer.data = np.ascontiguousarray(rows[::-1]).reshape(-1)
    builder = flatbuffers.Builder(sface.stat().st_size + 65_536)
    builder.Finish(model.Pack(builder), b"TFL3")
    content = bytes(builder.Output())
    (folder / "other.tflite").write_bytes(content)
    card = folder / "other.toml"
    card.write_text(
        f"""
        name = "other"
        file = "other.tflite"
        sha256 = "{hashlib.sha256(content).hexdigest()}"
        licence = "Apache-2.0"
        input_size = {FLOAT.input_size}
        channel_order = "{FLOAT.channel_order}"
        mean = {FLOAT.mean}
        scale = {FLOAT.scale}
        dimension = {FLOAT.dimension}
        template = {[list(point) for point in FLOAT.template]}
        [calibration]
        cosine = {list(FLOAT.calibration.cosines)}
        log10_fmr = {list(FLOAT.calibration.log10_fmrs)}
        provenance = "that of SFace"
        """,
        encoding="utf-8",
    )
    return card
