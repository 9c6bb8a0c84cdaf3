"""``ostiary import``: many people at once."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from edge.collection.badges import Badges
from edge.commands.actor import actor
from edge.commands.console import json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.exit_codes import NEGATIVE
from edge.importing import Imported, Result, import_rows, plan_rows, read_rows


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what became of every row to this CSV file.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
@pass_program
def import_people(
    program: Program, source: Path, report: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Enroll everybody in SOURCE: a folder of badge photos, a CSV file, or a ZIP of either.

    \b
    FOLDER: 4711_Ada_Lovelace.jpg      one person, badge 4711, one photo
            4711_Ada_Lovelace/*.jpg    the same with several photos
    CSV:    columns name, badge, photo; also external_id, valid_from, valid_until,
            retention_until, groups. Photos are relative to the file; several photos or groups
            are parted by ";".
    ZIP:    a CSV file with its photos, or a folder as above.

    Run it again after an interruption: whoever is enrolled is passed over. Exit status 1 if any
    row was refused.
    """  # noqa: D301 - \b keeps click from wrapping the form
    rows = read_rows(source)
    core = program.core
    badges, collection = Badges(core.database), core.settings.door.collection
    outcomes: Iterator[Imported] = (
        plan_rows(rows, enroller=core.enroller, badges=badges, collection_id=collection)
        if dry_run
        else import_rows(
            rows,
            enroller=core.enroller,
            badges=badges,
            collection_id=collection,
            actor=actor(),
        )
    )
    console = Console(stderr=True)
    results = tuple(
        track(
            outcomes,
            total=len(rows),
            description="Looking" if dry_run else "Importing",
            console=console,
        )
    )
    if report is not None:
        _write_report(report, results)
    refused = [each for each in results if each.result is Result.REFUSED]
    counts = Counter(each.result for each in results)
    if as_json:
        show_json(
            {
                "counts": {result.value: counts[result] for result in Result},
                "refused": [
                    {"place": each.row.place, "badge": each.row.badge, "reason": each.reason}
                    for each in refused
                ],
            }
        )
    else:
        if refused:
            show_table(
                "Refused",
                ("Row", "Badge", "Why"),
                ((each.row.place, each.row.badge, each.reason) for each in refused),
            )
        said = ", ".join(f"{counts[result]} {result.value}" for result in Result)
        say(f"It would be: {said}. Nothing was stored." if dry_run else said)
    if refused:
        click.get_current_context().exit(NEGATIVE)


def _write_report(path: Path, results: tuple[Imported, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "badge", "result", "reason"))
        for each in results:
            writer.writerow((each.row.place, each.row.badge, each.result.value, each.reason))
