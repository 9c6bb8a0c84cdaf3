"""``ostiary request``: ask a door to unlock, for the lockdown or office mode, as the pages do."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from edge.commands.actor import actor
from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program
from edge.desk import LONGEST_REASON, Answer, Command, Desk
from edge.domain import Outcome
from edge.exit_codes import NEGATIVE

PATIENCE = 12.0
"""Seconds to wait for an answer: a request is stale after ten."""

PERIOD = 0.1


@click.command()
@click.argument("command", type=click.Choice([command.value for command in Command]))
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--door", help="Of which door; this machine's without it.")
@json_option
@pass_program
def request(
    program: Program, command: str, reason: str, door: str | None, *, as_json: bool
) -> None:
    """Ask the door daemon for COMMAND. It checks, records, and obeys or not.

    Exit status 1 if it refuses, or does not answer.
    """
    if len(reason) > LONGEST_REASON:
        raise click.BadParameter(f"at most {LONGEST_REASON} characters", param_hint="--reason")
    core = program.core
    name = door or core.settings.door.name
    request_id = core.desk.request(
        Command(command), door=name, reason=reason, actor=actor(), now=datetime.now(UTC)
    )
    answer = _answer(core.desk, request_id)
    obeyed = answer is not None and answer.outcome is Outcome.GRANT
    if as_json:
        show_json({"door": name, "command": command, "answer": answer, "obeyed": obeyed})
    elif answer is None:
        say(f"Door {name} does not answer: is `ostiary door` running?")
    else:
        say(f"Door {name} {'obeys' if obeyed else 'refuses'}: {answer}.")
    if not obeyed:
        click.get_current_context().exit(NEGATIVE)


def _answer(desk: Desk, request_id: str) -> Answer | None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = desk.state(request_id)
        if state is not None and state.answer is not None:
            return state.answer
        time.sleep(PERIOD)
    return None
