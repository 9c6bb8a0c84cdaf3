"""From a visit to an enrolled person: whom she looks like, and whether the door will know her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.collection.people import Consent, NewPerson
from edge.domain import Badge
from edge.enrolling import Enroller
from edge.similarity import UNLOCK_SIMILARITY
from enroll.kiosk.visit import Visit

CONSENT_TEXT = "kiosk-1"
"""The version of the text that is agreed to. Whoever changes its meaning changes this."""

RETENTION = timedelta(days=730)
"""How long a face is kept at most without being asked again, as the text says."""


class Choice(StrEnum):
    """What somebody says of the person she looks like."""

    NOBODY = "nobody"
    ME = "me"
    SOMEBODY_ELSE = "somebody-else"


@dataclass(frozen=True, slots=True)
class Applicant:
    """What was typed or scanned."""

    name: str
    external_id: str | None
    badge: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who was stored.

    *similarity* is how alike the door finds her, in percent, None for who has no face here;
    *marked* says that she looks like somebody else, so that the door wants more than a face.
    """

    person_id: str
    similarity: float | None
    marked: bool

    @property
    def known(self) -> bool:
        return self.similarity is not None and self.similarity > UNLOCK_SIMILARITY


def consent(language: str, *, now: datetime) -> Consent:
    """Return the record of an agreement to the text as it was shown."""
    return Consent(f"{CONSENT_TEXT}/{language}", now, "kiosk")


def save(
    visit: Visit,
    applicant: Applicant,
    choice: Choice,
    *,
    enroller: Enroller,
    actor: str,
    now: datetime,
) -> Welcome:
    """Store the person of *visit*, and try whether a door will know her.

    :raises AlreadyEnrolledError: if she looks like somebody and did not say who she is.
    :raises EnrollmentError: if the pictures cannot be those of one person.
    :raises CollectionError: if the name or the badge cannot be stored, or the badge is somebody's.
    :raises AuditError: if it cannot be recorded; nothing is stored then.
    """
    badges = [Badge(applicant.badge)]
    herself = _herself(visit, enroller) if choice is Choice.ME else None
    if herself is not None:
        person = enroller.add_examined(herself, visit.enrolled, badges, actor=actor)
    else:
        person = enroller.enroll_examined(
            NewPerson(
                name=applicant.name,
                external_id=applicant.external_id,
                consent=visit.consent,
                retention_until=None if visit.consent is None else now + RETENTION,
                declined=visit.consent is None,
            ),
            visit.enrolled,
            badges,
            actor=actor,
            somebody_else=choice is Choice.SOMEBODY_ELSE,
        )
    return Welcome(
        person.person_id,
        similarity=_tried(visit, person.person_id, enroller),
        marked=bool(person.look_alikes),
    )


def _herself(visit: Visit, enroller: Enroller) -> str | None:
    """Return whom she looks like most, whom she says she is; None if that one is gone."""
    alike = enroller.likeness.look_alike(visit.enrolled) if visit.enrolled else None
    return None if alike is None else alike.person_id


def _tried(visit: Visit, person_id: str, enroller: Enroller) -> float | None:
    """Search for her as a door does, by a picture that was not stored."""
    if visit.proof is None:
        return None
    best = enroller.likeness.recognize(visit.proof)
    return best.similarity if best is not None and best.person_id == person_id else 0.0
