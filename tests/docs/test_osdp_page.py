"""The page about OSDP claims nothing that no test shows."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/osdp.md").read_text(encoding="utf-8")
TESTS = {
    path.name: path.read_text(encoding="utf-8")
    for folder in ("hardware", "commands")
    for path in (ROOT / "tests/edge" / folder).glob("test_*.py")
}


def test_every_test_that_the_page_names_exists() -> None:
    """Each of the five flaws has its tests, by their real names."""
    placed = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)
    named = re.findall(r"`(test_\w+)`", PAGE)

    assert len(placed) >= 9
    assert not [name for file, name in placed if f"def {name}(" not in TESTS.get(file, "")]
    everything = "".join(TESTS.values())
    assert not [name for name in named if f"def {name}(" not in everything]


def test_every_command_that_the_page_names_exists() -> None:
    """An installer types what stands there."""
    from edge.commands.osdp import osdp  # noqa: PLC0415 - the page is the subject

    named = set(re.findall(r"ostiary osdp (\w+)", PAGE))

    assert named == set(osdp.commands)
