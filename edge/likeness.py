"""How alike people are to whom a door already knows: who she is, and for whom she could be taken."""

from __future__ import annotations

from collections.abc import Sequence

from edge.collection.collections import Collections
from edge.collection.fused import LEAST_WEIGHT, former_fused_of, fused_of
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.domain import Embedding, Match, fuse
from edge.examining import Examined, Examiner
from edge.similarity import UNLOCK_SIMILARITY
from edge.storage.database import Database

MOST_LOOK_ALIKES = 10
"""People that are named, and marked, as like one person: more of them are a fault of the photos."""


class Likeness:
    """Compares faces with the people of one collection, and these with each other."""

    def __init__(self, *, database: Database, gallery: Gallery, examiner: Examiner) -> None:
        self._database = database
        self._people = People(database)
        self._gallery = gallery
        self._examiner = examiner

    def recognize(self, examined: Examined) -> Match | None:
        """Return the person most alike, as a door would find her, or None if nobody is enrolled."""
        return next(iter(self._gallery.search_people(examined.embedding, limit=1)), None)

    def look_alikes(self, examined: Sequence[Examined]) -> tuple[Match, ...]:
        """Return the people for whom a door could take the one in *examined*, most alike first."""
        if not examined:
            return ()
        found = self._gallery.search_people(fused(examined), limit=MOST_LOOK_ALIKES)
        return tuple(match for match in found if match.similarity > UNLOCK_SIMILARITY)

    def look_alike(self, examined: Sequence[Examined]) -> Match | None:
        """Return the most alike of :meth:`look_alikes`, if any."""
        return next(iter(self.look_alikes(examined)), None)

    def between(self, one: str, other: str) -> float | None:
        """Return how alike two people's stored faces are, in percent.

        None if either has none, or they have none by the same embedder.

        :raises NotFoundError: if one of them does not exist, or they are of two collections.
        """
        collection = Collections(self._database).describe(self._people.get(other).collection_id)
        _ = self._people.get(one)
        likenesses = []
        for stored, calibration in (
            (fused_of, self._examiner.calibration),
            (former_fused_of, self._examiner.former_calibration),
        ):
            his, hers = (stored(self._database, collection, each) for each in (one, other))
            if his is not None and hers is not None and calibration is not None:
                likenesses.append(calibration.similarity(his.cosine(hers)))
        return max(likenesses, default=None)

    def to_herself(self, person_id: str, examined: Sequence[Examined]) -> float | None:
        """Return how alike *examined* is to a person's stored faces, in percent; None without.

        While the site changes its embedder, faces of the former one say it as well.
        """
        person = self._people.get(person_id)
        if not (examined and (person.faces or person.former_faces)):
            return None
        return self._gallery.compare(person_id, fused(examined)).similarity


def fused(examined: Sequence[Examined]) -> Embedding:
    """Return what a door would search if these faces were enrolled."""
    return fuse(
        [each.embedding for each in examined],
        [max(each.face.quality.weight, LEAST_WEIGHT) for each in examined],
    )
