"""``ostiary keys``: who may call the API, for whoever sits at the machine itself."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from enroll.errors import AccessKeyError

if TYPE_CHECKING:
    from enroll.command import Program
    from enroll.rekognition.keys import AccessKey, AccessKeys

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


@click.group()
def keys() -> None:
    """Make, list and revoke the keys with which programs call the API."""


@keys.command()
@click.argument("label")
@click.option(
    "--allow",
    "words",
    multiple=True,
    required=True,
    metavar="WHAT",
    help="An operation, or a group: look, search, change, collections, video, streams, liveness."
    " May be repeated.",
)
@click.option(
    "--collection",
    "collections",
    multiple=True,
    metavar="NAME",
    help="A collection; NAME* for all that begin so. May be repeated. Default: every one but the"
    " door's own, which a key reaches by its whole name alone.",
)
@json_option
@click.pass_obj
def create(
    program: Program,
    label: str,
    words: tuple[str, ...],
    collections: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Make a key for LABEL and print its secret, which is not shown again."""
    # Seconds of loading that `ostiary --help` need not wait for.
    from edge.audit import AuditEvent, EventKind  # noqa: PLC0415
    from enroll.rekognition.permissions import EVERY_COLLECTION  # noqa: PLC0415
    from enroll.rekognition.records import described  # noqa: PLC0415

    maker, now = getpass.getuser(), datetime.now(UTC)
    with _stored(program) as store, _in_click():
        key, secret = store.create(
            label=label,
            operations=words,
            collections=collections or (EVERY_COLLECTION,),
            created_by=maker,
            now=now,
        )
        detail = f"{described(key)}, by {maker} at the command line"
        program.core.audit.append(AuditEvent(kind=EventKind.KEY_CREATED, at=now, detail=detail))
    if as_json:
        click.echo(json.dumps(_plain(key) | {"secret": secret}, indent=2))
        return
    click.echo(f"Access key id:      {key.key_id}")
    click.echo(f"Secret access key:  {secret}")
    click.echo("The secret is not shown again.")
    if program.settings.door.collection in key.collections:
        click.echo(
            f"It reaches {program.settings.door.collection}, the door's own collection: whoever"
            " holds a key that may change it can let people into the building.",
            err=True,
        )


@keys.command("list")
@json_option
@click.pass_obj
def list_keys(program: Program, *, as_json: bool) -> None:
    """List keys: those in use, then the revoked ones."""
    with _stored(program) as store:
        found = store.list()
    if as_json:
        click.echo(json.dumps([_plain(key) for key in found], indent=2))
        return
    _show(found)


@keys.command()
@click.argument("key_id")
@json_option
@click.pass_obj
def revoke(program: Program, key_id: str, *, as_json: bool) -> None:
    """Let key KEY_ID open nothing any more; its next request is refused."""
    from edge.audit import AuditEvent, EventKind  # noqa: PLC0415 - see above

    now = datetime.now(UTC)
    with _stored(program) as store:
        key = store.revoke(key_id, now)
    detail = f"key {key.key_id}, by {getpass.getuser()} at the command line"
    program.core.audit.append(AuditEvent(kind=EventKind.KEY_REVOKED, at=now, detail=detail))
    if as_json:
        click.echo(json.dumps(_plain(key), indent=2))
        return
    click.echo(f"The key {key.key_id} ({key.label}) is revoked.")


@contextmanager
def _stored(program: Program) -> Iterator[AccessKeys]:
    """Open the keys; what is done with them is done if nothing fails until the end, or not at all."""
    from enroll.rekognition.keys import AccessKeys  # noqa: PLC0415 - see above
    from enroll.store import open_web  # noqa: PLC0415

    core = program.core
    with open_web(core.web_path, core.key) as database, database.transaction():
        yield AccessKeys(database)


@contextmanager
def _in_click() -> Iterator[None]:
    """Turn a wrong word on the command line into what click says of one."""
    try:
        yield
    except AccessKeyError as error:
        raise click.UsageError(str(error)) from error


def _plain(key: AccessKey) -> dict[str, Any]:
    values = asdict(key) | {"operations": sorted(key.operations)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _show(found: tuple[AccessKey, ...]) -> None:
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from enroll.rekognition.permissions import words_for  # noqa: PLC0415

    table = Table(title=f"Keys: {len(found)}", title_justify="left", title_style="bold")
    for column in ("Id", "Label", "May", "Where", "Made", "Last used", "Revoked"):
        table.add_column(column)
    for key in found:
        cells = (
            key.key_id,
            key.label,
            " ".join(words_for(key.operations)),
            " ".join(key.collections),
            *(_moment(at) for at in (key.created_at, key.last_used_at, key.revoked_at)),
        )
        table.add_row(*(escape(cell or "–") for cell in cells))
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 200  # a file or a pipe has no width: nothing is cut off there
    console.print(table)


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")
