"""The gallery: who, of all people enrolled, is this? 1:N and 1:1, on a copy in memory.

A door must notice at once who was enrolled, and above all who was revoked. So before every question
the copy takes over what other processes have committed. When that fails the question fails: an old
copy might let a revoked person in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge.collection.badge_rows import badge_of
from edge.collection.collections import Collection
from edge.collection.copy import MOST_NEIGHBOURS, Copy, Neighbour
from edge.collection.follower import Follower
from edge.domain import Candidate, Credentials, Embedding, FaceMatch, Match
from edge.errors import CollectionError, ModelMismatchError, NotFoundError
from edge.similarity import Calibration
from edge.storage.key import Key
from edge.storage.times import from_text_or_none

FEW_NEIGHBOURS = 32
"""Faces asked for at first, however many are wanted: few are alike, and the time that sqlite-vec
takes grows with their number, to twelve times as much for 1,000."""


class Gallery:
    """The people of one collection, to be searched by face; threads may share it.

    *calibration* is that of the collection's model: it turns a cosine into a similarity. *former* is
    that of the embedder that it is being changed from: whoever has vectors of that one is found by
    those, too, each embedding being compared only with what its own embedder made.

    :raises NotFoundError: if there is no such collection.
    :raises StorageError: if the database is missing, damaged, or another key's.
    """

    def __init__(
        self,
        path: Path,
        key: Key,
        collection_id: str,
        *,
        calibration: Calibration,
        former: Calibration | None = None,
    ) -> None:
        self._calibration = calibration
        self._former = former
        self._turn = threading.RLock()
        self._follower = Follower(path, key, collection_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the copy and give the file back; may be called twice."""
        with self._turn:
            self._follower.close()

    @property
    def collection(self) -> Collection:
        """The collection as of the last refresh."""
        return self._follower.collection

    @property
    def people_count(self) -> int:
        """How many people a stranger could be taken for: those with at least one face.

        Whoever has vectors of two embedders counts twice: a stranger is compared with her twice.
        """
        with self._fresh() as copies:
            return copies.people.size + (0 if copies.former is None else copies.former.size)

    @property
    def face_count(self) -> int:
        """How many faces the collection holds."""
        with self._fresh() as copies:
            return copies.collection.faces

    def refresh(self) -> bool:
        """Take over what other processes have committed; return whether there was anything.

        Every question does this by itself.

        :raises StorageError: if it fails; every question fails until it succeeds.
        """
        with self._turn:
            return self._follower.follow()

    def search_people(
        self, embedding: Embedding, limit: int = 2, *, group: str | None = None
    ) -> tuple[Match, ...]:
        """Return the *limit* people most alike to *embedding*, best first.

        Equally alike people come in the order of their ids. An empty gallery gives (). While the
        embedder is changed, each is found by the one that finds her more alike. Of the people in
        *group* alone, if one is named; a door names none (docs/decisions.md).

        :raises ModelMismatchError: if *embedding* comes from another model than the collection's.
        :raises CollectionError: unless *limit* is 1 to 4096.
        :raises StorageError: if the copy cannot be brought up to date.
        """
        best: dict[str, Match] = {}
        for candidate in self._candidates(embedding, limit, group):
            best.setdefault(candidate.match.person_id, candidate.match)
        return tuple(best.values())[:limit]

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]:
        """Return the *limit* people most alike, each with what she may show, best first.

        While the embedder is changed they are as many again of the former one, so that somebody may
        be among them twice. Raises as :meth:`search_people` does.
        """
        return self._candidates(embedding, limit, None)

    def search_faces(
        self, embedding: Embedding, *, limit: int, threshold: float = 0.0
    ) -> tuple[FaceMatch, ...]:
        """Return the *limit* faces most alike to *embedding*, at least *threshold* percent.

        The faces are copied to memory at the first call: a door, which searches people, needs
        none. Raises as :meth:`search_people` does.
        """
        _refuse_limit(limit)
        with self._fresh() as copies:
            query = copies.collection.bytes_of(embedding)
            asked = min(limit, FEW_NEIGHBOURS)
            while True:
                found = tuple(
                    self._face_match(neighbour, neighbour.cosine * embedding.reach)
                    for neighbour in copies.faces.nearest(query, asked)
                )
                if len(found) < asked or asked == limit or found[-1].similarity < threshold:
                    return tuple(match for match in found if match.similarity >= threshold)
                asked = min(limit, asked * 8)

    def compare(self, person_id: str, embedding: Embedding) -> Match:
        """Return how alike *embedding* is to one person (1:1).

        While the embedder is changed, by whichever of the two finds them more alike.

        :raises NotFoundError: if there is no such person, or no face of hers.
        :raises ModelMismatchError: if *embedding* comes from another model than the collection's.
        """
        with self._fresh() as copies:
            found = [
                lineup.match(person_id, cosine)
                for lineup in self._lineups(copies, embedding)
                if (cosine := lineup.people.compare(person_id, lineup.query)) is not None
            ]
        if not found:
            raise NotFoundError(f"there is no face of a person {person_id} to compare with")
        return max(found, key=lambda match: match.similarity)

    def credentials(self, person_id: str) -> Credentials:
        """Return what a person may show at a door.

        :raises NotFoundError: if there is no such person.
        """
        with self._fresh() as copies:
            return _credentials(person_id, _person(copies, person_id))

    def by_badge(self, number: str) -> Credentials | None:
        """Return what the carrier of a badge may show, or None if nobody carries it.

        Whether the badge is valid is for whoever decides: a revoked one is found, too.
        """
        with self._fresh() as copies:
            found = copies.people.find(number)
            return None if found is None else _credentials(*found)

    def name_of(self, person_id: str) -> str:
        """Return a person's name, for a screen and never for a log.

        :raises NotFoundError: if there is no such person.
        """
        with self._fresh() as copies:
            return str(_person(copies, person_id)[0])

    def _candidates(
        self, embedding: Embedding, limit: int, group: str | None
    ) -> tuple[Candidate, ...]:
        _refuse_limit(limit)
        with self._fresh() as copies:
            return tuple(
                sorted(
                    (
                        Candidate(
                            lineup.match(neighbour.id, neighbour.cosine),
                            _credentials(neighbour.id, neighbour.data),
                        )
                        for lineup in self._lineups(copies, embedding)
                        for neighbour in lineup.people.nearest(lineup.query, limit, group=group)
                    ),
                    key=lambda candidate: -candidate.match.similarity,
                )
            )

    @contextmanager
    def _fresh(self) -> Iterator[Follower]:
        with self._turn:
            self._follower.follow()
            yield self._follower

    def _face_match(self, neighbour: Neighbour, cosine: float) -> FaceMatch:
        person_id, external_image_id = neighbour.data
        similarity = self._calibration.similarity(cosine)
        return FaceMatch(neighbour.id, person_id, external_image_id, similarity, cosine)

    def _lineups(self, copies: Follower, embedding: Embedding) -> Iterator[_Lineup]:
        """Yield who is compared with *embedding*, once for each embedder that made something."""
        query = copies.collection.bytes_of(embedding)
        yield _Lineup(copies.people, query, embedding.reach, self._calibration, former=False)
        before, former = copies.collection.as_it_was, embedding.former
        if copies.former is None or before is None or former is None:
            return
        if self._former is None:
            raise ModelMismatchError("what the former embedder's cosines are worth is not known")
        query = before.bytes_of(former)
        yield _Lineup(copies.former, query, former.reach, self._former, former=True)


