"""``ostiary re-enroll``: from one embedder to another, without a day on which nobody is known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from edge.changeover import Changeover
from edge.collection.changeover import missing
from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.commands.whom import one_person
from edge.enrolling import Photo
from edge.vision.models import CARD_SUFFIX

MOST_LISTED = 1000


def _changeover(program: Program) -> Changeover:
    core = program.core
    return Changeover(
        database=core.database,
        audit=core.audit,
        models=core.models,
        clock=lambda: datetime.now(UTC),
        actor=actor(),
    )


@click.group("re-enroll")
def re_enroll() -> None:
    """Change the embedder: people are known by either while they are enrolled anew."""


@re_enroll.command()
@json_option
@pass_program
def status(program: Program, *, as_json: bool) -> None:
    """Show how far it is, and who is not enrolled anew yet."""
    core = program.core
    changing = _changeover(program).changing
    left = tuple(
        person
        for each in changing
        for person in missing(core.database, each.collection.collection_id, limit=MOST_LISTED)
    )
    if as_json:
        show_json(
            {
                "changing": changing,
                "missing": [
                    {
                        "person_id": each.person_id,
                        "name": each.name,
                        "collection": each.collection_id,
                    }
                    for each in left
                ],
            }
        )
        return
    if not changing:
        say(f"Nothing is being changed; models.embedder is {core.embedder.name}.")
        return
    show_table(
        "Being changed",
        ("Collection", "From", "To", "Since", ">Anew", ">Missing", ">Faces of nobody"),
        (
            (
                each.collection.collection_id,
                each.collection.former.model.name if each.collection.former else None,
                each.collection.model.name,
                each.collection.former.since if each.collection.former else None,
                each.anew,
                each.missing,
                each.orphans,
            )
            for each in changing
        ),
    )
    if left:
        show_table(
            "Not enrolled anew yet",
            ("Name", "Badges", "Collection", "Person id"),
            (
                (
                    person.name,
                    ", ".join(badge.number for badge in person.badges),
                    person.collection_id,
                    person.person_id,
                )
                for person in left
            ),
        )
        return
    say("Everybody is enrolled anew: `ostiary re-enroll finish`.")


@re_enroll.command()
@click.option(
    "--from",
    "former",
    metavar="EMBEDDER",
    help="The one of before, by name or by the path of its card; else it is found.",
)
@json_option
@pass_program
def begin(program: Program, former: str | None, *, as_json: bool) -> None:
    """Change all collections to the embedder that models.embedder names now.

    Stop the door and the pages first. From then on people are enrolled by the new one, at the kiosk,
    in the pages or by `ostiary re-enroll person`, and known by either. It can be taken back.
    """
    core = program.core
    core.be_alone()
    if former is not None and former.endswith(CARD_SUFFIX):
        former = str(Path(former).expanduser().resolve())  # a door stands elsewhere
    begun = _changeover(program).begin(core.embedder, former=former)
    if as_json:
        show_json(begun)
        return
    say(
        f"{', '.join(begun.collections)}: from {begun.former.name} to {begun.present.name}. Start "
        "the door; people are known by what they have, and enrolled anew when they come."
    )


@re_enroll.command()
@click.argument("query")
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@pass_program
def person(program: Program, query: str, photos: tuple[Path, ...], *, as_json: bool) -> None:
    """Enroll the person whom QUERY means anew, from PHOTOS.

    They must show the person who is enrolled, by what the former embedder made of her.
    """
    core = program.core
    enrolled = core.enroller.add_photos(
        one_person(program, query).person_id,
        [Photo(name=photo.name, source=photo) for photo in photos],
        actor=actor(),
    )
    if as_json:
        show_json(enrolled)
        return
    say(f"{enrolled.name} has {counted(enrolled.faces, 'face', 'faces')} by {core.embedder.name}.")


@re_enroll.command()
@click.option(
    "--without-missing",
    is_flag=True,
    help="Although some are not enrolled anew: no door knows them.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_program
def finish(program: Program, *, without_missing: bool, yes: bool, as_json: bool) -> None:
    """Erase what the former embedder made. It cannot be undone.

    Refused while somebody is not enrolled anew. A door that runs goes on, and is quicker when it is
    started anew.
    """
    over = _changeover(program)
    if not yes:
        faces = sum(each.orphans for each in over.changing)
        of_nobody = f", and {counted(faces, 'face', 'faces')} of nobody" if faces else ""
        click.confirm(f"Erase all vectors of the former embedder{of_nobody}?", abort=True, err=True)
    done = over.finish(without_missing=without_missing)
    if as_json:
        show_json(done)
        return
    anew, left = sum(each.anew for each in done), sum(each.missing for each in done)
    say(f"Finished: {anew} enrolled anew, {left} without a face now.")


@re_enroll.command("take-back")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_program
def take_back(program: Program, *, yes: bool, as_json: bool) -> None:
    """Put everything back as it was before, and erase what the new embedder made.

    Stop the door and the pages first, and set models.embedder back. Whoever was enrolled for the first
    time since has no face then.
    """
    core = program.core
    core.be_alone()
    if not yes:
        click.confirm("Erase all vectors of the new embedder?", abort=True, err=True)
    done = _changeover(program).take_back()
    if as_json:
        show_json(done)
        return
    former = next(each.collection.former for each in done if each.collection.former)
    say(f"Everything is as it was. models.embedder must name {former.embedder} now.")
