"""Many people at once: sent as a ZIP, or as a table with photos; rehearsed; then imported."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from edge.archive import LONGEST_NAME
from edge.audit import EventKind
from edge.collection.badges import Badges
from edge.collection.people import Person
from edge.errors import EnrollmentError, NotFoundError
from edge.importing import Result, Row, read_rows
from enroll import csv_text
from enroll.admin.person import MANAGING, actor, person_of
from enroll.auth import allow
from enroll.imports import Import, Progress
from enroll.office import Office, office
from enroll.uploads import LARGEST_UPLOAD, accepts_archives

blueprint = Blueprint("imports", __name__, url_prefix="/admin/people/import")

_PERSON_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SHOWN = 500
"""Rows on the page, the refused ones first; the report holds all."""


@blueprint.get("")
@allow(*MANAGING)
def show() -> ResponseReturnValue:
    """Show the form, or the import that is under way or was the last."""
    return _page()


@blueprint.get("/progress")
@allow(*MANAGING)
def progress() -> ResponseReturnValue:
    """Show the progress alone, for the script that looks again and again."""
    return render_template("people/import_progress.html", **_told())


@blueprint.post("")
@allow(*MANAGING)
@accepts_archives
def begin() -> ResponseReturnValue:
    """Read who is to be imported, and rehearse it; nothing is stored."""
    here = office()
    try:
        rows = _rows([file for file in request.files.getlist("files") if file.filename])
    except EnrollmentError as error:
        return _page(error=error), 422
    if not here.imports.begin(lambda: _import(rows, here)):
        flash("Another import is under way. Wait for its end, or stop it.", "bad")
    return redirect(url_for("imports.show"))


@blueprint.post("/run")
@allow(*MANAGING)
def run() -> ResponseReturnValue:
    """Import what was rehearsed."""
    current = office().imports.current
    if current is None or not current.run(actor()):
        flash("There is nothing to import. Please send the archive again.", "bad")
    return redirect(url_for("imports.show"))


@blueprint.post("/stop")
@allow(*MANAGING)
def stop() -> ResponseReturnValue:
    """Stop the import, or clear what is shown of the last one."""
    office().imports.forget()
    return redirect(url_for("imports.show"))


@blueprint.get("/report.csv")
@allow(*MANAGING)
def report() -> ResponseReturnValue:
    """Send what became of every row, as a table."""
    current = office().imports.current
    outcomes = current.progress().outcomes if current else ()
    told = csv_text.lines(
        ("row", "name", "badge", "result", "reason"),
        (
            (each.row.place, each.row.person.name, each.row.badge, each.result, each.reason)
            for each in outcomes
        ),
    )
    return Response(
        "".join(told),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import.csv"'},
    )


def _rows(files: Sequence[FileStorage]) -> tuple[Row, ...]:
    """Return who is named by one ZIP, or by a table and photos that were chosen together.

    :raises EnrollmentError: if nothing was chosen, or it is refused.
    """
    if not files:
        raise EnrollmentError("no file was chosen.", remedy="Choose a ZIP, or a table with photos.")
    (first, *more), name = files, files[0].filename or ""
    if not more and not name.lower().endswith(".csv"):
        return read_rows(first.stream.read(), name="the archive")
    return read_rows(_packed(files), name="what was chosen")


def _packed(files: Sequence[FileStorage]) -> bytes:
    """Return the files as one archive, so that they are read with the same care.

    :raises EnrollmentError: if two of them have one name: zipfile would warn in the log, by that name.
    """
    packed = io.BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(packed, mode="w", compression=zipfile.ZIP_STORED) as archive:
        for file in files:
            # Browsers send the path inside a folder that was chosen as a whole.
            name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
            # One more than is taken: the archive refuses it in words, where zipfile would fail.
            name = name[: LONGEST_NAME + 1] or "nameless"
            if name in names:
                raise EnrollmentError(
                    f"{name[:80]!r} was chosen twice.", remedy="Give every photo a name of its own."
                )
            names.add(name)
            archive.writestr(name, file.stream.read())
    return packed.getvalue()


def _import(rows: Sequence[Row], here: Office) -> Import:
    def record(done: Progress, by: str) -> None:
        here.record(
            EventKind.PEOPLE_IMPORTED,
            detail=f"rows {done.total}, enrolled {done.count(Result.ENROLLED)}, "
            f"refused {done.count(Result.REFUSED)}, by {by}",
        )

    return Import(
        rows,
        enroller=here.enroller,
        badges=Badges(here.database),
        collection_id=here.collection_id,
        on_done=record,
    )


def _told() -> dict[str, object]:
    current = office().imports.current
    if current is None:
        return {"progress": None}
    now = current.progress()
    # Sorting is stable: the refused ones first, each kind in the order of the table.
    rows = sorted(now.outcomes, key=lambda each: each.result is not Result.REFUSED)
    shown = [] if now.busy else rows[:SHOWN]
    return {
        "progress": now,
        "rows": [(each, _meant(each.reason)) for each in shown],
        "hidden": len(rows) - len(shown),
    }


def _meant(reason: str) -> Person | None:
    """Return the person whom a reason tells by her id, as reasons do that may end up in a log."""
    told = _PERSON_ID.search(reason)
    try:
        return person_of(UUID(told[0])) if told else None
    except NotFoundError:
        return None


def _page(error: EnrollmentError | None = None) -> str:
    return render_template(
        "people/import.html", error=error, most_megabytes=LARGEST_UPLOAD // 2**20, **_told()
    )
