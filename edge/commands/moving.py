"""``ostiary collections export`` and ``import``: people from one device to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from edge.audit import AuditEvent, EventKind
from edge.collection.changeover import missing
from edge.collection.collections import Collections
from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.errors import CollectionError
from edge.exit_codes import NEGATIVE
from edge.moving.arriving import Arrival, Arrivals, Fate
from edge.moving.document import MovedPeople
from edge.moving.leaving import people_of
from edge.storage.files import appearing_whole
from edge.storage.passphrase import seal_with_passphrase, unseal_with_passphrase

MOST_BYTES = 1 << 29
"""Of a file that is read: twice what 50,000 people with five faces each make."""

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
    not_anew: int


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
    if file.exists():
        raise CollectionError(f"{file} exists already", remedy="Remove it, or name another.")
    now = datetime.now(UTC)
    moved = people_of(core.database, collection_id, site=core.settings.site.name, now=now)
    sealed = seal_with_passphrase(_typed(passphrase, twice=True), moved.to_json())
    try:
        with appearing_whole(file, mode=0o600) as draft:
            draft.write_bytes(sealed)
            # Before it has its name: nobody leaves unrecorded.
            core.audit.append(
                AuditEvent(
                    EventKind.PEOPLE_EXPORTED,
                    now,
                    reason="OTHER_DEVICE",
                    detail=f"{len(moved.people)} of {collection_id}, by {actor()}",
                )
            )
    except OSError as error:
        raise CollectionError(f"{file} cannot be written: {error.strerror}") from error
    left = _Left(
        path=file,
        people=len(moved.people),
        faces=sum(len(person.faces) for person in moved.people),
        without_consent=sum(
            bool(person.faces) and person.consent is None for person in moved.people
        ),
        not_anew=len(missing(core.database, collection_id, limit=len(moved.people))),
    )
    if as_json:
        show_json(left)
        return
    say(
        f"{counted(left.people, 'person', 'people')} with {counted(left.faces, 'face', 'faces')} "
        f"are in {file}."
    )
    if left.without_consent:
        say(f"Of {left.without_consent} of them with a face no consent is recorded.")
    if left.not_anew:
        say(
            f"{left.not_anew} go without a face: they are not enrolled anew, `ostiary re-enroll status`."
        )


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--into", help="The collection; by default the door's.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--without-refused", is_flag=True, help="Take in the others although some are refused."
)
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
    without_refused: bool,
    as_json: bool,
) -> None:
    """Take in the people of FILE, which `ostiary collections export` wrote on another device.

    All of them, or nobody: refused as a whole if its vectors are of another embedder, or while
    anybody in it is refused. That is who has somebody's badge or external id, or looks like somebody
    else who is here, unless the two were told apart on the other device: then they are marked here,
    too. Who is here already stays as she is here. Exit status 1 if anybody was refused.
    """
    core = program.core
    sealed = _read(file)
    moved = MovedPeople.from_json(unseal_with_passphrase(_typed(passphrase, twice=False), sealed))
    collection_id = core.settings.door.collection
    if into is None or into == collection_id:
        core.ensure_collection(collection_id)
    else:
        collection_id = Collections(core.database).describe(into).collection_id
    with core.galleries.of(collection_id) as gallery:
        arrival = Arrivals(
            database=core.database,
            gallery=gallery,
            audit=core.audit,
            collection_id=collection_id,
            clock=lambda: datetime.now(UTC),
            actor=actor(),
        ).take_in(moved, rehearse=dry_run, without_refused=without_refused)
    _tell(arrival, as_json=as_json)
    if arrival.refused:
        click.get_current_context().exit(NEGATIVE)


def _tell(arrival: Arrival, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "stored": arrival.stored,
                "counts": {fate.value: arrival.count(fate) for fate in Fate},
                "refused": [
                    {"person_id": each.person_id, "reason": each.reason} for each in arrival.refused
                ],
            }
        )
        return
    if arrival.refused:
        show_table(
            "Refused",
            ("Person id", "Why"),
            ((each.person_id, each.reason) for each in arrival.refused),
        )
    if arrival.stored:
        say(arrival.words)
        return
    say(f"It would be: {arrival.words}. Nothing was stored.")
    if arrival.refused:
        say("Settle these, or take in the others: --without-refused.")


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CollectionError(f"{file} is too large to be a file of people")
        return file.read_bytes()
    except OSError as error:
        raise CollectionError(f"{file} cannot be read: {error.strerror}") from error


def _typed(passphrase: TextIO | None, *, twice: bool) -> str:
    if passphrase is not None:
        return passphrase.readline().rstrip("\r\n")
    typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return typed
