"""``ostiary search``: who is in a photo; the photo is not stored."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from edge.commands.compare import largest_embedding
from edge.commands.console import json_option, percent, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.exit_codes import NEGATIVE
from edge.similarity import gallery_threshold


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 4096))
@click.option("--group", help="Among the people of this group only.")
@json_option
@pass_program
def search(program: Program, photo: Path, limit: int, group: str | None, *, as_json: bool) -> None:
    """Search the collection for the largest face in PHOTO.

    Exit status 1 if nobody is alike enough for the door.
    """
    core = program.core
    door = core.settings.door
    probe = largest_embedding(core.recognizer, photo)
    gallery = core.gallery
    threshold = gallery_threshold(
        gallery.people_count, target_fpir=door.target_fpir, floor=door.similarity
    )
    found = [
        (gallery.name_of(match.person_id), match)
        for match in gallery.search_people(probe, limit, group=group)
    ]
    recognized = bool(found) and found[0][1].similarity > threshold
    if as_json:
        show_json(
            {
                "threshold": threshold,
                "recognized": recognized,
                "matches": [{"name": name, **asdict(match)} for name, match in found],
            }
        )
    elif not found and group is not None:
        say(f"Nobody in group {group} has a face: `ostiary people groups` puts people into it.")
    elif not found:
        say("Nobody is enrolled yet: `ostiary enroll` does it.")
    else:
        show_table(
            f"The door asks for more than {percent(threshold)}",
            ("Name", ">Similarity", ">Cosine", "Person id"),
            (
                (name, percent(match.similarity), f"{match.cosine:.3f}", match.person_id)
                for name, match in found
            ),
        )
    if not recognized:
        click.get_current_context().exit(NEGATIVE)
