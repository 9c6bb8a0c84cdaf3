"""Whether the networks are quicker in float16 here, which the runtime's newer interface can force.

    python bench/half.py [--runs 40]

Every network runs in float32 and in float16 in turns, on one thread, shown the same noise. The time is
that of the quickest run; the error the largest difference, as a part of the largest value.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.options import CpuOptions, Options
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.vision.models import ModelStore
from edge.vision.tflite import Network

NAMES = ("yunet", "face-mesh", "sface", "sface-int8")

FORCE_FP16 = 0x4
"""``TFLITE_XNNPACK_DELEGATE_FLAG_FORCE_FP16`` of TensorFlow's ``xnnpack_delegate.h``."""

Run = Callable[[], NDArray[np.float32]]


def main() -> None:
    """Time both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=40, help="times each network runs in each way")
    options = parser.parse_args()
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    table = Table("1 thread, ms", "as it is", "float16", "largest error")
    for name in NAMES:
        whole, half = _both(store.path(name))
        ways = {"whole": whole, "half": half}
        best = dict.fromkeys(ways, np.inf)
        for _ in range(options.runs):
            for way, run in ways.items():
                began = time.perf_counter()
                run()
                best[way] = min(best[way], time.perf_counter() - began)
        right, found = whole(), half()
        error = float(np.abs(found - right).max() / np.abs(right).max())
        table.add_row(
            name, f"{1000 * best['whole']:.1f}", f"{1000 * best['half']:.1f}", f"{error:.2%}"
        )
    Console(width=80).print(table)


def _both(path: Path) -> tuple[Run, Run]:
    """Return what runs the network at *path* in float32 and in float16, and gives its first output."""
    network = Network(path)
    shown = np.random.default_rng(0).uniform(0, 255, network.input_shape).astype(np.float32)
    size = int(np.prod(network.output_shapes[0]))
    cpu = CpuOptions(num_threads=1, xnnpack_flags=FORCE_FP16)
    model = CompiledModel.from_file(str(path), options=Options(cpu_options=cpu))
    given, made = model.create_input_buffers(0), model.create_output_buffers(0)

    def whole() -> NDArray[np.float32]:
        return network.run(shown)[0].ravel()

    def half() -> NDArray[np.float32]:
        given[0].write(shown)
        model.run_by_index(0, given, made)
        return np.asarray(made[0].read(size, np.float32), np.float32).ravel()

    return whole, half


if __name__ == "__main__":
    main()
