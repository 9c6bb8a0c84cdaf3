"""The installer's guide names the pins that the program drives, and its drawings are the script's."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from edge.config.pins import PINS, Pin

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs/wiring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("pin", PINS, ids=lambda pin: pin.setting)
def test_the_table_of_pins_is_the_programs(pin: Pin) -> None:
    """Use, setting, GPIO number and place on the header."""
    assert f"| {pin.use} | `{pin.setting}` | {pin.gpio} | {pin.header} |" in GUIDE


def test_the_drawings_are_those_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes a pin draws anew: `python docs/drawings/wiring.py`."""
    monkeypatch.syspath_prepend(str(ROOT / "docs/drawings"))
    wiring = importlib.import_module("wiring")

    for name, draw in wiring.DRAWINGS.items():
        assert (wiring.PICTURES / name).read_bytes() == draw().svg(), name
        assert f"pictures/{name}" in GUIDE
