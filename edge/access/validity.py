"""Whether a person and her badges are valid at all, whatever the door."""

from __future__ import annotations

from datetime import datetime

from edge.domain import Badge, Credentials, Reason


def person_fault(credentials: Credentials, now: datetime) -> Reason | None:
    """Return why nobody may pass as this person at *now* (aware), or None."""
    if credentials.suspended:
        return Reason.PERSON_SUSPENDED
    if credentials.valid_from is not None and now < credentials.valid_from:
        return Reason.PERSON_NOT_YET_VALID
    if credentials.valid_until is not None and now >= credentials.valid_until:
        return Reason.PERSON_EXPIRED
    return None


def badge_fault(badge: Badge, now: datetime) -> Reason | None:
    """Return why *badge* opens nothing at *now* (aware), or None."""
    if badge.revoked_at is not None and now >= badge.revoked_at:
        return Reason.BADGE_REVOKED
    if badge.valid_from is not None and now < badge.valid_from:
        return Reason.BADGE_NOT_YET_VALID
    if badge.valid_until is not None and now >= badge.valid_until:
        return Reason.BADGE_EXPIRED
    return None


def badges_fault(
    credentials: Credentials, now: datetime, shown: str | None = None
) -> Reason | None:
    """Return why a person's badges open nothing at *now* (aware), or None.

    The badge *shown* must be valid itself. Where none was shown, one valid badge is enough, but not
    one that is only shown under duress.
    """
    if shown is not None:
        found = next((badge for badge in credentials.badges if badge.number == shown), None)
        return Reason.UNKNOWN_BADGE if found is None else badge_fault(found, now)
    faults = [badge_fault(badge, now) for badge in credentials.badges if not badge.duress]
    if None in faults:
        return None
    # Of several bad badges the newest tells the person most; there is none, say so.
    return faults[-1] if faults else Reason.NO_BADGE


def shows_duress(credentials: Credentials, shown: str | None) -> bool:
    """Tell whether the badge *shown* is one for duress."""
    return any(badge.duress and badge.number == shown for badge in credentials.badges)
