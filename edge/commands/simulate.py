"""``ostiary simulate``: play a scenario at a door in virtual time, and tell what happens."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from edge.commands.console import json_option, out, say, show_json
from edge.exit_codes import NEGATIVE
from edge.simulation.play import Played, play
from edge.simulation.scenario import Scenario, read_scenario

STYLES = {"step": "bold", "lock": "cyan", "record": "", "asked": "yellow"}


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option("--quiet", is_flag=True, help="Only what came otherwise than expected.")
@json_option
@click.pass_context
def simulate(
    context: click.Context, files: tuple[Path, ...], *, quiet: bool, as_json: bool
) -> None:
    """Play scenarios (TOML) at a door in virtual time; nothing real moves.

    The rules, the attempts and the machine are those of the real door. Exit status 1 if anything
    comes otherwise than a scenario expects.
    """
    outcomes = [(file, read_scenario(file)) for file in files]
    played = [(file, scenario, play(scenario)) for file, scenario in outcomes]
    if as_json:
        show_json(
            [
                {"file": str(file), "title": scenario.title, "played": result}
                for file, scenario, result in played
            ]
        )
    else:
        for file, scenario, result in played:
            _show(file, scenario, result, quiet=quiet)
    if any(result.failures for _, _, result in played):
        context.exit(NEGATIVE)


def _show(file: Path, scenario: Scenario, played: Played, *, quiet: bool) -> None:
    if not quiet:
        _tell(scenario, played)
    for failure in played.failures:
        say(f"{file.name}, step {failure.step}: expected {failure.expected}, was {failure.found}")
    if not played.failures:
        say(f"{file.name}: as expected, {len(scenario.steps)} steps.")


def _tell(scenario: Scenario, played: Played) -> None:
    console, day = out(), None
    console.print(scenario.title, style="bold underline")
    for line in played.timeline:
        date = "" if line.at.date() == day else f"{line.at:%A %d %B %Y}"
        day = line.at.date()
        if date:
            console.print(date)
        indent = "  " if line.kind == "step" else "      "
        told = Text(f"{line.at:%H:%M:%S}{indent}{line.words}", style=STYLES[line.kind])
        console.print(told, soft_wrap=True)
