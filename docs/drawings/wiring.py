"""The drawings of docs/wiring.md: ``python docs/drawings/wiring.py`` writes them all as SVG.

One function a drawing. The GPIO numbers are the settings' own defaults, so that no drawing tells
an installer another pin than the program drives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from schemdraw import elements as elm
from sheet import Sheet

from edge.config import InputSettings, LockSettings

PICTURES = Path(__file__).parent.parent / "pictures"

HEADER_PINS = {
    4: 7, 5: 29, 6: 31, 12: 32, 13: 33, 14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35, 20: 38,
    21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
}  # fmt: skip
"""The place on the 40-pin header of each GPIO number, the same on a Raspberry Pi 4 and 5."""

RED, BLUE, GREEN, ORANGE = "#b3261e", "#1f4e9e", "#1b6e3c", "#a35a00"


def gpio(number: int) -> str:
    """Return how a pin is written on a drawing."""
    return f"GPIO {number} (pin {HEADER_PINS[number]})"


def relay() -> Sheet:
    """The strike's circuit: a relay, a supply of its own, and what keeps the contacts whole."""
    sheet = Sheet()
    line = gpio(LockSettings().line)
    pi = sheet.block("Raspberry Pi", (0, 0), right=["5 V (pin 2)", "GND (pin 9)", line])
    board = sheet.block(
        "Relay board, pulse-limited", (7, 0), left=["VCC", "GND", "IN"], right=["NC", "COM", "NO"]
    )
    supply = sheet.block("Supply of the strike", (15.5, 3.4), left=["+12 V", "0 V"])
    sheet.wire(pi["5 V (pin 2)"], board["VCC"], colour=RED)
    sheet.wire(pi[line], board["IN"], colour=BLUE)
    sheet.wire(pi["GND (pin 9)"], board["GND"])
    tap = (5.2, pi[line][1])
    sheet.dot(tap)
    sheet.part(elm.Resistor(), tap, (tap[0], tap[1] - 2.6), "10 kΩ to the\nsafe level", above=False)
    sheet.ground((tap[0], tap[1] - 2.6))
    plus, zero = supply["+12 V"], supply["0 V"]
    com, no = board["COM"], board["NO"]
    sheet.part(elm.Fuse(), (12.0, plus[1]), plus, "fuse 1 A")
    sheet.wire((12.0, plus[1]), (12.0, com[1]), com, colour=RED)
    top, bottom = (13.8, no[1]), (13.8, no[1] - 3)
    sheet.wire(no, top, (16.6, no[1]), colour=RED)
    sheet.part(elm.Inductor2(loops=3), top, bottom, "strike,\nfail-secure")
    sheet.part(elm.Diode(), (16.6, bottom[1]), (16.6, no[1]))
    sheet.text("1N4007 at the strike,", (17.1, bottom[1] + 1.8), align="left")
    sheet.text("its ring to plus", (17.1, bottom[1] + 1.3), align="left")
    sheet.wire((16.6, bottom[1]), bottom, (11.2, bottom[1]), (11.2, zero[1]), zero)
    sheet.dot(top)
    sheet.dot(bottom)
    sheet.text(
        "Alternating current: 100 Ω + 100 nF (X2) across the strike instead of the diode.",
        (13.9, bottom[1] - 1.0),
    )
    sheet.text(
        "Fail-safe magnet: NC instead of NO, and the fire panel's contact in series.",
        (13.9, bottom[1] - 1.6),
    )
    return sheet


