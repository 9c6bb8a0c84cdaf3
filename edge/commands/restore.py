"""``ostiary restore``: put a backup back, onto a new device or this one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json
from edge.commands.program import Program, pass_program

if TYPE_CHECKING:
    from edge.backup import Restored
    from edge.storage.key import Key


@click.command()
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--check", is_flag=True, help="Only read all of it: a rehearsal that changes nothing."
)
@click.option("--force", is_flag=True, help="Replace the people and the record that are here.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A copy of the site's key file, instead of the recovery key.",
)
@click.option(
    "--recovery-key-file",
    "recovery",
    type=click.File("r"),
    help="A file with the recovery key, or - for standard input, instead of being asked for it.",
)
@json_option
@pass_program
def restore(
    program: Program,
    backup: Path,
    key_file: Path | None,
    recovery: TextIO | None,
    *,
    check: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Put BACKUP, a folder that `ostiary backup` made, in the place of what this device has.

    Stop the door and the pages first. Asks for the recovery key. It is all put back or nothing, and
    read as a whole before it counts. The record goes on and tells of it, signed by this device's own
    key. Whoever was erased after the backup was made is there again: erase her again.
    """
    from edge.backup.restoring import examine  # noqa: PLC0415 - loads the networks' libraries
    from edge.backup.restoring import restore as put_back  # noqa: PLC0415

    key = _key(backup, key_file, recovery)
    settings = program.settings
    if check:
        told = examine(settings, backup, key)
    else:
        told = put_back(settings, backup, key, now=datetime.now(UTC), actor=actor(), force=force)
    if as_json:
        show_json(told)
        return
    _say(told)


def _key(backup: Path, key_file: Path | None, recovery: TextIO | None) -> Key:
    from edge.backup.unlocking import key_of, needs_key_file  # noqa: PLC0415
    from edge.storage.key import read_key  # noqa: PLC0415
    from edge.storage.sealing import RecoveryKey  # noqa: PLC0415

    if key_file is not None:
        return read_key(key_file)
    if needs_key_file(backup):
        raise click.UsageError(
            "this backup was made before the site had a recovery key: give the copy of the site's "
            "key file that you kept, --key-file."
        )
    if recovery is not None:
        words = recovery.read()
    else:
        words = click.prompt("Recovery key", hide_input=True, err=True)
    return key_of(backup, RecoveryKey.from_words(words))


def _say(told: Restored) -> None:
    made = told.at.astimezone().strftime("%Y-%m-%d %H:%M")
    say(
        f"The backup of {told.of}, made {made}, is whole: "
        f"{counted(told.people, 'person', 'people')}, {told.entries} events."
    )
    for name in told.other_models:
        say(f"Collection {name} holds vectors of another embedder than models.embedder names.")
    if told.settings is None:
        say("Nothing was changed.")
        return
    say(f"It is put back: {', '.join(told.files)}.")
    say(f"The settings it was made with are in {told.settings}: compare them, then remove it.")
    say("Passwords and keys that the settings name by file are not in a backup. Start the door.")
