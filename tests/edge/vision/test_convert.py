from __future__ import annotations

from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.domain import Pixels
from edge.errors import ModelConversionError
from edge.vision.catalogue import CATALOGUE
from edge.vision.convert import onnx_to_tflite
from edge.vision.convert.fold import fold
from edge.vision.convert.network import Affine, Convolution, Dense, PRelu
from edge.vision.convert.network import Network as Graph
from edge.vision.convert.onnx_reader import read_onnx
from edge.vision.convert.tflite_writer import write_tflite
from edge.vision.models import ModelStore
from edge.vision.tflite import Network

(SFACE,) = (entry for entry in CATALOGUE if entry.name == "sface")


def published() -> bytes:
    """Read SFace as OpenCV Zoo publishes it."""
    assert SFACE.wheel is not None
    distribution = metadata.distribution(SFACE.wheel.distribution)
    return Path(str(distribution.locate_file(SFACE.wheel.path))).read_bytes()


def reference(content: bytes) -> onnxruntime.InferenceSession:
    """Load the published graph where onnxruntime runs it: unread inputs are struck from its list."""
    model = onnx.load_model_from_string(content)
    pictures = [item for item in model.graph.input if item.name == "data"]
    del model.graph.input[:]
    model.graph.input.extend(pictures)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def chip(pixels: Pixels, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Cut the face in *box* (left, top, right, bottom) to 112 × 112, RGB, one picture."""
    left, top, right, bottom = box
    square = cv2.resize(pixels[top:bottom, left:right], (112, 112), interpolation=cv2.INTER_AREA)
    return square[None, :, :, ::-1].astype(np.float32)


def test_the_converted_network_agrees_with_the_published_one(
    models: ModelStore, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """On real faces, and on a flat chip where only the border matters, both give the same."""
    session = reference(published())
    network = Network(models.path("sface"))
    chips = [
        chip(astronaut, (165, 60, 285, 180)),
        *(chip(frame, (40, 20, 130, 110)) for frame in carphone[::40]),
        np.full((1, 112, 112, 3), 255, np.float32),
    ]
    for each in chips:
        (ours,) = network.run(each)
        (theirs,) = session.run(None, {"data": each.transpose(0, 3, 1, 2)})
        assert np.abs(ours - theirs).max() <= 1e-3
        cosine = (ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs)
        assert cosine >= 0.9999


def test_the_embedder_takes_a_picture_and_gives_a_vector(models: ModelStore) -> None:
    """The picture goes in with channels last, and the vector has the card's dimension."""
    network = Network(models.path("sface"))
    assert network.input_shape == (1, 112, 112, 3)
    assert network.output_shapes == ((1, 128),)


def test_converting_is_deterministic() -> None:
    """The same input gives the same bytes, so that the catalogue can pin them."""
    content = small_network()
    assert onnx_to_tflite(content, description="x") == onnx_to_tflite(content, description="x")


def test_the_converted_file_is_fit_for_quantizing(models: ModelStore) -> None:
    """Tensor names are unique, a signature names input and output, weights lie at 16 bytes."""
    content = models.path("sface").read_bytes()
    model = schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    names = [graph.Tensors(index).Name() for index in range(graph.TensorsLength())]
    assert len(set(names)) == len(names)
    signature = model.SignatureDefs(0)
    assert signature.Inputs(0).Name() == b"image"
    assert signature.Outputs(0).Name() == b"embedding"
    for index in range(1, model.BuffersLength()):
        weights = model.Buffers(index).DataAsNumpy()
        assert (weights.ctypes.data - np.frombuffer(content, np.uint8).ctypes.data) % 16 == 0


def test_only_the_mean_is_left_to_subtract(models: ModelStore) -> None:
    """Every batch normalization is folded; SUB stands alone before zero-padded convolutions."""
    model = schema.Model.GetRootAs(models.path("sface").read_bytes(), 0)
    used = {
        model.OperatorCodes(index).BuiltinCode() for index in range(model.OperatorCodesLength())
    }
    known = schema.BuiltinOperator
    assert used == {
        known.SUB,
        known.PAD,
        known.CONV_2D,
        known.DEPTHWISE_CONV_2D,
        known.PRELU,
        known.RESHAPE,
        known.FULLY_CONNECTED,
    }


# A small network of every layer that is understood


def weights(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Draw numbers that are neither zero nor alike."""
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape).astype(np.float32)


def small_network(
    nodes: list[onnx.NodeProto] | None = None,
    constants: dict[str, NDArray[Any]] | None = None,
    output: str = "vector",
) -> bytes:
    """Build an ONNX file: 8 × 6 pixels of 3 channels to a vector of 5 numbers."""
    mean, bn = weights(1, seed=1) * 100, [weights(4, seed=seed) for seed in range(2, 6)]
    held: dict[str, NDArray[Any]] = {
        "mean": mean,
        "scale": np.array([0.01], np.float32),
        "quantized": np.random.default_rng(6).integers(-128, 127, (4, 27), np.int8),
        "scales": weights(4, 3, seed=7) / 100,
        "zeros": np.random.default_rng(8).integers(-5, 5, (4, 3), np.int8),
        "shape": np.array([4, 3, 3, 3], np.int64),
        "gamma": bn[0],
        "beta": bn[1],
        "average": bn[2],
        "variance": bn[3],
        "slope": weights(4, 1, 1, seed=9) / 4,
        "own": weights(4, 1, 3, 3, seed=10),
        "own bias": weights(4, seed=11),
        "rows": weights(5, 4 * 4 * 3, seed=12) - 1,
        "bias": weights(5, seed=13),
    }
    normal = ["gamma", "beta", "average", "variance"]
    built = [
        helper.make_node("Sub", ["data", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node(
            "DequantizeLinear", ["quantized", "scales", "zeros"], ["flat"], axis=1, block_size=9
        ),
        helper.make_node("Reshape", ["flat", "shape"], ["kernel"]),
        helper.make_node("Conv", ["scaled", "kernel"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["a", *normal], ["b"], epsilon=1e-3),
        helper.make_node("PRelu", ["b", "slope"], ["c"]),
        helper.make_node(
            "Conv", ["c", "own", "own bias"], ["d"], pads=[1, 1, 1, 1], strides=[2, 2], group=4
        ),
        helper.make_node("PRelu", ["d", "slope"], ["e"]),
        helper.make_node("BatchNormalization", ["e", *normal], ["f"]),
        helper.make_node("Dropout", ["f"], ["g"]),
        helper.make_node("Flatten", ["g"], ["h"]),
        helper.make_node("Gemm", ["h", "rows", "bias"], ["vector"], transB=1),
    ]
    held.update(constants or {})
    graph = helper.make_graph(
        built if nodes is None else nodes,
        "small",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 8, 6])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(values, name) for name, values in held.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


def test_a_network_of_every_known_layer_agrees(tmp_path: Path) -> None:
    """Uneven sides, a stride, zero points and a shift before a padded layer: all come out equal."""
    content = small_network()
    path = tmp_path / "small.tflite"
    path.write_bytes(onnx_to_tflite(content, description="small"))
    picture = np.random.default_rng(14).uniform(0, 255, (1, 8, 6, 3)).astype(np.float32)
    (ours,) = Network(path).run(picture)
    (theirs,) = reference(content).run(None, {"data": picture.transpose(0, 3, 1, 2)})
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_folding_leaves_no_scaling_but_the_mean() -> None:
    """Seven layers with three scalings become four and the subtraction of the mean."""
    folded = fold(read_onnx(small_network()))
    kinds = [type(layer) for layer in folded.layers]
    assert kinds == [Affine, Convolution, PRelu, Convolution, PRelu, Dense]
    mean = folded.layers[0]
    assert isinstance(mean, Affine)
    assert (mean.scale == 1).all()


def test_a_value_that_two_layers_read_is_not_folded_away() -> None:
    """A convolution whose plain values are also the output keeps them."""
    one = np.ones(1)
    convolution = Convolution(
        name="conv",
        source="data",
        kernel=np.ones((1, 1, 1, 1)),
        bias=np.zeros(1),
        strides=(1, 1),
        padding=(0, 0, 0, 0),
        depthwise=False,
    )
    affine = Affine(name="scaled", source="conv", scale=2 * one, shift=one)
    graph = Graph(source="data", shape=(2, 2, 1), layers=(convolution, affine), outputs=("conv",))
    assert fold(graph).layers == graph.layers


def test_a_scaling_that_cannot_be_folded_is_refused() -> None:
    """The writer knows no multiplication: better an error than a network that forgets one."""
    affine = Affine(name="twice", source="data", scale=np.array([2.0]), shift=np.zeros(1))
    graph = Graph(source="data", shape=(2, 2, 1), layers=(affine,), outputs=("twice",))
    with pytest.raises(ModelConversionError, match="twice"):
        write_tflite(graph, description="")


def gated_network() -> bytes:
    """Build what anti-spoof networks are made of: a short cut, a gate, a shape computed from one."""
    constants: dict[str, NDArray[Any]] = {
        "kernel": weights(4, 3, 3, 3, seed=20) / 9,
        "squeeze": weights(2, 4, 1, 1, seed=21) - 1,
        "excite": weights(4, 2, 1, 1, seed=22) - 1,
        "whole": weights(4, 1, 4, 3, seed=23) / 9,
        "first": np.array(0, np.int64),
        "axes": np.array([0], np.int64),
        "rest": np.array([-1], np.int64),
        "inner": weights(4, 6, seed=24) - 1,
        "outer": weights(6, 2, seed=25) - 1,
        **{name: weights(6, seed=26 + n) for n, name in enumerate(("g", "b", "m", "v"))},
    }
    nodes = [
        helper.make_node("Conv", ["data", "kernel"], ["a"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["a"], ["pooled"]),
        helper.make_node("Conv", ["pooled", "squeeze"], ["small"]),
        helper.make_node("Relu", ["small"], ["lit"]),
        helper.make_node("Conv", ["lit", "excite"], ["large"]),
        helper.make_node("Sigmoid", ["large"], ["gate"]),
        helper.make_node("Mul", ["a", "gate"], ["gated"]),
        helper.make_node("Add", ["a", "gated"], ["added"]),
        helper.make_node("Conv", ["added", "whole"], ["points"], group=4),
        helper.make_node("Shape", ["points"], ["sizes"]),
        helper.make_node("Gather", ["sizes", "first"], ["count"], axis=0),
        helper.make_node("Unsqueeze", ["count", "axes"], ["counts"]),
        helper.make_node("Concat", ["counts", "rest"], ["wanted"], axis=0),
        helper.make_node("Reshape", ["points", "wanted"], ["flattened"]),
        helper.make_node("MatMul", ["flattened", "inner"], ["hidden"]),
        helper.make_node("BatchNormalization", ["hidden", "g", "b", "m", "v"], ["normal"]),
        helper.make_node("MatMul", ["normal", "outer"], ["vector"]),
    ]
    return small_network(nodes, constants)


def test_a_network_with_gates_and_short_cuts_agrees(tmp_path: Path) -> None:
    """Pooling, gating, adding and dense layers in a row: all come out equal."""
    content = gated_network()
    path = tmp_path / "gated.tflite"
    path.write_bytes(onnx_to_tflite(content, description="gated"))
    picture = np.random.default_rng(14).uniform(0, 2, (1, 8, 6, 3)).astype(np.float32)
    (ours,) = Network(path).run(picture)
    (theirs,) = reference(content).run(None, {"data": picture.transpose(0, 3, 1, 2)})
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def node(kind: str, *inputs: str, **attributes: Any) -> onnx.NodeProto:
    """Make a node that gives the vector."""
    return helper.make_node(kind, list(inputs), ["vector"], name="culprit", **attributes)


@pytest.mark.parametrize(
    "culprit",
    [
        node("HardSwish", "data"),
        node("Conv", "data", "kernel3", dilations=[2, 2]),
        node("Conv", "data", "kernel3", auto_pad="SAME_UPPER"),
        node("Conv", "data", "kernel1", group=3),
        node("Conv", "data", "own"),
        node("Conv", "data", "nowhere"),
        node("Gemm", "data", "rows", "bias", transB=1),
        node("Flatten", "data", axis=2),
        node("Reshape", "data", "shape"),
        node("Mul", "data", "bias"),
        node("Mul", "data", "centred"),
        node("Add", "data", "bias"),
        node("MatMul", "data", "rows"),
        node("Reshape", "centred", "shape"),
        node("PRelu", "data", "bias"),
        node("PRelu", "lost", "bias"),
        node("BatchNormalization", "data", "gamma", "beta", "average", "variance"),
        node("DequantizeLinear", "quantized", "scales", "zeros"),
    ],
    ids=lambda culprit: culprit.op_type,
)
def test_what_is_not_understood_is_named(culprit: onnx.NodeProto) -> None:
    """The error names operator and node; nothing is translated by guessing."""
    constants = {"kernel3": weights(4, 3, 3, 3), "kernel1": weights(6, 1, 1, 1)}
    read = helper.make_node("Sub", ["data", "mean"], ["centred"])
    content = small_network([read, culprit], constants)
    with pytest.raises(ModelConversionError, match=f"{culprit.op_type} 'culprit'"):
        onnx_to_tflite(content, description="")


@pytest.mark.parametrize("content", [b"\xff no network", b""])
def test_what_is_no_onnx_file_is_refused(content: bytes) -> None:
    """Neither noise nor nothing is a network."""
    with pytest.raises(ModelConversionError):
        onnx_to_tflite(content, description="")


def test_the_published_file_is_the_catalogued_one() -> None:
    """What these tests compare with has the digest of the catalogue."""
    assert sha256(published()).hexdigest() == SFACE.source.sha256