@dataclass(frozen=True, slots=True)
class _Lineup:
    """The people of one embedder, a query of the same, and what their cosines are worth."""

    people: Copy
    query: bytes
    reach: float
    calibration: Calibration
    former: bool

    def match(self, person_id: str, cosine: float) -> Match:
        """Return what a *cosine* with the query says; it is less by the query's reach."""
        cosine *= self.reach
        return Match(person_id, self.calibration.similarity(cosine), cosine, self.former)


def _person(copies: Follower, person_id: str) -> tuple[Any, ...]:
    person = copies.people.get(person_id)
    if person is None:
        raise NotFoundError(f"there is no person {person_id}")
    return person


def _credentials(person_id: str, person: tuple[Any, ...]) -> Credentials:
    _, valid_from, valid_until, badges, suspended, look_alikes, groups, has_pin = person
    return Credentials(
        person_id=person_id,
        valid_from=from_text_or_none(valid_from),
        valid_until=from_text_or_none(valid_until),
        badges=tuple(badge_of(badge) for badge in badges),
        suspended=bool(suspended),
        look_alikes=bool(look_alikes),
        groups=frozenset(groups),
        has_pin=bool(has_pin),
    )


def _refuse_limit(limit: int) -> None:
    if not 1 <= limit <= MOST_NEIGHBOURS:
        raise CollectionError(f"a search gives 1 to {MOST_NEIGHBOURS} matches, not {limit}")
