"""``ostiary key``: the site's key, and the recovery key that opens its backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from edge.commands.actor import actor
from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program
from edge.errors import InUseError
from edge.storage.key import key_from_elsewhere
from edge.storage.sealing import RecoveryKey, RecoveryPublic


@click.group()
def key() -> None:
    """Look after the key that encrypts everything, and the recovery key that opens backups."""


@dataclass(frozen=True, slots=True)
class _Shown:
    comes_from: str
    recovery: str | None


@key.command()
@json_option
@pass_program
def show(program: Program, *, as_json: bool) -> None:
    """Show where the site's key comes from, and which recovery key there is; never a key itself."""
    core = program.core
    _ = core.key
    public = RecoveryPublic.read(core.recovery_path)
    shown = _Shown(
        comes_from=key_from_elsewhere() or str(core.settings.storage.key_file),
        recovery=None if public is None else public.name,
    )
    if as_json:
        show_json(shown)
        return
    say(f"The key of the databases comes from {shown.comes_from}, and opens them.")
    if shown.recovery is None:
        say("There is no recovery key: `ostiary key recovery` makes one.")
    else:
        say(f"Backups are opened by the recovery key {shown.recovery}.")


@dataclass(frozen=True, slots=True)
class _Made:
    name: str
    recovery_key: str


@key.command()
@click.option("--replace", is_flag=True, help="Make another; older backups keep the former.")
@json_option
@pass_program
def recovery(program: Program, *, replace: bool, as_json: bool) -> None:
    """Make the recovery key, which opens every backup from now on, and show it once.

    Write it down and put it into a safe: it is stored nowhere. This device keeps what seals, and
    nothing that opens.
    """
    path = program.core.recovery_path
    _ = program.core.key
    made = RecoveryKey.random()
    _refuse_another(path, replace=replace)
    made.public.write(path)
    shown = _Made(made.public.name, made.words)
    if as_json:
        show_json(shown)
        return
    say(f"The recovery key {shown.name}, shown this once:\n\n    {shown.recovery_key}\n")
    say("Write it down, and put it into a safe. Then make a backup, and rehearse that it opens it:")
    say("    ostiary backup\n    ostiary restore --check BACKUP")


def _refuse_another(path: Path, *, replace: bool) -> None:
    public = RecoveryPublic.read(path)
    if public is not None and not replace:
        raise InUseError(
            f"there is a recovery key already, {public.name}",
            remedy="If it is lost or known to others, make another: add --replace.",
        )


@key.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_program
def rotate(program: Program, *, yes: bool, as_json: bool) -> None:
    """Make a new key for the site, and encrypt every database with it.

    Stop the door and the pages first. Do this when the key, or a card with it, may be in strange
    hands. PINs and the recovery key stay as they are. Backups from before are opened by the old key
    still: make a new one, and remove them.
    """
    from edge.rekeying import rekey  # noqa: PLC0415 - loads the networks' libraries

    if not yes:
        click.confirm("Encrypt everything anew, with a new key?", abort=True, err=True)
    done = rekey(program.settings, now=datetime.now(UTC), actor=actor())
    if as_json:
        show_json(done)
        return
    say(f"A new key is in {done.key_file}, and opens {', '.join(done.databases)}.")
    say("A copy of the old key opens old backups alone. Now: `ostiary backup`, and start the door.")
