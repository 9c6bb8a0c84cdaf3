from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.domain import Pixels
from edge.errors import ModelConversionError
from edge.vision.catalogue import CATALOGUE
from edge.vision.convert import onnx_to_tflite
from edge.vision.models import ModelStore
from edge.vision.tflite import Network
from edge.vision.yunet import STRIDES

(YUNET,) = (entry for entry in CATALOGUE if entry.name == "yunet")
HEADS = ("cls", "obj", "bbox", "kps")
"""In the order in which they stand in one output of ours, for each of three strides."""


def weights(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Draw numbers around zero that are not alike."""
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def detector(
    instead: dict[str, onnx.NodeProto] | None = None, outputs: tuple[str, ...] = ("sure", "box")
) -> bytes:
    """Build an ONNX file: 8 × 6 pixels, halved and doubled again, and two heads at one size.

    *instead* replaces nodes by what they give.
    """
    held: dict[str, NDArray[Any]] = {
        "first": weights(4, 3, 3, 3, seed=1),
        "one": weights(1, 4, 1, 1, seed=2),
        "one spread": weights(1, 1, 3, 3, seed=3),
        "four": weights(4, 4, 1, 1, seed=4),
        "four bias": weights(4, seed=5),
        "four spread": weights(4, 1, 3, 3, seed=6),
        "twice": np.array([1, 1, 2, 2], np.float32),
        "thrice": np.array([1, 1, 3, 3], np.float32),
        "rows of 1": np.array([1, -1, 1], np.int64),
        "rows of 4": np.array([1, -1, 4], np.int64),
        "rows of 2": np.array([1, -1, 2], np.int64),
        "all": np.array([1, -1], np.int64),
    }
    nearest: dict[str, Any] = {
        "mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric",
    }  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["data", "first"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("MaxPool", ["a"], ["small"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Resize", ["small", "", "twice"], ["large"], **nearest),
        helper.make_node("Add", ["large", "a"], ["seen"]),
        helper.make_node("Conv", ["seen", "one"], ["b"]),
        helper.make_node("Conv", ["b", "one spread"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["seen", "four", "four bias"], ["d"]),
        helper.make_node("Conv", ["d", "four spread"], ["e"], pads=[1, 1, 1, 1], group=4),
        helper.make_node("Transpose", ["c"], ["f"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["f", "rows of 1"], ["g"]),
        helper.make_node("Sigmoid", ["g"], ["sure"]),
        helper.make_node("Transpose", ["e"], ["h"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["h", "rows of 4"], ["box"]),
    ]
    graph = helper.make_graph(
        [(instead or {}).get(each.output[0], each) for each in nodes],
        "detector",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 8, 6])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(values, name) for name, values in held.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


def published() -> bytes:
    """Read YuNet as OpenCV Zoo publishes it."""
    assert YUNET.wheel is not None
    distribution = metadata.distribution(YUNET.wheel.distribution)
    return Path(str(distribution.locate_file(YUNET.wheel.path))).read_bytes()


def computed(content: bytes, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Compute all outputs of an ONNX file for *picture*, channels last, by onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    given = {session.get_inputs()[0].name: picture.transpose(0, 3, 1, 2)}
    return [np.asarray(values) for values in session.run(None, given)]


def opencv_computed(picture: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Compute the published YuNet by OpenCV: onnxruntime refuses how its biases are stored."""
    network = cv2.dnn.readNetFromONNX(np.frombuffer(published(), np.uint8))
    network.setInput(np.ascontiguousarray(picture.transpose(0, 3, 1, 2)))
    names = [f"{head}_{stride}" for head in HEADS for stride in STRIDES]
    given = (np.asarray(values, np.float32) for values in network.forward(names))
    return dict(zip(names, given, strict=True))


def sigmoid(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn log odds into certainties."""
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def test_heads_side_by_side_give_what_they_gave_apart(tmp_path: Path) -> None:
    """Halved, doubled, added, and asked two things: one output has the channels of both."""
    content = detector()
    path = tmp_path / "detector.tflite"
    path.write_bytes(onnx_to_tflite(content, description="detector"))
    network = Network(path)
    network.resize((1, 8, 6, 3))
    picture = np.random.default_rng(14).uniform(-1, 1, (1, 8, 6, 3)).astype(np.float32)
    (ours,) = network.run(picture)
    sure, box = computed(content, picture)
    assert ours.shape == (1, 8, 6, 5)
    np.testing.assert_allclose(sigmoid(ours[..., :1]).reshape(1, -1, 1), sure, atol=1e-5)
    np.testing.assert_allclose(ours[..., 1:].reshape(1, -1, 4), box, atol=1e-5)


def test_a_network_without_a_size_of_its_own_takes_any(tmp_path: Path) -> None:
    """The same weights on a picture of another size, and then of the first one again."""
    path = tmp_path / "detector.tflite"
    path.write_bytes(onnx_to_tflite(detector(), description="detector"))
    network = Network(path)
    wide = np.random.default_rng(15).uniform(-1, 1, (1, 8, 20, 3)).astype(np.float32)
    network.resize((1, 8, 6, 3))
    (before,) = network.run(np.ascontiguousarray(wide[:, :, :6]))
    network.resize((1, 8, 20, 3))
    (whole,) = network.run(wide)
    network.resize((1, 8, 6, 3))
    (after,) = network.run(np.ascontiguousarray(wide[:, :, :6]))
    assert whole.shape == (1, 8, 20, 5)
    # Three from the edge on, a pixel sees nothing of what was cut off.
    np.testing.assert_allclose(whole[:, :, :3], before[:, :, :3], atol=1e-5)
    assert np.array_equal(before, after)


@pytest.mark.parametrize(
    ("culprit", "told"),
    [
        (helper.make_node("MaxPool", ["a"], ["small"], kernel_shape=[3, 3], strides=[2, 2]),
         "two by two"),
        (helper.make_node("MaxPool", ["a"], ["small"], kernel_shape=[2, 2]), "two by two"),
        (helper.make_node("MaxPool", ["a"], ["small"], kernel_shape=[2, 2], strides=[2, 2],
                          pads=[0, 0, 1, 1]), "two by two"),
        (helper.make_node("Resize", ["small", "", "twice"], ["large"], mode="linear"), "twice"),
        (helper.make_node("Resize", ["small", "", "thrice"], ["large"], mode="nearest",
                          nearest_mode="floor", coordinate_transformation_mode="asymmetric"),
         "twice"),
        (helper.make_node("Transpose", ["c"], ["f"], perm=[0, 3, 2, 1]), "channels last"),
        (helper.make_node("Reshape", ["f", "rows of 2"], ["g"]), "pixels"),
        (helper.make_node("Reshape", ["f", "all"], ["g"]), "pixels"),
        (helper.make_node("Relu", ["g"], ["sure"]), "not a picture"),
        (helper.make_node("Relu", ["c"], ["sure"]), "does not come from a head"),
        (helper.make_node("Sigmoid", ["seen"], ["sure"]), "does not come from a head"),
        (helper.make_node("Conv", ["d", "four spread"], ["e"], group=4), "not alike"),
        (helper.make_node("Flatten", ["f"], ["sure"]), "'sure' is not computed from the picture"),
    ],
)  # fmt: skip
def test_what_is_no_detector_is_named(culprit: onnx.NodeProto, told: str) -> None:
    """Nothing is translated by guessing."""
    content = detector({culprit.output[0]: culprit})
    with pytest.raises(ModelConversionError, match=told):
        onnx_to_tflite(content, description="")


# YuNet


def test_the_converted_detector_agrees_with_the_published_one(
    models: ModelStore, astronaut: Pixels
) -> None:
    """On a real face, at the size that was published, every number of every cell is the same."""
    picture = np.zeros((1, 640, 640, 3), np.float32)
    picture[0, 60:572, 100:612] = astronaut
    network = Network(models.path("yunet"))
    network.resize(picture.shape)
    theirs = opencv_computed(picture)
    for ours, stride in zip(network.run(picture), STRIDES, strict=True):
        cells = ours.reshape(1, -1, 16)
        cells = np.concatenate([sigmoid(cells[..., :2]), cells[..., 2:]], axis=2)
        heads = np.concatenate([theirs[f"{head}_{stride}"] for head in HEADS], axis=2)
        assert np.abs(cells - heads).max() <= 1e-3


def test_the_fast_kernels_take_the_whole_detector(models: ModelStore) -> None:
    """Not one operator falls back to the interpreter's own, at any size."""
    interpreter = Interpreter(model_path=str(models.path("yunet")), num_threads=1)
    for shape in ((1, 640, 640, 3), (1, 256, 320, 3)):
        interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], shape)
        interpreter.allocate_tensors()
        (delegate,) = (
            one for one in interpreter._get_ops_details() if one["op_name"] == "DELEGATE"
        )
        made = {int(place) for place in delegate["outputs"]}
        assert {output["index"] for output in interpreter.get_output_details()} <= made
