"""``ostiary simulate``: play a scenario at a door in virtual time, and tell what happens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from rich.text import Text

from edge.access.ruleset import Ruleset
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleVersions
from edge.commands.console import counted, json_option, out, say, show_json
from edge.commands.program import Program, pass_program
from edge.commands.rules import read_file
from edge.exit_codes import NEGATIVE
from edge.simulation.play import Played, play
from edge.simulation.reading import read_scenario
from edge.simulation.scenario import Scenario
from edge.simulation.telling import Tone
from edge.simulation.timeline import Line, LineKind

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)

STYLES = {LineKind.STEP: "bold", LineKind.LOCK: "cyan", LineKind.ASKED: "yellow"}
TONES = {Tone.GOOD: "green", Tone.BAD: "red", Tone.ALARM: "bold red"}


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--site", is_flag=True, help="With the rules that hold on this site.")
@click.option("--rules", "rules_file", type=FILE, help="With the rules in a file (TOML or JSON).")
@click.option("--door", default="", help="At this door of the rules, in place of the file's.")
@click.option("--quiet", is_flag=True, help="Only what came otherwise than expected.")
@json_option
@pass_program
@click.pass_context
def simulate(
    context: click.Context,
    program: Program,
    files: tuple[Path, ...],
    *,
    site: bool,
    rules_file: Path | None,
    door: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Play scenarios (TOML) at a door in virtual time; nothing real moves.

    The rules, the attempts and the machine are those of the real door. Exit status 1 if anything
    comes otherwise than a scenario expects. docs/simulating.md tells how to write one, and
    docs/scenarios/ has many.
    """
    if site and rules_file is not None:
        raise click.UsageError("either --site or --rules, not both")
    rules = _rules(program, rules_file, site=site)
    scenarios = [(file, read_scenario(file, rules=rules, door=door)) for file in files]
    played = [(file, scenario, play(scenario)) for file, scenario in scenarios]
    if as_json:
        show_json(
            [
                {
                    "file": file,
                    "title": scenario.title,
                    "as_expected": result.as_expected,
                    "failures": result.failures,
                    "timeline": result.timeline,
                }
                for file, scenario, result in played
            ]
        )
    else:
        for file, scenario, result in played:
            _show(file, scenario, result, quiet=quiet)
        _sum_up([result for _, _, result in played])
    if not all(result.as_expected for _, _, result in played):
        context.exit(NEGATIVE)


def _rules(program: Program, file: Path | None, *, site: bool) -> Ruleset | None:
    """Return the rules to play by in place of a scenario's own, if any."""
    if file is not None:
        return read_file(file)
    if site:
        return rules_of(RuleVersions(program.core.database)).rules.ruleset
    return None


def _show(file: Path, scenario: Scenario, played: Played, *, quiet: bool) -> None:
    if not quiet:
        _tell(scenario, played)
    for failure in played.failures:
        words = f"{file.name}, step {failure.step}: expected {failure.expected}; {failure.found}"
        out().print(Text(words, style="bold red"))
    if played.as_expected and not quiet:
        say(f"{file.name}: as expected, {counted(len(scenario.steps), 'step', 'steps')}.\n")


def _sum_up(played: list[Played]) -> None:
    good = sum(result.as_expected for result in played)
    if len(played) > 1:
        say(f"{good} of {counted(len(played), 'scenario', 'scenarios')} as expected.")


def _tell(scenario: Scenario, played: Played) -> None:
    console = out()
    console.print(Text(scenario.title, style="bold underline"))
    before: Line | None = None
    for line in played.timeline:
        if before is None or before.at.date() != line.at.date():
            console.print(Text(f"{line.at:%A} {line.at.day} {line.at:%B %Y}", style="dim"))
        if before is not None and (change := _change(before, line)):
            way = "forward" if change > timedelta() else "back"
            console.print(Text(f"          (in between the clocks went {way}: {line.at:%Z})"))
        indent = "  " if line.kind is LineKind.STEP else "      "
        style = TONES.get(line.tone) or STYLES.get(line.kind, "")
        told = Text.assemble((f"{line.at:%H:%M:%S}", "dim"), indent, (line.words, style))
        console.print(told)
        before = line


def _change(before: Line, line: Line) -> timedelta:
    """Return by how much the clock on the wall was put forward between two lines."""
    return (line.at.utcoffset() or timedelta()) - (before.at.utcoffset() or timedelta())
