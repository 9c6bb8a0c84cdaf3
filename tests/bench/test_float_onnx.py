import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest

from edge.vision.catalogue import CATALOGUE
from edge.vision.embed import Embedder
from edge.vision.models import ModelStore
from edge.vision.sources import find_source


@pytest.fixture(scope="module")
def float_onnx() -> ModuleType:
    """The script's module; bench is a folder of programs, not a package."""
    path = Path(__file__).parents[2] / "bench" / "float_onnx.py"
    spec = importlib.util.spec_from_file_location("float_onnx", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("fixed", [True, False])
def test_the_float_network_is_the_one_we_run(
    float_onnx: ModuleType,
    models: ModelStore,
    tmp_path: Path,
    fixed: bool,
) -> None:
    """The same face gives the same vector, whichever way the weights are listed."""
    (sface,) = (entry for entry in CATALOGUE if entry.name == "sface")
    published = find_source(sface, folder=models.path("sface").parent, mirror=None)
    chip = np.random.default_rng(0).integers(0, 256, (112, 112, 3)).astype(np.uint8)

    float_onnx.write_float_onnx(published, tmp_path / "float.onnx", fixed=fixed)

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(tmp_path / "float.onnx"), options)
    planes = chip[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    (vector,) = session.run(None, {session.get_inputs()[0].name: planes})
    ours = Embedder(models.embedder("sface")).embed(chip).vector
    assert float(vector[0] @ ours / np.linalg.norm(vector)) > 0.99999
    network = onnx.load(str(tmp_path / "float.onnx"))
    assert "DequantizeLinear" not in {node.op_type for node in network.graph.node}
    assert (len(network.graph.input) == 1) is fixed
