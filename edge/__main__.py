"""The command line: finds the commands, reads the settings, turns errors into exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import click

from edge.commands.console import fail
from edge.commands.program import Program
from edge.errors import OstiaryError
from edge.exit_codes import EXIT_CODES, INTERRUPTED, SUCCESS, USAGE, exit_code_of
from edge.logs.setting_up import set_up

COMMANDS: dict[str, str] = {
    "run": "edge.commands.run:run",
    "door": "edge.commands.door:door",
    "video": "edge.commands.video:video",
    "demo": "edge.commands.demo:demo",
    "enroll": "edge.commands.enroll:enroll",
    "import": "edge.commands.import_people:import_people",
    "search": "edge.commands.search:search",
    "compare": "edge.commands.compare:compare",
    "detect": "edge.commands.detect:detect",
    "people": "edge.commands.people:people",
    "badges": "edge.commands.badges:badges",
    "rules": "edge.commands.rules:rules",
    "muster": "edge.commands.muster:muster",
    "collections": "edge.commands.collections:collections",
    "models": "edge.commands.models:models",
    "re-enroll": "edge.commands.re_enroll:re_enroll",
    "audit": "edge.commands.audit:audit",
    "backup": "edge.commands.backup:backup",
    "restore": "edge.commands.restore:restore",
    "mend": "edge.commands.mend:mend",
    "key": "edge.commands.key:key",
    "erase": "edge.commands.erase:erase",
    "announce": "edge.commands.announce:announce",
    "evaluate": "edge.commands.evaluate:evaluate",
    "lock": "edge.commands.lock:lock",
    "request": "edge.commands.request:request",
    "osdp": "edge.commands.osdp:osdp",
    "simulate": "edge.commands.simulate:simulate",
    "doctor": "edge.commands.doctor:doctor",
    "bench": "edge.commands.bench:bench",
}
"""Loaded only when called for: `ostiary lock secure` must not wait for a neural network."""

ENTRY_POINTS = "ostiary.commands"
"""Commands of other packages, which this one does not import."""


class Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*COMMANDS, *entry_points(group=ENTRY_POINTS).names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name in COMMANDS:
            module, _, name = COMMANDS[cmd_name].partition(":")
            found: click.Command = getattr(import_module(module), name)
            return found
        for entry in entry_points(group=ENTRY_POINTS, name=cmd_name):
            loaded: click.Command = entry.load()
            return loaded
        return None


EPILOG = "\b\nExit status:\n" + "\n".join(
    f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items()
)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file. Default: $OSTIARY_CONFIG, then /etc/ostiary/ostiary.toml, then built-in.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what happens inside, too.")
@click.version_option(package_name="ostiary", message="%(package)s %(version)s")
@click.pass_context
def main_group(context: click.Context, config: Path | None, *, verbose: bool) -> None:
    """A door that knows who may enter: face recognition on the edge, offline, on a Raspberry Pi."""
    # Anew when the settings are read, which may be never.
    set_up(verbose=verbose)
    context.obj = context.with_resource(Program(config))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``ostiary``; never returns."""
    try:
        # Click gives the status of `context.exit`, or what the command returned, which is nothing.
        given = main_group.main(arguments, prog_name="ostiary", standalone_mode=False)
        status = given or SUCCESS
    except OstiaryError as error:
        fail(error)
        status = exit_code_of(error)
    except click.ClickException as error:
        error.show()
        status = USAGE
    except (click.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
