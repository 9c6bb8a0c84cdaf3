import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edge.vision.catalogue.sface_ranges as committed

ROOT = Path(__file__).parents[2]


def told(code: str, *arguments: str | Path) -> str:
    """Run *code* where the benches are, and return what it prints."""
    program = f"import sys; sys.path.insert(0, sys.argv[1]); import ranges\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program, ROOT / "bench", *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_committed_ranges_are_what_the_program_writes() -> None:
    """Nobody has touched the numbers by hand: written again, the module is the same text."""
    text = told(
        "from edge.vision.catalogue.sface_ranges import PROVENANCE, RANGES\n"
        "print(ranges.module_text(RANGES, PROVENANCE), end='')"
    )
    assert text == Path(str(committed.__file__)).read_text(encoding="utf-8")
    ast.parse(text)


def test_the_committed_ranges_say_what_they_were_measured_on() -> None:
    """Data, how many faces, model, date and command."""
    for word in ("photos", "one photo alone", "sface", "2026", "bench/ranges.py"):
        assert word in committed.PROVENANCE


@pytest.mark.parametrize(
    ("outliers", "kept"),
    [(1, False), (100_000, True)],
)
def test_a_range_gives_up_what_is_rare(outliers: int, kept: bool) -> None:
    """One far value among a million is cut off; many are not."""
    code = (
        "import numpy as np\n"
        "centres = np.linspace(-2, 20, 4096)\n"
        "counts = np.where(np.abs(centres) <= 2, 2000, 0)\n"
        "counts[-1] = int(sys.argv[2])\n"
        "print(*ranges.best_range(centres, counts))"
    )
    low, high = (float(word) for word in told(code, str(outliers)).split())
    assert low == pytest.approx(-2, abs=0.1)
    assert (high >= 19) is kept


def test_only_people_with_one_photo_are_measured(tmp_path: Path) -> None:
    """Whoever has two is asked by the evaluation; the others are taken evenly."""
    for person, photos in (("A", 1), ("B", 2), ("C", 1), ("D", 1), ("E", 1), ("F", 1)):
        (tmp_path / person).mkdir()
        for number in range(photos):
            (tmp_path / person / f"{number}.jpg").touch()
    code = (
        "from pathlib import Path; from edge.evaluation.dataset import read_dataset\n"
        "photos = read_dataset(Path(sys.argv[2]))\n"
        "print(*(photo.person for photo in ranges.lonely(photos, 3)))"
    )
    assert told(code, tmp_path).split() == ["A", "D", "F"]
