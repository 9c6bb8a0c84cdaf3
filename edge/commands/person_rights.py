"""``ostiary people groups``, ``pin``, ``alike``: what a person may do, and what she must show for it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from edge.audit import EventKind
from edge.collection.memberships import Memberships
from edge.collection.people import People
from edge.collection.pin_rules import GENERATED, LONGEST, SHORTEST, generated_pin
from edge.collection.pins import Pins
from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program
from edge.commands.whom import one_person, record
from edge.errors import CollectionError


@click.command()
@click.argument("query")
@click.option("--add", multiple=True, metavar="GROUP", help="Put her into this group.")
@click.option("--remove", multiple=True, metavar="GROUP", help="Take her out of this group.")
@json_option
@pass_program
def groups(
    program: Program, query: str, add: tuple[str, ...], remove: tuple[str, ...], *, as_json: bool
) -> None:
    """Show or change the groups of a person; running doors know it at once.

    What a group may do is said by the rules: `ostiary rules show`.
    """
    person = one_person(program, query)
    now = person.groups
    if add or remove:
        with program.core.database.transaction():
            store = Memberships(program.core.database)
            now = store.change(person.person_id, add=add, remove=remove)
            told = "".join(
                f"{what} {', '.join(sorted(which))}, "
                for what, which in (("joined", now - person.groups), ("left", person.groups - now))
                if which
            )
            if told:
                record(program, EventKind.MEMBERSHIP_CHANGED, person.person_id, told)
    if as_json:
        show_json({"person_id": person.person_id, "groups": now})
        return
    say(f"{person.name} is in {', '.join(sorted(now)) or 'no group'}.")


@click.command()
@click.argument("query")
@click.option("--generate", is_flag=True, help="Make one up, and print it this once.")
@click.option(
    "--digits",
    default=GENERATED,
    show_default=True,
    type=click.IntRange(SHORTEST, LONGEST),
    help="Of a PIN that is made up.",
)
@click.option("--duress", is_flag=True, help="Set a second one too, which raises a silent alarm.")
@click.option("--erase", is_flag=True, help="Erase it.")
@click.option("--unlock", is_flag=True, help="Forget wrong PINs that were typed at doors.")
@json_option
@pass_program
def pin(
    program: Program,
    query: str,
    digits: int,
    *,
    generate: bool,
    duress: bool,
    erase: bool,
    unlock: bool,
    as_json: bool,
) -> None:
    """Set, erase or unlock the PIN of a person. It is asked for, never given on the command line."""
    if erase + unlock + (generate or duress) > 1:
        raise click.UsageError("erase it, unlock it, or set a new one")
    person = one_person(program, query)
    core, made = program.core, {}
    pins = Pins(core.database, core.key)
    if not (erase or unlock):
        made = _made_up(digits, duress=duress) if generate else _asked_for(duress=duress)
    with core.database.transaction():
        if erase:
            pins.erase(person.person_id)
        elif unlock:
            pins.unlock(person.person_id)
        else:
            pins.set(person.person_id, made["pin"], duress=made.get("duress"), at=datetime.now(UTC))
        what = "erased" if erase else "unlocked" if unlock else "set"
        record(program, EventKind.PIN_CHANGED, person.person_id, f"{what}, ")
    shown = made if generate else {}
    if as_json:
        show_json({"person_id": person.person_id, "done": what, **shown})
        return
    say(f"The PIN of {person.name} is {what}.")
    if shown:
        say(f"PIN: {shown['pin']}")
    if "duress" in shown:
        say(f"Under duress: {shown['duress']}  (opens as the other, and raises a silent alarm)")
    if shown:
        say("Nobody can look it up later: hand it over now.")


@click.command()
@click.argument("one")
@click.argument("other")
@click.option("--not", "unmark", is_flag=True, help="Take the mark back.")
@pass_program
def alike(program: Program, one: str, other: str, *, unmark: bool) -> None:
    """Mark two people whom a door might take for each other: no face alone lets either in then."""
    first, second = one_person(program, one), one_person(program, other)
    people = People(program.core.database)
    with program.core.database.transaction():
        if unmark:
            people.unmark_look_alikes(first.person_id, second.person_id)
        else:
            likeness = program.core.enroller.likeness.between(first.person_id, second.person_id)
            if likeness is None:
                raise CollectionError("only people with faces can be taken for each other")
            people.mark_look_alikes(first.person_id, second.person_id, likeness)
        what = "is no look-alike of" if unmark else "is a look-alike of"
        record(program, EventKind.PERSON_CHANGED, first.person_id, f"{what} {second.person_id}, ")
    say(f"{first.name} {what} {second.name}.")


COMMANDS = (groups, pin, alike)
"""What `ostiary people` offers from here."""


def _made_up(digits: int, *, duress: bool) -> dict[str, str]:
    made = {"pin": generated_pin(digits)}
    if duress:
        made["duress"] = generated_pin(digits, apart_from=made["pin"])
    return made


def _asked_for(*, duress: bool) -> dict[str, str]:
    made = {"pin": _typed("PIN")}
    if duress:
        made["duress"] = _typed("PIN under duress")
    return made


def _typed(what: str) -> str:
    typed: str = click.prompt(what, hide_input=True, confirmation_prompt=f"{what}, again")
    return typed.strip()
