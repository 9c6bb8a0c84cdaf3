"""``ostiary rules``: who may pass which door, when; what held before; what would happen."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from pathlib import Path

import click

from edge.access.document import LONGEST_TEXT, from_json, from_toml, to_json, to_toml
from edge.access.rules import Rules
from edge.access.ruleset import Ruleset
from edge.collection.memberships import Memberships
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleVersions
from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.commands.rule_questions import who, why
from edge.errors import RulesError
from edge.foresight import Foresight, Shift, foresee
from edge.ruling import apply_rules, revert_rules

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def rules() -> None:
    """Show, check, set and revert the rules; ask why somebody may pass, and who may."""


@rules.command()
@click.option("--version", type=click.IntRange(1), help="Those of an older version.")
@json_option
@pass_program
def show(program: Program, version: int | None, *, as_json: bool) -> None:
    """Show the rules that hold, as TOML: `ostiary rules show > rules.toml`, edit, `rules set`."""
    versions = RuleVersions(program.core.database)
    if version is None:
        now = rules_of(versions)
        number, ruleset = now.version, now.rules.ruleset
    else:
        number, ruleset = version, from_json(versions.get(version).document)
    if as_json:
        click.echo(to_json(ruleset), nl=False)
        return
    what = f"version {number}" if number else "no rules were written: everybody, at all times"
    click.echo(f"# The rules of this site, {what}.\n{to_toml(ruleset)}", nl=False)


@rules.command()
@click.argument("file", type=FILE)
@json_option
@pass_program
def check(program: Program, file: Path, *, as_json: bool) -> None:
    """Tell whether FILE is good, and what it would change in the coming week; change nothing."""
    ruleset = read_file(file)
    before = rules_of(RuleVersions(program.core.database)).rules
    seen = _foreseen(program, before, Rules(ruleset))
    if as_json:
        show_json({"changes": _diff(before.ruleset, ruleset), "foresight": seen})
        return
    say(f"{file} is good: {_summary(ruleset)}.")
    _tell(before.ruleset, ruleset, seen)


@rules.command("set")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="Why, for the history.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def set_rules(program: Program, file: Path, note: str, *, yes: bool) -> None:
    """Let the rules in FILE (TOML or JSON) hold; running doors know it with their next question."""
    ruleset = read_file(file)
    core = program.core
    now = rules_of(RuleVersions(core.database))
    if not yes:
        _tell(now.rules.ruleset, ruleset, _foreseen(program, now.rules, Rules(ruleset)))
        click.confirm("Let these rules hold?", abort=True)
    written = apply_rules(
        core.database,
        core.audit,
        ruleset,
        base=now.version,
        actor=actor(),
        at=datetime.now(UTC),
        note=note,
    )
    say(f"Version {written.version} holds: {_summary(ruleset)}.")


@rules.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@json_option
@pass_program
def history(program: Program, limit: int, *, as_json: bool) -> None:
    """List the versions of the rules, the newest first; `rules show --version N` shows one."""
    found = RuleVersions(program.core.database).list(limit=limit)
    if as_json:
        show_json(found)
        return
    show_table(
        f"{counted(len(found), 'version', 'versions')} of the rules",
        (">Version", "Since", "By", "Why"),
        ((each.version, each.at, each.actor, each.note) for each in found),
    )


@rules.command()
@click.argument("version", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def revert(program: Program, version: int, *, yes: bool) -> None:
    """Let the rules of an older VERSION hold again, as a new version."""
    core = program.core
    versions = RuleVersions(core.database)
    former = from_json(versions.get(version).document)
    base = versions.newest_number()
    if not yes:
        before = rules_of(versions).rules
        _tell(before.ruleset, former, _foreseen(program, before, Rules(former)))
        click.confirm(f"Let version {version} hold again?", abort=True)
    written = revert_rules(
        core.database, core.audit, version, base=base, actor=actor(), at=datetime.now(UTC)
    )
    say(f"Version {written.version} holds, with the rules of version {version}.")


rules.add_command(why)
rules.add_command(who)


def read_file(file: Path) -> Ruleset:
    """Return the rules in *file*: JSON by its suffix, else TOML.

    :raises RulesError: if it cannot be read, or has faults; all are told.
    """
    try:
        with file.open(encoding="utf-8") as source:
            text = source.read(LONGEST_TEXT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError((f"{file} cannot be read: {error}",)) from error
    return from_json(text) if file.suffix.lower() == ".json" else from_toml(text)


def _foreseen(program: Program, before: Rules, after: Rules) -> Foresight:
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    return foresee(
        before,
        after,
        doors=(core.settings.door.name,),
        crews=Memberships(core.database).crews(collection),
        since=datetime.now(UTC),
    )


def _tell(before: Ruleset, after: Ruleset, seen: Foresight) -> None:
    changes = _diff(before, after)
    if not changes:
        say("These are the rules that hold.")
        return
    click.echo("\n".join(changes))
    if seen.shifts:
        show_table(
            "In the coming week",
            ("Group", "Door", ">Members", ">Hours before", ">After", ">Gained", ">Lost"),
            (
                (
                    each.group,
                    each.door,
                    each.members,
                    *(f"{minutes / 60:.1f}" for minutes in _hours(each)),
                )
                for each in seen.shifts
            ),
        )
    for crowd in seen.crowds:
        say(
            f"{crowd.door}: {counted(crowd.gaining, 'person gains', 'people gain')} time, "
            f"{counted(crowd.losing, 'person loses', 'people lose')} some."
        )


def _hours(shift: Shift) -> tuple[int, int, int, int]:
    return shift.before, shift.after, shift.gained, shift.lost


def _diff(before: Ruleset, after: Ruleset) -> list[str]:
    lines = difflib.unified_diff(
        to_toml(before).splitlines(), to_toml(after).splitlines(), n=2, lineterm=""
    )
    return [line for line in lines if not line.startswith(("---", "+++"))]


def _summary(ruleset: Ruleset) -> str:
    return ", ".join(
        counted(len(items), one, many)
        for items, one, many in (
            (ruleset.groups, "group", "groups"),
            (ruleset.schedules, "schedule", "schedules"),
            (ruleset.calendars, "calendar", "calendars"),
            (ruleset.doors, "door", "doors"),
            (ruleset.areas, "area", "areas"),
        )
    )
