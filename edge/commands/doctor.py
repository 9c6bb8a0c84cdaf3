"""``ostiary doctor``: is everything here that a door needs, and what helps if it is not."""

from __future__ import annotations

import click
from rich.markup import escape

from edge.commands.console import json_option, out, show_json
from edge.commands.program import Program, pass_program
from edge.diagnosis import CHECKS
from edge.exit_codes import NEGATIVE
from edge.health import Finding, Health, examine

MARKS = {
    Health.WELL: "[bold green]ok[/]     ",
    Health.NOTICE: "[bold yellow]notice[/] ",
    Health.ILL: "[bold red]fault[/]  ",
}


@click.command()
@json_option
@pass_program
def doctor(program: Program, *, as_json: bool) -> None:
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
    if any(finding.health is Health.ILL for finding in findings):
        click.get_current_context().exit(NEGATIVE)


def _show(finding: Finding) -> None:
    console = out()
    console.print(f"{MARKS[finding.health]}{finding.subject}: {escape(finding.text)}")
    if finding.remedy:
        console.print(f"       → {escape(finding.remedy)}")
