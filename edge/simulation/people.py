"""The people of a scenario, to the real door's questions: badges, PINs, who is inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from edge.access.rules import Rules
from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked, PinResult
from edge.access.whereabouts import Stay, Whereabouts
from edge.collection.pins import locked_after
from edge.domain import Badge, Candidate, Credentials, Embedding, Match, Reason
from edge.door.identify import Recognition
from edge.errors import NotFoundError
from edge.simulation.onlooker import Onlooker
from edge.simulation.scenario import Scenario, Someone


class Gallery:
    """Everybody who is enrolled; names serve as ids."""

    def __init__(self, scenario: Scenario, rules: Rules) -> None:
        self._people = {
            name: _credentials(name, someone, rules, alike=bool(_alike(name, scenario.people)))
            for name, someone in scenario.people.items()
        }
        self.people_count = scenario.site.enrolled + len(self._people)

    def credentials(self, person_id: str) -> Credentials:
        """Return what somebody may show.

        :raises NotFoundError: if nobody is called so.
        """
        try:
            return self._people[person_id]
        except KeyError as error:
            raise NotFoundError(f"nobody is called {person_id}") from error

    def by_badge(self, number: str) -> Credentials | None:
        """Return who carries a badge."""
        return next(
            (
                person
                for person in self._people.values()
                if number in {badge.number for badge in person.badges}
            ),
            None,
        )

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]:  # noqa: ARG002 - no pixels here
        """Nobody has a vector in a story."""
        return ()

    def compare(self, person_id: str, embedding: Embedding) -> Match:  # noqa: ARG002 - no pixels here
        """Nobody has a vector in a story.

        :raises NotFoundError: always.
        """
        raise NotFoundError(f"there is no vector of {person_id}")


class PinPad:
    """The PINs, and how many wrong ones were typed."""

    def __init__(self, people: Mapping[str, Someone]) -> None:
        self._people = people
        self._wrong: dict[str, int] = {}
        self._locked: dict[str, datetime] = {}

    def check(self, person_id: str, pin: str, *, now: datetime, policy: PinPolicy) -> PinChecked:
        """Return what a PIN is worth, and count a wrong one, as the real store does."""
        someone = self._people[person_id]
        if someone.pin is None:
            return PinChecked(person_id, PinResult.WRONG)
        duress = someone.duress_pin is not None and pin == someone.duress_pin
        locked = self._locked.get(person_id)
        if locked is not None and now < locked:
            return PinChecked(person_id, PinResult.LOCKED, duress=duress)
        if duress or pin == someone.pin:
            self._wrong.pop(person_id, None)
            return PinChecked(person_id, PinResult.RIGHT, duress=duress)
        self._wrong[person_id] = self._wrong.get(person_id, 0) + 1
        until = locked_after(self._wrong[person_id], now, policy)
        if until is not None:
            self._locked[person_id] = until
        return PinChecked(person_id, PinResult.WRONG)


class Muster:
    """Who is inside."""

    def __init__(self) -> None:
        self._stays: dict[str, Stay] = {}

    @property
    def inside(self) -> frozenset[str]:
        return frozenset(self._stays)

    def among(self, person_ids: Iterable[str]) -> Whereabouts:
        """Return where these people are."""
        wanted = set(person_ids)
        return Whereabouts({who: stay for who, stay in self._stays.items() if who in wanted})

    def note(self, person_id: str, stay: Stay | None) -> None:
        """Note where somebody is from now on."""
        self._stays.pop(person_id, None)
        if stay is not None:
            self._stays[person_id] = stay


def recognized(
    onlooker: Onlooker, owner: Credentials | None, gallery: Gallery, people: Mapping[str, Someone]
) -> Recognition:
    """Return what the camera and the networks make of a face: compared with *owner*, or anybody's."""
    name = onlooker.name
    if owner is not None:
        hers = name is not None and owner.person_id in {name, *_alike(name, people)}
        matches = hers and people[owner.person_id].gave_face
        return Recognition(reason=Reason.MATCH if matches else Reason.WRONG_PERSON, person=owner)
    if name is None or not people[name].gave_face:
        return Recognition(reason=Reason.NO_MATCH)
    return Recognition(reason=Reason.MATCH, person=gallery.credentials(name))


def _alike(name: str, people: Mapping[str, Someone]) -> frozenset[str]:
    """Return whom the camera cannot tell from *name*."""
    others = {each for each, someone in people.items() if someone.looks_like == name}
    looks_like = people[name].looks_like
    return frozenset(others if looks_like is None else {*others, looks_like})


def _credentials(name: str, someone: Someone, rules: Rules, *, alike: bool) -> Credentials:
    def utc(at: datetime | None) -> datetime | None:
        return None if at is None else at.replace(tzinfo=rules.zone).astimezone(UTC)

    always = datetime(2000, 1, 1, tzinfo=UTC)
    badges = (
        *((Badge(someone.revoked_badge, revoked_at=always),) if someone.revoked_badge else ()),
        *((Badge(someone.badge),) if someone.badge else ()),
        *((Badge(someone.duress_badge, duress=True),) if someone.duress_badge else ()),
    )
    return Credentials(
        person_id=name,
        valid_from=utc(someone.valid_from),
        valid_until=utc(someone.valid_until),
        badges=badges,
        suspended=someone.suspended,
        look_alikes=alike,
        groups=someone.groups,
        has_pin=someone.pin is not None,
    )
