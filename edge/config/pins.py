"""Where a door's wires go on the 40-pin header of a Raspberry Pi 4 or 5.

Kept free: I2C (GPIO 2, 3), the EEPROM of a board on top (0, 1), the first UART (14, 15), SPI 0
(7 to 11), 1-Wire (4), and I2S with SPI 1 (16, 18 to 21). At power-on, before the firmware has read
config.txt, GPIO 0 to 8 are pulled up and all others down (BCM2835 ARM Peripherals, table 6-31; the
RP1 of a Raspberry Pi 5 does the same); so what is driven here is on 9 or above, where the pull
keeps relays, lights and a buzzer that switch at high off.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """One wire: the setting that names it, its GPIO number, its place on the header, its use."""

    setting: str
    gpio: int
    header: int
    use: str


LOCK = Pin("lock.line", 17, 11, "relay of the lock")
CONTACT = Pin("inputs.contact_line", 22, 15, "door contact")
REX = Pin("inputs.rex_line", 23, 16, "exit button")
TAMPER = Pin("inputs.tamper_line", 24, 18, "tamper loop")
FIRE = Pin("inputs.fire_line", 25, 22, "contact of the fire panel")
GREEN = Pin("signals.green_line", 12, 32, "green light")
RED = Pin("signals.red_line", 13, 33, "red light")
BUZZER = Pin("signals.buzzer_line", 26, 37, "buzzer")
# Pulled up at power-on is how a Wiegand line rests; the other has its pull-up set when it is taken.
READER_D0 = Pin("reader.d0_line", 6, 31, "D0 of a Wiegand reader")
READER_D1 = Pin("reader.d1_line", 27, 13, "D1 of a Wiegand reader")

PINS = (LOCK, CONTACT, REX, TAMPER, FIRE, GREEN, RED, BUZZER, READER_D0, READER_D1)
"""The wiring plan, in the order of the settings. Only the lock's is a default: an input that is
watched and not wired would be an alarm."""
