"""``ostiary audit``: what happened at the door, and that nobody changed the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from edge.audit import AuditEvent, EventKind
from edge.audit.export import export_lines
from edge.audit.offline import verify_export
from edge.commands.actor import actor
from edge.commands.calendar import FIRST_DAY, LAST_DAY, believe_clock_option
from edge.commands.console import counted, json_option, percent, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.errors import AuditError, KeyFileError
from edge.storage.signing import PublicKey


@click.group()
def audit() -> None:
    """Show, verify, export and prune the record of events."""


@audit.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1))
@json_option
@pass_program
def list_entries(program: Program, last: int, *, as_json: bool) -> None:
    """Show the last events, oldest first."""
    record = program.core.audit
    entries = tuple(record.entries(after=max(record.count - last, 0)))
    if as_json:
        show_json(entries)
        return
    show_table(
        f"The last {len(entries)} events",
        (">No.", "Time", "Event", "Door", "Outcome", "Reason", ">Similarity", "Person id"),
        (
            (
                entry.sequence,
                entry.event.at,
                entry.event.kind,
                entry.event.door,
                entry.event.outcome,
                entry.event.reason,
                percent(entry.event.similarity),
                "erased" if entry.erased else entry.event.person_id,
            )
            for entry in entries
        ),
    )


class _PublicKeys(click.ParamType[str]):
    """A fingerprint as `ostiary audit key` shows it, or a file with a public key in PEM."""

    name = "FINGERPRINT|PEM"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the fingerprint: 64 hexadecimal digits."""
        digits = "".join(value.split()).replace(":", "").lower()
        if len(digits) == 64 and set(digits) <= set("0123456789abcdef"):
            return digits
        try:
            key = PublicKey.from_pem(Path(value).read_bytes())
        except (OSError, KeyFileError):
            self.fail(f"{value!r} is neither a fingerprint nor a public key in PEM", param, ctx)
        return key.fingerprint_digits


@audit.command()
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option(
    "--key",
    "fingerprints",
    multiple=True,
    type=_PublicKeys(),
    help="Who must have signed FILE. Give it again for every key that the device has had.",
)
@json_option
@pass_program
def verify(
    program: Program, file: Path | None, fingerprints: tuple[str, ...], *, as_json: bool
) -> None:
    """Check that nothing was edited, deleted, put in or reordered.

    With FILE, an export, on any machine. Without, the record of this machine; keep the hash that is
    printed somewhere else: with it, a record that was replaced as a whole is found, too.
    """
    if file is not None:
        _verify_file(file, fingerprints, as_json=as_json)
        return
    verified = program.core.audit.verify()
    if as_json:
        show_json(verified)
        return
    say(f"The record is whole: {verified.entries} events, last hash {verified.head}.")
    if verified.removed:
        say(f"Events 1 to {verified.removed} were removed; a checkpoint stands for them.")
    say(
        f"{counted(verified.checkpoints, 'checkpoint', 'checkpoints')}; signed up to event "
        f"{verified.sealed}."
    )
    own = program.core.signing_key.public.fingerprint
    for signer in verified.signers:
        say(f"  signed by {signer}" + (" (this device)" if signer == own else " (ANOTHER KEY)"))


def _verify_file(file: Path, fingerprints: tuple[str, ...], *, as_json: bool) -> None:
    found = verify_export(file, fingerprints=fingerprints or None)
    if as_json:
        show_json(found)
        return
    say(
        f"The export is whole: events {found.first} to {found.last} of {found.site}, "
        f"{counted(found.checkpoints, 'checkpoint', 'checkpoints')}, last hash {found.head}."
    )
    if not found.whole:
        say(f"Events 1 to {found.first - 1} are not in it; a signed checkpoint stands for them.")
    for signer in found.signers:
        say(f"  signed by {signer}")
    if not fingerprints:
        say("Compare this with the fingerprint that you wrote down; --key does it for you.")


@audit.command()
@json_option
@pass_program
def key(program: Program, *, as_json: bool) -> None:
    """Show the public key that the record is signed with. Write the fingerprint down."""
    public = program.core.signing_key.public
    if as_json:
        show_json({"fingerprint": public.fingerprint, "public_key": public.pem})
        return
    say(f"Fingerprint: {public.fingerprint}")
    click.echo(public.pem, nl=False)


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "since", type=FIRST_DAY, help="First day; default: the oldest event.")
@click.option("--to", "until", type=LAST_DAY, help="Last day; default: today.")
@pass_program
def export(program: Program, file: Path, since: datetime | None, until: datetime | None) -> None:
    """Write the record to the new FILE, which `ostiary audit verify FILE` verifies anywhere.

    It tells what happened, when and at which door. Whom an event is about is encrypted in it, and
    stays so.
    """
    core = program.core
    now = datetime.now(UTC)
    core.audit.append(AuditEvent(EventKind.EVENTS_EXPORTED, now, detail=f"by {actor()}"))
    try:
        with file.open("xb") as written:
            file.chmod(0o600)
            try:
                written.writelines(
                    export_lines(
                        core.audit,
                        core.signing_key,
                        site=core.settings.site.name,
                        now=now,
                        since=since,
                        until=until,
                    )
                )
            except BaseException:
                file.unlink()
                raise
    except FileExistsError as error:
        raise AuditError(f"{file} exists already", remedy="Choose another name.") from error
    except OSError as error:
        raise AuditError(f"{file} cannot be written: {error.strerror}") from error
    found = verify_export(file)
    say(f"Events {found.first} to {found.last} are in {file}, verified. Signed by")
    say(f"  {found.signers[0]}")


@audit.command()
@click.option(
    "--keep-days",
    type=click.IntRange(1),
    help="Remove what is older than so many days; default: audit.keep_days of the settings.",
)
@believe_clock_option
@json_option
@pass_program
def prune(program: Program, keep_days: int | None, *, believe_clock: bool, as_json: bool) -> None:
    """Remove the events that are older than they may be kept. Run it daily; it asks nothing.

    It ends at a checkpoint, so a little more is kept. Without audit.keep_days nothing is removed, nor
    for a week after the clock went forward by a month or more.
    """
    days = keep_days or program.settings.audit.keep_days
    if not days:
        if as_json:
            show_json(None)
        else:
            say("Events are kept for ever: audit.keep_days is 0.")
        return
    now = datetime.now(UTC)
    if not believe_clock:
        program.core.audit.refuse_leap(now)
    pruned = program.core.audit.prune(now - timedelta(days=days), now=now, actor=actor())
    if as_json:
        show_json(pruned)
    elif pruned.entries:
        say(f"Removed events {pruned.first} to {pruned.last}.")
    else:
        say(f"Nothing signed is older than {days} days.")


@audit.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def redact(program: Program, number: int, *, yes: bool) -> None:
    """Erase the free text of event NUMBER, such as why somebody was let in from the pages.

    The event stays, with who did it. What is about an enrolled person goes when she is erased.
    """
    if not yes:
        click.confirm(f"Erase the text of event {number}? It cannot be undone.", abort=True)
    program.core.audit.forget_text(
        number,
        AuditEvent(
            EventKind.TEXT_ERASED, datetime.now(UTC), detail=f"of event {number}, by {actor()}"
        ),
    )
    say(f"The text of event {number} is gone.")
