"""The published embedder with its weights as plain numbers, for runtimes that do not read blocks.

OpenCV's dnn refuses the block-quantized file, and onnxruntime unpacks it anew for every picture:
comparing with that would flatter us. So both get the same float weights that our network has.

The publisher also lists every weight as an input that a caller may replace. onnxruntime then cannot
fold anything into anything. Both forms are written: as published, and with the weights fixed.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator


def write_float_onnx(published: bytes, target: Path, *, fixed: bool) -> None:
    """Write the network *published* to *target* with its weights unpacked.

    *fixed* weights are constants; otherwise they are listed as inputs, as published.
    """
    model = onnx.load_model_from_string(published)
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    kept, unpacking = [], []
    for node in graph.node:
        if node.input and set(node.input) <= constants:
            unpacking.append(node)
            constants.update(node.output)
        else:
            kept.append(node)
    wanted = sorted({name for node in kept for name in node.input} & constants)
    unpacked = {name for node in unpacking for name in node.output} & set(wanted)
    values = _evaluate(model, unpacking, sorted(unpacked))
    given = [tensor for tensor in graph.initializer if tensor.name in wanted]
    inputs = [item for item in graph.input if any(item.name in node.input for node in kept)]
    inputs = [item for item in inputs if item.name not in constants]
    if not fixed:
        inputs += [
            onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            for tensor in (*given, *values)
        ]
    plain = onnx.helper.make_graph(
        kept, graph.name, inputs, list(graph.output), initializer=[*given, *values]
    )
    written = onnx.helper.make_model(plain, opset_imports=model.opset_import)
    written.ir_version = model.ir_version
    onnx.save(written, str(target))


def _evaluate(
    model: onnx.ModelProto, nodes: list[onnx.NodeProto], names: list[str]
) -> list[onnx.TensorProto]:
    """Return the tensors *names* that *nodes* make of the model's constants."""
    used = {name for node in nodes for name in node.input}
    outputs = [onnx.helper.make_empty_tensor_value_info(name) for name in names]
    graph = onnx.helper.make_graph(
        nodes,
        "weights",
        [],
        outputs,
        initializer=[tensor for tensor in model.graph.initializer if tensor.name in used],
    )
    part = onnx.helper.make_model(graph, opset_imports=model.opset_import)
    part.ir_version = model.ir_version
    values = ReferenceEvaluator(part).run(None, {})
    return [numpy_helper.from_array(value, name) for name, value in zip(names, values, strict=True)]
