"""``ostiary models``: the networks, whose they are, and whether they are what they should be."""

from __future__ import annotations

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from edge.commands.console import json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.vision.models import CARD_SUFFIX, ModelStore
from edge.vision.status import ModelStatus


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(context: click.Context, *, as_json: bool) -> None:
    """List the models and verify every file again; see `prepare` and `fetch`.

    Ends with status 4 if a file is missing or has another SHA-256 than the catalogue says.
    """
    if context.invoked_subcommand is None:
        program = context.find_object(Program)
        assert program is not None  # noqa: S101  # the group above always sets it
        _list(program, as_json=as_json)


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@pass_program
def prepare(program: Program, names: tuple[str, ...], *, as_json: bool) -> None:
    """Make the files of the models NAME, or of all, from what is installed or mirrored.

    A file that is there and right is left alone; one that is not is replaced.
    """
    store = program.core.models
    files = tuple(store.prepare(name) for name in names) if names else store.prepare_all()
    if as_json:
        show_json(files)
        return
    for file in files:
        say(f"Ready: {file}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--url", help="Fetch from here instead; the SHA-256 decides, not the address.")
@pass_program
def fetch(program: Program, names: tuple[str, ...], url: str | None) -> None:
    """Download the published files of the models NAME and prepare them.

    Without a name: whatever is neither here, nor in an installed package, nor in the folder that
    OSTIARY_MODEL_MIRROR names. A download that breaks off is continued by the next call. Proxies
    are taken from the environment (https_proxy).
    """
    if url is not None and len(names) != 1:
        raise click.UsageError("--url is for one model: name it.")
    store = program.core.models
    for name in names or store.missing():
        _fetch(store, name, url)
    if not names:
        for file in store.prepare_all():
            say(f"Ready: {file}")


def _fetch(store: ModelStore, name: str, url: str | None) -> None:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        transient=True,
    ) as progress:
        task = progress.add_task(name, total=None)
        file = store.fetch(
            name,
            url,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    say(f"Ready: {file}")


def _list(program: Program, *, as_json: bool) -> None:
    store = program.core.models
    statuses = store.status()
    if as_json:
        show_json([_described(status) for status in statuses])
    else:
        show_table(
            f"Models in {program.settings.models.folder}",
            ("Model", "Role", "Licence", "Source, preparation, SHA-256", "State"),
            (
                (
                    status.entry.name,
                    status.entry.role,
                    status.entry.licence,
                    _origin(status),
                    status.state,
                )
                for status in statuses
            ),
        )
    embedder = program.settings.models.embedder
    if embedder.endswith(CARD_SUFFIX):
        card = store.embedder(embedder)
        if not as_json:
            say(f"Embedder in use: {card.name} ({card.licence}), {card.file}, verified.")
    for status in statuses:
        status.check()


def _origin(status: ModelStatus) -> str:
    """Put what would make the table too wide for a terminal of 80 columns into one cell."""
    found = status.found[:16] + "…" if status.found else "–"
    return f"{status.entry.origin}\n{status.entry.preparation}\n{found}"


def _described(status: ModelStatus) -> dict[str, object]:
    entry = status.entry
    return {
        "name": entry.name,
        "role": entry.role,
        "licence": entry.licence,
        "package": None if entry.wheel is None else str(entry.wheel),
        "optional": entry.optional,
        "urls": entry.urls,
        "source": entry.source,
        "preparation": entry.preparation,
        "file": status.file,
        "expected_sha256": entry.prepared.sha256,
        "found_sha256": status.found,
        "state": status.state,
    }
