"""``ostiary collections export`` and ``import``: people from one device to another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from edge.audit import AuditEvent, EventKind
from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.errors import CollectionError
from edge.exit_codes import NEGATIVE
from edge.moving.arriving import Arrivals, Fate
from edge.moving.document import MovedPeople
from edge.moving.leaving import people_of
from edge.storage.files import appearing_whole
from edge.storage.passphrase import seal_with_passphrase, unseal_with_passphrase

PASSPHRASE = click.option(
    "--passphrase-file",
    "passphrase",
    type=click.File("r"),
    help="A file whose first line is the passphrase, or - for standard input; else it is asked for.",
)


@dataclass(frozen=True, slots=True)
class _Left:
    path: Path
    people: int
    faces: int
    without_consent: int


@click.command("export")
@click.argument("collection_id")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@PASSPHRASE
@json_option
@pass_program
def export_people(
    program: Program, collection_id: str, file: Path, passphrase: TextIO | None, *, as_json: bool
) -> None:
    """Write the people of COLLECTION_ID into FILE, for another device of this site.

    With vectors, badges, groups and what each agreed to; encrypted with a passphrase. Without PINs and
    pictures. Faces of nobody stay. Whoever may not be kept any longer is left out.
    """
    core = program.core
    now = datetime.now(UTC)
    moved = people_of(core.database, collection_id, site=core.settings.site.name, now=now)
    sealed = seal_with_passphrase(_typed(passphrase, twice=True), moved.to_json())
    if file.exists():
        raise CollectionError(f"{file} exists already", remedy="Remove it, or name another.")
    try:
        with appearing_whole(file, mode=0o600) as draft:
            draft.write_bytes(sealed)
    except OSError as error:
        raise CollectionError(f"{file} cannot be written: {error.strerror}") from error
    core.audit.append(
        AuditEvent(
            EventKind.PEOPLE_EXPORTED,
            now,
            reason="OTHER_DEVICE",
            detail=f"{len(moved.people)} of {collection_id}, by {actor()}",
        )
    )
    left = _Left(
        path=file,
        people=len(moved.people),
        faces=sum(len(person.faces) for person in moved.people),
        without_consent=sum(
            bool(person.faces) and person.consent is None for person in moved.people
        ),
    )
    if as_json:
        show_json(left)
        return
    say(f"{counted(left.people, 'person', 'people')} with {left.faces} faces are in {file}.")
    if left.without_consent:
        say(f"Of {left.without_consent} of them with a face no consent is recorded.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--into", help="The collection; by default the door's.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@PASSPHRASE
@json_option
@pass_program
def import_people(
    program: Program,
    file: Path,
    into: str | None,
    passphrase: TextIO | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in the people of FILE, which `ostiary collections export` wrote on another device.

    Refused as a whole if its vectors are of another embedder. Who is here already stays as she is
    here. Who has somebody's badge or external id, or looks like somebody else, is refused and named,
    unless the two were told apart on the other device: then they are marked here, too. Exit status 1
    if anybody was refused.
    """
    moved = MovedPeople.from_json(
        unseal_with_passphrase(_typed(passphrase, twice=False), file.read_bytes())
    )
    core = program.core
    collection_id = into or core.settings.door.collection
    core.ensure_collection(collection_id)
    with core.galleries.of(collection_id) as gallery:
        arrivals = Arrivals(
            database=core.database,
            gallery=gallery,
            audit=core.audit,
            collection_id=collection_id,
            clock=lambda: datetime.now(UTC),
            actor=actor(),
        )
        arrived = tuple(arrivals.take_in(moved, rehearse=dry_run))
    counts = Counter(each.fate for each in arrived)
    said = ", ".join(f"{counts[fate]} {fate.value}" for fate in Fate)
    if not dry_run:
        core.audit.append(
            AuditEvent(
                EventKind.PEOPLE_IMPORTED,
                datetime.now(UTC),
                reason="OTHER_DEVICE",
                detail=f"{said}, from {moved.site}, by {actor()}",
            )
        )
    refused = [each for each in arrived if each.fate is Fate.REFUSED]
    if as_json:
        show_json({"counts": {fate.value: counts[fate] for fate in Fate}, "refused": refused})
    else:
        if refused:
            show_table(
                "Refused", ("Person id", "Why"), ((each.person_id, each.reason) for each in refused)
            )
        say(f"It would be: {said}. Nothing was stored." if dry_run else said)
    if refused:
        click.get_current_context().exit(NEGATIVE)


def _typed(passphrase: TextIO | None, *, twice: bool) -> str:
    if passphrase is not None:
        return passphrase.readline().rstrip("\r\n")
    typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return typed
