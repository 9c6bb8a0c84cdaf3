import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def told(code: str) -> str:
    """Run *code* where the benches are, and return what it prints."""
    program = f"import sys; sys.path.insert(0, sys.argv[1]); import limit\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program, ROOT / "bench"], check=True, capture_output=True, text=True
    ).stdout


def test_work_is_counted_by_hand() -> None:
    """A product of 2 by 3 channels over 4 × 5 places, in eight bits, after one in float."""
    code = (
        "import numpy as np\n"
        "def product(name, source, out, into):\n"
        "    return limit.Convolution(name=name, source=source, kernel=np.ones((out, 1, 1, into)),\n"
        "        bias=np.zeros(out), strides=(1, 1), padding=(0, 0, 0, 0), depthwise=False)\n"
        "layers = (product('first', 'data', 2, 1), product('last', 'first', 3, 2))\n"
        "graph = limit.Graph('data', (4, 5, 1), layers, 'last')\n"
        "ranges = dict.fromkeys(('first', 'last'), (-1.0, 1.0))\n"
        "work = limit.work_of(graph, limit.Int8(graph, ranges))\n"
        "print(work.eight, work.whole, work.bytes)"
    )
    places = 4 * 5
    in_float = 4 * (places + 2 + 2 * places)
    in_int8 = 2 * places + 6 + 3 * places
    assert told(code).split() == [str(places * 6), str(places * 2), str(in_float + in_int8)]


def test_a_busy_machine_gives_no_figure() -> None:
    """A longer chain that took less time says nothing of the processor."""
    code = (
        "try:\n"
        "    limit.peak({'int8 2': 1.0, 'int8 10': 0.9}, 'int8')\n"
        "except SystemExit as error:\n"
        "    print(error)"
    )
    assert "too busy" in told(code)
