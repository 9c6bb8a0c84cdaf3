from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge.errors import ModelError
from edge.vision.models import ModelStore
from edge.vision.tflite import Network

FLAT = np.full((1, 192, 192, 3), 0.5, np.float32)


def test_a_network_tells_its_shapes(models: ModelStore) -> None:
    """Shapes are plain integers, so that they compare with tuples."""
    mesh = Network(models.path("face-mesh"))
    assert mesh.input_shape == (1, 192, 192, 3)
    assert mesh.output_shapes == ((1, 1, 1, 1404), (1, 1, 1, 1))


def test_outputs_are_copies(models: ModelStore) -> None:
    """A second run does not change what the first returned."""
    mesh = Network(models.path("face-mesh"))
    first, _ = mesh.run(FLAT)
    before = first.copy()
    second, _ = mesh.run(np.zeros_like(FLAT))
    assert (first == before).all()
    assert not np.array_equal(first, second)


def test_threads_change_nothing_but_time(models: ModelStore) -> None:
    """Two threads give the result of one."""
    path = models.path("face-mesh")
    single, double = (Network(path, threads=threads).run(FLAT)[0] for threads in (1, 2))
    np.testing.assert_allclose(single, double, atol=1e-3)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((1, 96, 192, 3), np.float32),
        np.zeros((192, 192, 3), np.float32),
        np.zeros((1, 192, 192, 3), np.uint8),
    ],
)
def test_a_wrong_input_is_an_error(models: ModelStore, values: np.ndarray) -> None:
    """Shape and type must be the network's."""
    with pytest.raises(ModelError, match="face_landmark"):
        Network(models.path("face-mesh")).run(values)


@pytest.mark.parametrize("content", [b"", b"no network at all" * 100, None])
def test_what_is_no_network_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    """An empty, a foreign and a missing file get an error that names the file."""
    path = tmp_path / "broken.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.tflite"):
        Network(path)


def test_a_truncated_network_is_an_error(models: ModelStore, tmp_path: Path) -> None:
    """Half a file is refused, not run."""
    whole = models.path("face-mesh").read_bytes()
    path = tmp_path / "half.tflite"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"half\.tflite"):
        Network(path)


def test_loading_is_silent(models: ModelStore) -> None:
    """The interpreter's announcement does not reach the log of the door, later errors do."""
    program = (
        "import os, sys; from pathlib import Path; from edge.vision.tflite import Network; "
        f"Network(Path({str(models.path('face-mesh'))!r})); os.write(2, b'after')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stderr == "after"


def test_the_old_package_serves_where_only_it_is_installed(tmp_path: Path) -> None:
    """Without ai-edge-litert, the interpreter of tflite-runtime is imported."""
    package = tmp_path / "tflite_runtime"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text("class Interpreter: pass\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.modules['ai_edge_litert'] = None; "
        "from edge.vision import tflite; print(tflite.Interpreter.__module__)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "tflite_runtime.interpreter"
