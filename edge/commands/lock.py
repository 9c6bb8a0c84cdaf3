"""``ostiary lock``: drive the lock by hand, and after a crash."""

from __future__ import annotations

import time

import click

from edge.commands.console import say
from edge.commands.program import Program, pass_program
from edge.hardware.choose import open_lock


@click.group()
def lock() -> None:
    """Drive the lock without the door daemon, which must be stopped."""


@lock.command()
@pass_program
def secure(program: Program) -> None:
    """Lock the door now; the service manager runs this whenever the daemon has ended."""
    device = open_lock(program.settings.lock)
    try:
        device.secure()
    finally:
        device.close()
    say("The lock is secured.")


@lock.command()
@pass_program
def test(program: Program) -> None:
    """Release the lock once for the configured time, for an installer who stands at the door."""
    seconds = program.settings.lock.release_seconds
    device = open_lock(program.settings.lock)
    try:
        say(f"Released for {seconds:g} s: the door should open now.")
        device.release()
        time.sleep(seconds)
    finally:
        device.close()
    say("Secured: the door should be locked now.")
