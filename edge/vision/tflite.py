"""The only user of the TFLite interpreter.

``ai-edge-litert`` continues ``tflite-runtime`` under a new name with the same interpreter; where
only the old package is installed, that one serves.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import ModelError

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    from tflite_runtime.interpreter import Interpreter


class Network:
    """A TFLite network with one float32 input, loaded and ready.

    Not safe for several threads: it computes in place. Give every thread a network of its own; the
    file is mapped, so that they share its weights. *threads* is how many cores one run may use.

    The file is trusted as it is: :class:`edge.vision.models.ModelStore` verifies it first.

    :raises ModelError: if the file is no network that this interpreter runs.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        try:
            with _quiet():
                self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{path} is not a network that can be run here ({_first_line(error)}).",
                remedy="Run `ostiary models` to verify the files.",
            ) from error
        inputs: list[dict[str, Any]] = self._interpreter.get_input_details()
        if len(inputs) != 1 or inputs[0]["dtype"] is not np.float32:
            raise ModelError(f"{path} does not take exactly one float32 input.")
        self._input = inputs[0]
        self._outputs: list[dict[str, Any]] = self._interpreter.get_output_details()

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(int(size) for size in self._input["shape"])

    @property
    def output_shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(int(size) for size in output["shape"]) for output in self._outputs)

    def resize(self, shape: tuple[int, ...]) -> None:
        """Take inputs of another *shape* from now on, if the network has no size of its own.

        It takes a millisecond or some to lay out the memory anew, so one shape should serve many
        runs.

        :raises ModelError: if the network cannot take such a shape.
        """
        try:
            self._interpreter.resize_tensor_input(self._input["index"], shape, strict=False)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{self._path.name} cannot take a shape of {shape}: {_first_line(error)}."
            ) from error
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()

    def run(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return the network's outputs for *values*, float32 of :attr:`input_shape`, as copies.

        :raises ModelError: if *values* have another type or shape, or the network fails.
        """
        try:
            self._interpreter.set_tensor(self._input["index"], values)
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._path.name} cannot be run: {_first_line(error)}.") from error
        return tuple(self._interpreter.get_tensor(output["index"]) for output in self._outputs)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the interpreter from announcing its delegate on stderr, which no setting prevents.

    It writes to the file descriptor, past :data:`sys.stderr`. Its errors come as exceptions.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
