"""What panels order and readers show, as rules."""

from __future__ import annotations

import pytest

from edge.domain import Signal
from edge.hardware.osdp.messages import SHOWN, Colour, Light, mark_of, signal_of


@pytest.mark.parametrize(
    ("light", "signal"),
    [
        (Light(Colour.GREEN, seconds=5), Signal.GRANTED),
        (Light(Colour.RED, on=1, off=1, seconds=2), Signal.DENIED),
        (Light(Colour.AMBER, on=1, off=1, seconds=10), Signal.WAITING),
        (Light(Colour.BLACK, on=1, off=1, other=Colour.GREEN, seconds=2), Signal.GRANTED),
        (Light(Colour.BLUE, seconds=2), None),
        (Light(Colour.RED), Signal.READY),
        (Light(Colour.BLUE), Signal.READY),
        (Light(Colour.GREEN), Signal.GRANTED),
        (Light(Colour.BLACK), Signal.OFF),
        (Light(Colour.RED, on=0, off=1, other=Colour.BLACK), Signal.OFF),
    ],
)
def test_a_light_means_what_it_means_at_most_sites(light: Light, signal: Signal | None) -> None:
    """Red waits or denies, green opens, amber asks for more, dark is off."""
    assert signal_of(light) is signal


def test_every_signal_has_a_light_and_only_alarms_go_on_sounding() -> None:
    """A reader shows all of them, and no two alike."""
    assert set(SHOWN) == set(Signal)
    assert len({showing.light for showing in SHOWN.values()}) == len(SHOWN)
    endless = {each for each, showing in SHOWN.items() if showing.sound.times == 0}
    assert endless == {Signal.WARNING, Signal.ALARM}


def test_a_packet_and_its_answer_begin_differently() -> None:
    """The highest bit of the address tells who speaks."""
    assert mark_of(5, reply=False) == b"\x53\x05"
    assert mark_of(5, reply=True) == b"\x53\x85"
