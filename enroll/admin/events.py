"""What happened: looked through, counted, taken along as a table, and verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from edge.audit import EventKind, Wanted
from edge.audit.export import export_lines
from edge.days import beginning_of, end_of, first_day
from edge.errors import CollectionError, KeyFileError
from enroll import csv_text
from enroll.accounts import Role
from enroll.admin.event_charts import charts_of
from enroll.admin.event_words import KINDS, REASONS, EventLine, Names, lines_of
from enroll.auth import allow, signed_in
from enroll.office import office

blueprint = Blueprint("events", __name__, url_prefix="/admin/events")

READING = (Role.OWNER, Role.MANAGER, Role.AUDITOR)

PAGE = 50
AT_A_TIME = 500
"""Events read at once while a table is sent."""

MEANT = 200
"""People that a name may mean, at most."""

SHOWN_AT_FIRST = timedelta(days=6)
"""Before today: a week."""

COLUMNS = (
    "number",
    "time",
    "kind",
    "door",
    "outcome",
    "reason",
    "similarity",
    "person_id",
    "name",
    "detail",
    "hash",
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What was chosen in the form, as text; empty for any."""

    who: str
    door: str
    kind: str
    reason: str
    since: str
    until: str

    @classmethod
    def of_request(cls) -> Filter:
        """Return what the address says; without a first day, the last week."""
        values = {name: request.args.get(name, "").strip() for name in cls.__slots__}
        if "since" not in request.args:
            values["since"] = first_day(office().clock() - SHOWN_AT_FIRST)
        return cls(**values)

    def as_arguments(self) -> dict[str, str]:
        """Return what an address needs to say the same."""
        return {name: getattr(self, name) for name in self.__slots__}

    def wanted(self) -> Wanted:
        """Return what the audit is asked for.

        :raises CollectionError: if a day is none.
        """
        known = {kind.value: kind for kind in EventKind}
        return Wanted(
            kinds=(known[self.kind],) if self.kind in known else None,
            person_ids=self._person_ids(),
            door=self.door or None,
            reason=self.reason or None,
            since=beginning_of(self.since),
            until=end_of(self.until),
        )

    def _person_ids(self) -> tuple[str, ...] | None:
        if not self.who:
            return None
        here = office()
        found = here.people.find(here.collection_id, self.who, limit=MEANT)
        # Whoever is erased is found by nobody: no event tells any more that it was about her.
        return tuple(person.person_id for person in found)


@blueprint.get("")
@allow(*READING)
def show() -> ResponseReturnValue:
    """Show the events that the filter fits, newest first, and what they add up to."""
    here, chosen, error = office(), Filter.of_request(), None
    try:
        wanted = chosen.wanted()
    except CollectionError as mistake:
        error, chosen = mistake, replace(chosen, since="", until="")
        wanted = chosen.wanted()
    before = request.args.get("before", type=int)
    if before is not None:
        before = min(max(before, 0), 2**63 - 1)  # what SQLite takes for a number
    found = here.audit.search.newest(wanted, limit=PAGE + 1, before=before)
    now = here.clock()
    soon = now + timedelta(minutes=1)  # what happens at this moment counts
    charts = charts_of(
        here.audit,
        wanted,
        since=wanted.since or _first(now),
        until=min(wanted.until or soon, soon),
    )
    return render_template(
        "events.html",
        lines=lines_of(found[:PAGE], Names(here.people, here.accounts)),
        older=found[PAGE - 1].sequence if len(found) > PAGE else None,
        chosen=chosen,
        error=error,
        charts=charts,
        doors=[(name, name) for name in here.audit.search.doors()],
        kinds={kind.value: words for kind, words in KINDS.items()},
        reasons=REASONS,
        chain=here.checks.chain,
        fingerprint=_fingerprint(),
    ), 422 if error else 200


@blueprint.get("/events.csv")
@allow(*READING)
def export() -> ResponseReturnValue:
    """Send the events that the filter fits."""
    here = office()
    try:
        wanted = Filter.of_request().wanted()
    except CollectionError:
        abort(400)  # the page's own form had said so before
    here.record(EventKind.EVENTS_EXPORTED, detail=f"by account {signed_in().account_id}")
    told = csv_text.lines(COLUMNS, map(_row, _all(wanted)))
    return Response(
        stream_with_context(told),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="events.csv"'},
    )


@blueprint.get("/events.jsonl")
@allow(*READING)
def signed_export() -> ResponseReturnValue:
    """Send the record of the chosen days, signed: `ostiary audit verify` verifies it anywhere."""
    here, chosen = office(), Filter.of_request()
    try:
        since, until = beginning_of(chosen.since), end_of(chosen.until)
    except CollectionError:
        abort(400)  # as above
    here.record(
        EventKind.EVENTS_EXPORTED,
        reason="SIGNED",
        detail=f"by account {signed_in().account_id}",
    )
    lines = export_lines(
        here.audit,
        here.core.signing_key,
        site=here.site,
        now=here.clock(),
        since=since,
        until=until,
    )
    return Response(
        stream_with_context(lines),
        content_type="application/jsonl",
        headers={"Content-Disposition": 'attachment; filename="events.jsonl"'},
    )


@blueprint.post("/verify")
@allow(*READING)
def verify() -> ResponseReturnValue:
    """Follow the chain of the audit and remember what was found."""
    here = office()
    here.checks.verify(here.audit, now=here.clock())
    return redirect(url_for("events.show", _anchor="chain"))


def _all(wanted: Wanted) -> Iterator[EventLine]:
    here, before = office(), None
    names = Names(here.people, here.accounts)
    while found := here.audit.search.newest(wanted, limit=AT_A_TIME, before=before):
        yield from lines_of(found, names)
        before = found[-1].sequence


def _row(line: EventLine) -> tuple[object, ...]:
    event = line.entry.event
    return (
        line.entry.sequence,
        event.at.astimezone().isoformat(timespec="seconds"),
        event.kind.value,
        event.door,
        event.outcome,
        event.reason,
        event.similarity,
        event.person_id,
        line.who,
        event.detail,
        line.entry.hash,
    )


def _fingerprint() -> str | None:
    """Return that of the device's signing key, or None if it cannot be used: the log says why."""
    try:
        return office().core.signing_key.public.fingerprint
    except KeyFileError:
        return None


def _first(now: datetime) -> datetime:
    """Return where charts begin for whoever asks for all time: more could not be told apart."""
    entry = next(office().audit.entries(limit=1), None)
    first = now - timedelta(days=365)
    return first if entry is None else max(first, entry.event.at)
