"""The drawings of docs/wiring.md: ``python docs/drawings/wiring.py`` writes them all as SVG.

One function a drawing. The pins are those of the settings (``edge/config/pins.py``), so that no
drawing tells an installer another than the program drives.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from schemdraw import elements as elm
from sheet import Sheet

from edge.config.pins import CONTACT, FIRE, LOCK, READER_D0, READER_D1, REX, TAMPER, Pin

PICTURES = Path(__file__).parent.parent / "pictures"

RED, BLUE, GREEN, ORANGE = "#b3261e", "#1f4e9e", "#1b6e3c", "#a35a00"


def named(pin: Pin) -> str:
    """Return how a pin is written on a drawing."""
    return f"GPIO {pin.gpio} (pin {pin.header})"


def relay() -> Sheet:
    """The strike's circuit: a relay, a supply of its own, and what keeps the contacts whole."""
    sheet = Sheet()
    line = named(LOCK)
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
    rows = (
        (CONTACT, elm.Button(nc=True), "reed contact, closed while the door is shut"),
        (REX, elm.Button(), "exit button, closes when pressed"),
        (TAMPER, elm.Button(nc=True), "housing contact, closed while shut"),
        (FIRE, elm.Button(nc=True), "contact of the fire panel, opens on alarm"),
    )
    names = [named(pin) for pin, _, _ in rows]
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
    converter = sheet.block(
        "12 V to 5.1 V, 5 A", (11, 1.6), left=["in +", "in −"], right=["5.1 V", "0 V out"]
    )
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
    adapter = sheet.block(
        "USB to RS-485, isolated", (4.6, 0), left=["USB in"], right=["A", "B", "0 V"]
    )
    reader = sheet.block(
        "Badge reader, or the panel",
        (15.6, 0),
        left=["A ", "B ", "0 V "],
        right=["12 V", "0 V in"],
        width=4.0,
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
    """From a reader's five volts to the 3.3 V that a Raspberry Pi bears."""
    sheet = Sheet()
    reader = sheet.block(
        "Wiegand reader", (0, 0), right=["D0, green", "D1, white", "+5 V", "GND, black"], width=2.8
    )
    shifter = sheet.block(
        "Level shifter, BSS138",
        (6.2, 0),
        left=["HV1", "HV2", "HV", "GND"],
        right=["LV1", "LV2", "LV", "GND "],
    )
    lines = [named(READER_D0), named(READER_D1)]
    pi = sheet.block(
        "Raspberry Pi", (13.2, 0), left=[*lines, "3.3 V (pin 1)", "GND (pin 39)"], width=4.0
    )
    for start, high, low, end, colour in (
        ("D0, green", "HV1", "LV1", lines[0], GREEN),
        ("D1, white", "HV2", "LV2", lines[1], BLUE),
        ("+5 V", "HV", "LV", "3.3 V (pin 1)", RED),
        ("GND, black", "GND", "GND ", "GND (pin 39)", "black"),
    ):
        sheet.wire(reader[start], shifter[high], colour=colour)
        sheet.wire(shifter[low], pi[end], colour=colour)
    return sheet


def wiegand_out() -> Sheet:
    """To a panel: an open-collector driver that does not invert pulls down what the panel pulls up."""
    sheet = Sheet()
    pi = sheet.block(
        "Raspberry Pi",
        (0, 0),
        right=["GPIO 4, TXD3 (pin 7)", "GPIO 8, TXD4 (pin 24)", "3.3 V (pin 17)", "GND (pin 25)"],
        width=4.4,
    )
    driver = sheet.block(
        "74LVC2G07", (8.0, 0), left=["1A", "2A", "VCC", "GND"], right=["1Y", "2Y"], width=3.0
    )
    panel = sheet.block(
        "Panel, pulls up to 5 V",
        (14.6, 0),
        left=["D0, green", "D1, white", "GND, black"],
        width=3.4,
    )
    for start, a, colour in (
        ("GPIO 4, TXD3 (pin 7)", "1A", GREEN),
        ("GPIO 8, TXD4 (pin 24)", "2A", BLUE),
        ("3.3 V (pin 17)", "VCC", RED),
        ("GND (pin 25)", "GND", "black"),
    ):
        sheet.wire(pi[start], driver[a], colour=colour)
    sheet.wire(driver["1Y"], panel["D0, green"], colour=GREEN)
    sheet.wire(driver["2Y"], panel["D1, white"], colour=BLUE)
    ground, common = panel["GND, black"], driver["GND"]
    sheet.dot((7.2, common[1]))
    sheet.wire(ground, (13.4, ground[1]), (13.4, -5.2), (7.2, -5.2), (7.2, common[1]))
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