def inputs() -> Sheet:
    """Contacts and buttons; closed at rest where a cut wire must be noticed."""
    sheet = Sheet()
    lines = InputSettings()
    rows = (
        (lines.contact_line, elm.Button(nc=True), "reed contact, closed while the door is shut"),
        (lines.rex_line, elm.Button(), "exit button, closes when pressed"),
        (lines.tamper_line, elm.Button(nc=True), "housing contact, closed while shut"),
        (lines.fire_line, elm.Button(nc=True), "contact of the fire panel, opens on alarm"),
    )
    names = [gpio(number) for number, _, _ in rows]
    pi = sheet.block("Raspberry Pi", (0, 0), right=[*names, "GND (pin 39)"])
    ground = pi["GND (pin 39)"]
    for row, (name, (_, switch, words)) in enumerate(zip(names, rows, strict=True)):
        at = pi[name]
        sheet.part(elm.Resistor().scale(0.7), at, (7.0, at[1]), "1 kΩ")
        sheet.part(switch, (7.0, at[1]), (10.0, at[1]))
        sheet.wire((10.0, at[1]), (10.6, at[1]))
        sheet.text(words, (11.0, at[1]), align="left")
        if row:
            sheet.dot((10.6, at[1]))
    sheet.wire((10.6, pi[names[0]][1]), (10.6, ground[1]), ground)
    sheet.text(
        "Pulled up inside the processor; beyond a few metres add 10 kΩ to 3.3 V and 100 nF to GND.",
        (0, ground[1] - 1.4),
        align="left",
    )
    return sheet


def power() -> Sheet:
    """Mains, battery and what hangs on them; the fire panel cuts a magnet without any software."""
    sheet = Sheet()
    charger = sheet.block(
        "Power supply with charger", (0, 0), left=["L", "N", "PE"], right=["+13.8 V", "0 V", "mains lost"],
        width=4.2,
    )  # fmt: skip
    battery = sheet.block("Battery 12 V, 7 Ah", (0, -5.2), right=["+", "−"], width=4.2)
    converter = sheet.block("12 V to 5.1 V, 5 A", (11, 1.6), left=["in +", "in −"], right=["5.1 V", "0 V out"])
    pi = sheet.block("Raspberry Pi", (18.2, 1.6), left=["USB-C +", "USB-C −"], width=3.0)
    strike = sheet.block("Strike, by the relay", (11, -2.6), left=["strike +", "strike −"])
    magnet = sheet.block("Fail-safe magnet", (11, -6.4), left=["magnet +", "magnet −"])
    plus, zero = charger["+13.8 V"], charger["0 V"]
    sheet.wire(plus, (8.6, plus[1]), colour=RED)
    for block, name in ((converter, "in +"), (strike, "strike +")):
        y = block[name][1]
        sheet.wire((8.6, plus[1]), (8.6, y), colour=RED)
        sheet.part(elm.Fuse().scale(0.8), (8.6, y), block[name], "fuse")
    y = magnet["magnet +"][1]
    sheet.wire((8.6, strike["strike +"][1]), (8.6, y), colour=RED)
    sheet.part(elm.Button(nc=True), (8.6, y), magnet["magnet +"], "fire panel, opens")
    for block, name in ((converter, "in −"), (strike, "strike −"), (magnet, "magnet −")):
        y = block[name][1]
        sheet.wire(block[name], (7.4, y), (7.4, zero[1]))
    sheet.wire(zero, (7.4, zero[1]))
    sheet.wire(battery["+"], (5.4, battery["+"][1]), (5.4, plus[1]), colour=RED)
    sheet.wire(battery["−"], (6.4, battery["−"][1]), (6.4, zero[1]))
    for at in ((5.4, plus[1]), (6.4, zero[1]), (8.6, plus[1]), (7.4, zero[1])):
        sheet.dot(at)
    sheet.wire(converter["5.1 V"], pi["USB-C +"], colour=RED)
    sheet.wire(converter["0 V out"], pi["USB-C −"])
    return sheet


