"""How this installation is: the door's threshold in words, models, storage, health, backups."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from edge.backup import back_up, backups_of
from edge.collection.changeover import changing
from edge.core import Core
from edge.errors import OstiaryError
from edge.health import LIVENESS, examine
from edge.similarity import fmr_of_similarity, gallery_threshold
from edge.vision.catalogue import CATALOGUE
from enroll.accounts import Role
from enroll.auth import allow, signed_in
from enroll.office import office

blueprint = Blueprint("system", __name__, url_prefix="/admin/system")

SEEING = (Role.OWNER, Role.MANAGER, Role.AUDITOR)
ACTING = (Role.OWNER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a face must reach today, and what that means. *needed* and *floor* in percent."""

    people: int
    needed: float
    floor: float
    strangers: int | None
    """Of so many strangers one would be taken for somebody; None where nobody can be."""

    pairs: int
    """Of so many pairs of different people one is as alike as that."""

    @classmethod
    def of(cls, core: Core) -> Threshold:
        """Return the threshold of today's gallery.

        :raises OstiaryError: if the gallery cannot be read.
        """
        door, people = core.settings.door, core.gallery.people_count
        needed = gallery_threshold(people, target_fpir=door.target_fpir, floor=door.similarity)
        rate = fmr_of_similarity(needed)
        return cls(
            people=people,
            needed=needed,
            floor=door.similarity,
            strangers=round(1 / min(1.0, people * rate)) if people else None,
            pairs=round(1 / rate),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A file and its size in bytes, with what its log holds."""

    name: str
    size: int


@blueprint.get("")
@allow(*SEEING)
def show() -> ResponseReturnValue:
    """Show everything; nothing here is checked anew, but for the sizes."""
    here = office()
    core = here.core
    return render_template(
        "system.html",
        threshold=Threshold.of(core),
        models=CATALOGUE,
        embedder=core.embedder,
        changing=changing(core.database),
        stored=_stored(core),
        free=shutil.disk_usage(core.settings.storage.folder).free,
        folder=core.settings.storage.folder,
        backups=backups_of(core),
        backup=core.settings.backup,
        health=here.checks.health,
        liveness=examine(LIVENESS, core),
        door=core.settings.door,
    )


@blueprint.post("/check")
@allow(*SEEING)
def check() -> ResponseReturnValue:
    """Look at everything that needs no camera and no lock."""
    here = office()
    here.checks.examine(here.core, now=here.clock())
    return redirect(url_for("system.show", _anchor="health"))


@blueprint.post("/backup")
@allow(*ACTING)
def backup() -> ResponseReturnValue:
    """Copy the databases, and verify the copy."""
    here = office()
    try:
        made = back_up(here.core, now=here.clock(), actor=f"account {signed_in().account_id}")
    except OstiaryError as error:
        flash(str(error), "bad")
    else:
        flash(f"Backed up and verified: {made.path}")
    return redirect(url_for("system.show", _anchor="storage"))


def _stored(core: Core) -> tuple[Stored, ...]:
    kept = {
        "People and faces": core.collection_path,
        "Events": core.audit_path,
        "Accounts of these pages": core.web_path,
    }
    return tuple(Stored(name, _size(path)) for name, path in kept.items())


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
