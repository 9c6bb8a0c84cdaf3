"""``ostiary enroll``: one person, from photos."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from edge.collection.people import NewPerson
from edge.collection.person_rows import Consent
from edge.commands.actor import actor
from edge.commands.calendar import FIRST_DAY, LAST_DAY
from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program
from edge.domain import Badge
from edge.enrolling import Photo


@click.command()
@click.argument("photos", nargs=-1, type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The person's name.")
@click.option("--badge", "numbers", required=True, multiple=True, help="Badge number; repeatable.")
@click.option("--external-id", help="The person's number in another system, such as HR.")
@click.option("--from", "valid_from", type=FIRST_DAY, help="First day of validity.")
@click.option("--until", "valid_until", type=LAST_DAY, help="Last day of validity.")
@click.option(
    "--consent", metavar="TEXT-VERSION", help="The text the person has agreed to in writing."
)
@click.option(
    "--keep-until", type=LAST_DAY, help="Last day that anything about the person is kept."
)
@click.option(
    "--declined", is_flag=True, help="The person refuses face recognition: a badge, no photo."
)
@click.option(
    "--somebody-else",
    is_flag=True,
    help="Enroll although somebody enrolled looks like this person; the door lets neither in by "
    "face alone then.",
)
@json_option
@pass_program
def enroll(
    program: Program,
    photos: tuple[Path, ...],
    name: str,
    numbers: tuple[str, ...],
    external_id: str | None,
    valid_from: datetime | None,
    valid_until: datetime | None,
    consent: str | None,
    keep_until: datetime | None,
    *,
    declined: bool,
    somebody_else: bool,
    as_json: bool,
) -> None:
    """Enroll one person from PHOTOS, at best three or more, taken from the front.

    Only vectors are stored, never a photo. All photos must show the same person, and well.
    """
    person = NewPerson(
        name=name,
        external_id=external_id,
        valid_from=valid_from,
        valid_until=valid_until,
        consent=Consent(consent, datetime.now(UTC), "paper") if consent else None,
        retention_until=keep_until,
        declined=declined,
    )
    stored = program.core.enroller.enroll(
        person,
        [Photo(name=photo.name, source=photo) for photo in photos],
        tuple(Badge(number) for number in numbers),
        actor=actor(),
        somebody_else=somebody_else,
    )
    if as_json:
        show_json(stored)
        return
    if stored.declined:
        say(f"{stored.name} is enrolled with a badge only; no door knows her face.")
        return
    say(f"{stored.name} is enrolled with {stored.faces} faces; the door knows it already.")
    if stored.look_alikes:
        say("She is marked as a look-alike: the door asks for a second factor.")
    if stored.faces < 3:
        say("With three photos or more the door misses fewer people; see docs/accuracy.md.")