def osdp() -> Sheet:
    """One twisted pair, ended at both ends, and a common 0 V."""
    sheet = Sheet()
    pi = sheet.block("Raspberry Pi", (0, 0), right=["USB"], width=2.6)
    adapter = sheet.block("USB to RS-485, isolated", (4.6, 0), left=["USB in"], right=["A", "B", "0 V"])
    reader = sheet.block(
        "Badge reader, or the panel", (15.6, 0), left=["A ", "B ", "0 V "], right=["12 V", "0 V in"], width=4.0
    )
    sheet.wire(pi["USB"], adapter["USB in"], colour=BLUE)
    for one, other, colour in (("A", "A ", GREEN), ("B", "B ", ORANGE), ("0 V", "0 V ", "black")):
        sheet.wire(adapter[one], reader[other], colour=colour)
    for x in (9.6, 14.2):
        sheet.dot((x, adapter["A"][1]))
        sheet.dot((x, adapter["B"][1]))
        sheet.part(elm.Resistor().scale(0.5), (x, adapter["A"][1]), (x, adapter["B"][1]))
        sheet.text("120 Ω", (x, adapter["A"][1] + 0.4))
    sheet.text("twisted pair, shielded, up to 1,200 m; shield earthed at one end", (11.9, -4.1))
    return sheet


def wiegand_in() -> Sheet:
    """From a reader's five volts to the 3.3 V that a Raspberry Pi bears: a divider in each line."""
    sheet = Sheet()
    reader = sheet.block("Wiegand reader", (0, 0), right=["D0", "D1", "GND"], width=2.8)
    pi = sheet.block("Raspberry Pi", (11.4, 0), left=["D0 in", "D1 in", "GND in"], width=2.8)
    for name, x in (("D0", 6.6), ("D1", 8.6)):
        at, end = reader[name], pi[f"{name} in"]
        sheet.part(elm.Resistor().scale(0.7), at, (5.6, at[1]), "1.8 kΩ")
        sheet.wire((5.6, at[1]), end, colour=BLUE)
        sheet.dot((x, at[1]))
        sheet.part(elm.Resistor().scale(0.7), (x, at[1]), (x, -5.0))
        sheet.text("3.3 kΩ", (x + 0.4, (at[1] - 5.0) / 2), align="left")
        sheet.ground((x, -5.0))
    ground = reader["GND"]
    sheet.wire(ground, (4.2, ground[1]), (4.2, -5.0))
    sheet.ground((4.2, -5.0))
    ground = pi["GND in"]
    sheet.wire(ground, (10.8, ground[1]), (10.8, -5.0))
    sheet.ground((10.8, -5.0))
    sheet.text("5 V × 3.3 / (1.8 + 3.3) = 3.2 V", (7.4, 0.6))
    return sheet


def wiegand_out() -> Sheet:
    """To a panel: a transistor in each line pulls down what the panel pulls up."""
    sheet = Sheet()
    pi = sheet.block("Raspberry Pi", (0, 0), right=["D0 out", "D1 out", "GND out"], width=2.8)
    panel = sheet.block("Panel", (12.6, 0), left=["D0", "D1", "GND"], width=2.8)
    for name, x in (("D0", 6.0), ("D1", 10.0)):
        at, end = pi[f"{name} out"], panel[name]
        sheet.wire(at, (x - 1.6, at[1]), (x - 1.6, -4.2), colour=BLUE)
        drain, source = sheet.transistor("2N7002", gate=(x - 1.6, -4.2))
        sheet.wire(drain, (drain[0], end[1]), end, colour=GREEN)
        sheet.ground(source)
    for name, block in (("GND out", pi), ("GND", panel)):
        x, y = block[name]
        side = x + (0.6 if block is pi else -0.6)
        sheet.wire((x, y), (side, y), (side, -5.4))
        sheet.ground((side, -5.4))
    return sheet


DRAWINGS: dict[str, Callable[[], Sheet]] = {
    "wiring-relay.svg": relay,
    "wiring-inputs.svg": inputs,
    "wiring-power.svg": power,
    "wiring-osdp.svg": osdp,
    "wiring-wiegand-in.svg": wiegand_in,
    "wiring-wiegand-out.svg": wiegand_out,
}


def main() -> None:
    """Write every drawing."""
    for name, draw in DRAWINGS.items():
        (PICTURES / name).write_bytes(draw().svg())


if __name__ == "__main__":
    main()
