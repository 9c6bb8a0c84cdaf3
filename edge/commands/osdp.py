"""``ostiary osdp``: hand over the keys of OSDP lines, once, and see that they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import click

from edge.commands.console import json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.config import Settings
from edge.errors import ConfigError, OstiaryError
from edge.exit_codes import NEGATIVE
from edge.hardware.choose_osdp import osdp_keys, osdp_line
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.install import (
    Installed,
    check_panel,
    check_reader,
    install_panel,
    install_reader,
)
from edge.hardware.osdp.keys import PANEL, ChannelKey, reader_name

ON_A_BENCH = (
    "The published default key opens the way for the new one, so whoever listens in now learns it: "
    "do this on a bench, or on a line that nobody can have tapped."
)
WAIT = click.option(
    "--seconds",
    default=300,
    show_default=True,
    type=click.IntRange(1, 3600),
    help="How long to wait for the other side.",
)


@click.group()
def osdp() -> None:
    """Hand over and check the keys of OSDP lines; the door daemon must be stopped.

    See docs/osdp.md for how to connect a panel and a reader, step by step.
    """


@osdp.group()
def install() -> None:
    """Hand over a key, once. There is no install mode that could be left on."""


@install.command()
@WAIT
@json_option
@pass_program
def panel(program: Program, seconds: int, *, as_json: bool) -> None:
    """Wait for the panel to set a key, keep it, and insist on it from then on.

    Run this, then let the panel's software install a key (it may call it secure channel, SCBK or
    install mode).
    """
    settings = program.settings
    if not as_json:
        say(ON_A_BENCH)
        say(f"Waiting {seconds} s for the panel to set a key on {settings.osdp_panel.port} …")
    installed = install_panel(
        osdp_line(settings.osdp_panel),
        address=settings.osdp_panel.address,
        keys=osdp_keys(settings.storage.folder),
        seconds=seconds,
    )
    _show(installed, "panel", as_json=as_json)


@install.command()
@click.option("--address", type=int, help="The reader's address; needed if there are several.")
@click.option("--renew", is_flag=True, help="Give another key to a reader that has ours already.")
@WAIT
@json_option
@pass_program
def reader(
    program: Program, address: int | None, seconds: int, *, renew: bool, as_json: bool
) -> None:
    """Give a reader in its install mode a random key, keep it, and see that it holds."""
    settings = program.settings
    address = _address(settings, address)
    if not as_json:
        say(ON_A_BENCH)
    installed = install_reader(
        osdp_line(settings.osdp_reader),
        address=address,
        keys=osdp_keys(settings.storage.folder),
        seconds=seconds,
        renew=renew,
    )
    _show(installed, f"reader {address}", as_json=as_json)


@osdp.command()
@click.option("--reveal", metavar="NAME", help="Print the key NAME itself, for the other side.")
@click.option("--enter", metavar="NAME", help="Type in the key NAME, which the other side has.")
@json_option
@pass_program
def keys(program: Program, reveal: str | None, enter: str | None, *, as_json: bool) -> None:
    """List the keys by their fingerprints, by which two can be compared; never a key itself.

    A key that a panel's software shows can be typed in (--enter panel), so that it never travels
    the line.
    """
    folder = osdp_keys(program.settings.storage.folder)
    if enter is not None:
        _must_be_used(program.settings, enter)
        digits = click.prompt("32 hexadecimal digits", hide_input=True)
        folder.put(enter, ChannelKey.from_digits(digits))
    if reveal is not None:
        key = folder.get(reveal)
        if key is None:
            raise click.UsageError(f"there is no key {reveal!r}: `ostiary osdp keys` lists them.")
        click.echo(key.digits)
        return
    found = [_Listed(name, folder.demand(name).fingerprint) for name in folder.names()]
    if as_json:
        show_json(found)
        return
    rows = ((each.name, each.fingerprint) for each in found)
    show_table("Keys of OSDP lines", ("Name", "Fingerprint"), rows)


@osdp.command()
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(0.1, 60))
@json_option
@click.pass_context
def status(context: click.Context, seconds: float, *, as_json: bool) -> None:
    """Look who is on the lines, and whether each has our key. Ends with status 1 if one has not."""
    program = context.find_object(Program)
    assert program is not None  # noqa: S101  # the group above always sets it
    lines = _lines(program.settings, seconds)
    if not lines:
        raise ConfigError(
            "there is no OSDP line.", remedy='Set reader.kind or panel.kind to "osdp".'
        )
    if as_json:
        show_json(lines)
    else:
        show_table(
            "OSDP lines",
            ("Side", "Port", "Secure", "Says", "What helps"),
            (
                (line.side, line.port, "yes" if line.secure else "no", line.says, line.remedy)
                for line in lines
            ),
        )
    if not all(line.secure for line in lines):
        context.exit(NEGATIVE)


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Line:
    side: str
    port: str
    secure: bool
    says: str
    remedy: str = ""


def _lines(settings: Settings, seconds: float) -> list[_Line]:
    """Look at every line of the settings, one after the other."""
    keys = osdp_keys(settings.storage.folder)
    found = []
    if settings.panel.kind == "osdp":
        line = osdp_line(settings.osdp_panel)
        address = settings.osdp_panel.address
        look = partial(check_panel, line, address=address, keys=keys, seconds=seconds)
        found.append(_looked("panel", line, look))
    if settings.reader.kind == "osdp":
        for address in settings.osdp_reader.numbers():
            line = osdp_line(settings.osdp_reader)
            look = partial(check_reader, line, address=address, keys=keys, seconds=seconds)
            found.append(_looked(f"reader {address}", line, look))
    return found


def _looked(side: str, line: SerialLine, look: Callable[[], Installed]) -> _Line:
    try:
        installed = look()
    except OstiaryError as error:
        return _Line(side, str(line.port), secure=False, says=error.message, remedy=error.remedy)
    return _Line(side, str(line.port), secure=True, says=_said(installed))


def _said(installed: Installed) -> str:
    said = f"key {installed.fingerprint}"
    if installed.identity is None:
        return said
    of = installed.identity
    return f"{said}, maker {of.maker:06X}, model {of.model}, serial number {of.serial}"


def _show(installed: Installed, side: str, *, as_json: bool) -> None:
    if as_json:
        show_json(installed)
        return
    say(f"The {side} has a key: {_said(installed)}.")
    if installed.checked:
        say("It has come back with it: the line is secure. Start the door.")
    else:
        say("It has not come back with it yet. `ostiary osdp status` tells whether it does.")


def _address(settings: Settings, asked: int | None) -> int:
    """Return the address of the reader that is meant."""
    known = settings.osdp_reader.numbers()
    if asked is None and len(known) == 1:
        return known[0]
    if asked not in known:
        raise click.UsageError(f"--address should be one of {settings.osdp_reader.addresses}.")
    return asked


def _must_be_used(settings: Settings, name: str) -> None:
    used = (PANEL, *map(reader_name, settings.osdp_reader.numbers()))
    if name not in used:
        raise click.UsageError(f"no line has a key of that name: one of {', '.join(used)}.")
