"""``ostiary announce``: tell a broker and other servers what happens at the door."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click

from edge.announcer import destinations, site_key, wired_announcers
from edge.announcing.running import Announcer, only_announcer, run
from edge.announcing.signing import make_key
from edge.announcing.telling import DOOR_KINDS, TOLD_DETAILS
from edge.audit import EventKind
from edge.commands.console import fail, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.config import Settings
from edge.errors import ConfigError, OstiaryError
from edge.exit_codes import NEGATIVE


@click.group(invoke_without_command=True)
@click.option("--once", is_flag=True, help="Tell what there is to tell now, each once, and end.")
@pass_program
@click.pass_context
def announce(context: click.Context, program: Program, *, once: bool) -> None:
    """Tell a broker (MQTT) and other servers (webhooks) what happens. Ends on SIGTERM or Ctrl-C.

    The door does not wait for this: it reads the record of events, and begins with what happens
    from now on.
    """
    if context.invoked_subcommand is not None:
        return
    settings = program.settings
    _refuse_nobody(settings)
    stop = threading.Event()
    _stop_on_signal(stop)
    site_key(settings)  # makes the folder, and fails early if it cannot
    with only_announcer(settings.storage.folder) as alone:
        if not alone:
            say("Another announcer is at it already.")
            context.exit(NEGATIVE)
        with wired_announcers(settings) as announcers:
            if once:
                if not _each(announcers, lambda each: _told_once(each, stop)):
                    context.exit(NEGATIVE)
            else:
                say(f"Telling {', '.join(each.name for each in announcers)}.")
                run(announcers, stop)


@announce.command()
@pass_program
@click.pass_context
def test(context: click.Context, program: Program) -> None:
    """Send one test to every destination, and say how it went. May run beside the service."""
    settings = program.settings
    _refuse_nobody(settings)
    with wired_announcers(settings) as announcers:
        if not _each(announcers, lambda each: each.test()):
            context.exit(NEGATIVE)


@announce.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(file: Path) -> None:
    """Make the key of a webhook in FILE, which its receiver must have, too."""
    made = make_key(file)
    say(
        f"Made key {made.key_id} in {file}. Name it in webhooks.keys, and give the receiver its text."
    )


@announce.command()
@json_option
def kinds(*, as_json: bool) -> None:
    """List the kinds of events that webhooks.kinds may name."""
    rows = [(kind.value, kind in DOOR_KINDS, kind in TOLD_DETAILS) for kind in EventKind]
    if as_json:
        show_json([{"kind": kind, "mqtt": mqtt} for kind, mqtt, _ in rows])
        return
    show_table(
        "Kinds of events",
        ("Kind", "By MQTT, too", "With its detail"),
        ((kind, "yes" if mqtt else None, "yes" if detail else None) for kind, mqtt, detail in rows),
    )


def _told_once(announcer: Announcer, stop: threading.Event) -> str:
    announcer.once(stop)
    return "told everything"


def _each(announcers: tuple[Announcer, ...], do: Callable[[Announcer], str]) -> bool:
    """Do it with each of *announcers*, say what came of it, and tell whether all went well."""
    well = True
    for each in announcers:
        try:
            say(f"{each.name}: {do(each)}.")
        except OstiaryError as error:
            say(f"{each.name}:")
            fail(error)
            well = False
    return well


def _refuse_nobody(settings: Settings) -> None:
    if not destinations(settings):
        raise ConfigError(
            "there is nobody to tell.", remedy="Set mqtt.host, or webhooks.addresses."
        )


def _stop_on_signal(stop: threading.Event) -> None:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
