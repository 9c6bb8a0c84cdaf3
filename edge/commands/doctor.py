"""``ostiary doctor``: is everything here that a door needs, and what helps if it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape

from edge.commands.console import json_option, out, show_json
from edge.commands.program import Program, pass_program
from edge.diagnosis import CHECKS
from edge.diagnosis.bundle import LINES, Packed, pack
from edge.exit_codes import NEGATIVE
from edge.health import Finding, Health, examine

MARKS = {
    Health.WELL: "[bold green]ok[/]     ",
    Health.NOTICE: "[bold yellow]notice[/] ",
    Health.ILL: "[bold red]fault[/]  ",
}


@click.command()
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help="Also pack what whoever helps needs into a new file: versions, settings, units, log, "
    "figures. No names, no keys.",
)
@click.option(
    "--lines",
    type=click.IntRange(0, 100_000),
    default=LINES,
    show_default=True,
    help="Lines of the journal in the bundle.",
)
@json_option
@pass_program
def doctor(program: Program, bundle: Path | None, lines: int, *, as_json: bool) -> None:
    """Check settings, models, key, database, audit, clock, and the devices of the door.

    The lock is asked for and secured, never released; lights stay dark; a panel is told nothing.
    Exit status 1 if anything is at fault.
    """
    findings = []
    for check in CHECKS:
        finding = examine(check, program.core)
        findings.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        show_json(findings)
    if bundle is not None:
        packed = pack(program.core, bundle, findings, now=datetime.now(UTC), lines=lines)
        _tell(bundle, packed)
    if any(finding.health is Health.ILL for finding in findings):
        click.get_current_context().exit(NEGATIVE)


def _tell(bundle: Path, packed: Packed) -> None:
    """Say on standard error where the bundle is: standard output may be JSON."""
    click.echo(
        f"Packed: {bundle} ({len(packed.names)} files). Read it before you send it.", err=True
    )
    for name, why in packed.missing.items():
        click.echo(f"Without {name}: {why}", err=True)


def _show(finding: Finding) -> None:
    console = out()
    console.print(f"{MARKS[finding.health]}{finding.subject}: {escape(finding.text)}")
    if finding.remedy:
        console.print(f"       → {escape(finding.remedy)}")
