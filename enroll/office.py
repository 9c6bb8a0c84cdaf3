"""Everything the pages work with, built once and handed to them; nothing here can reach a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.people import People
from edge.core import Core
from edge.enrolling import Enroller
from edge.live import Viewer
from edge.storage.database import Database
from edge.users import Users
from enroll.accounts import Accounts, Invitations
from enroll.admin.checks import Checks
from enroll.imports import Imports
from enroll.kiosk.visit import Visits
from enroll.liveness.sessions import LivenessSessions
from enroll.passwords import Passwords
from enroll.rekognition.keys import AccessKeys
from enroll.second_step import SecondSteps
from enroll.sessions import Sessions
from enroll.throttle import Throttle

_EXTENSION = "ostiary"


@dataclass(frozen=True, slots=True)
class Office:
    """The parts of the pages. *site* is the building's name, *collection_id* whom the pages show.

    *core* is what all programs share: the settings, the desk by which the door is asked, the
    models. *viewer* sees what the door sees, *checks* keeps what was last checked, *web* is the
    pages' own. *database* holds the people: whatever changes and is recorded happens in one
    transaction of it.
    """

    core: Core
    viewer: Viewer
    checks: Checks
    web: Database
    site: str
    collection_id: str
    database: Database
    collections: Collections
    people: People
    faces: Faces
    users: Users
    enroller: Enroller
    audit: Audit
    accounts: Accounts
    invitations: Invitations
    sessions: Sessions
    throttle: Throttle
    passwords: Passwords
    second_steps: SecondSteps
    keys: AccessKeys
    imports: Imports
    visits: Visits
    liveness: LivenessSessions
    clock: Callable[[], datetime]

    def record(
        self,
        kind: EventKind,
        *,
        reason: str | None = None,
        person_id: str | None = None,
        detail: str = "",
    ) -> None:
        """Append an event to the audit; *detail* names accounts by id, never a person.

        :raises AuditError: if it cannot be recorded.
        """
        self.audit.append(
            AuditEvent(
                kind=kind, at=self.clock(), reason=reason, person_id=person_id, detail=detail
            )
        )


def install(app: Flask, office: Office) -> None:
    """Let *app*'s views find *office*."""
    app.extensions[_EXTENSION] = office


def office() -> Office:
    """Return the office of the application that answers this request."""
    return cast(Office, current_app.extensions[_EXTENSION])
