"""A site's own people: how often each group is turned away or taken for another, and how sure that is.

Nobody's group is guessed: it is what people said of themselves. Groups of fewer people than
:data:`LEAST_SHOWN` are counted and not shown, since their figures would be somebody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import ModelId, QualityReason
from edge.evaluation.dataset import Photo
from edge.evaluation.groups.counting import Tally, tally
from edge.evaluation.groups.differential import Differential, differential
from edge.evaluation.groups.labels import Labels
from edge.evaluation.groups.rates import Rate, rate_of_pairs, rate_of_people
from edge.evaluation.measure import Measured
from edge.similarity import (
    Calibration,
    fmr_of_similarity,
    gallery_threshold,
    similarity_of_fmr,
)

LEAST_SHOWN = 5
"""People a group needs to be shown by itself."""

LOWER_FMR = 1e-3
"""The false match rate of a second, lower threshold. At a door's threshold a site's own people are
too few to see a stranger accepted; here a hundred times as many are, and whether one group's
strangers are more alike than another's shows."""

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Door:
    """The threshold, in percent, and the lower one; for *people* who may pass."""

    people: int
    similarity: float
    lower: float

    @property
    def claimed(self) -> float:
        """The false match rate that the threshold stands for."""
        return fmr_of_similarity(self.similarity)


@dataclass(frozen=True, slots=True)
class GroupRates:
    """What happens to the *people* of a group; pairs of strangers are both of this group.

    *accepted*: at the door's threshold; *alike*: at the lower one.
    """

    name: str
    people: int
    photos: int
    not_found: Rate
    refused: Rate
    reasons: tuple[tuple[QualityReason, int], ...]
    missed: Rate
    accepted: Rate
    alike: Rate


MEASURES = {
    "photos without her face": "not_found",
    "refused by the quality gate": "refused",
    "pairs of one person rejected (FNMR)": "missed",
    "strangers accepted (FMR)": "accepted",
    "strangers alike at the lower threshold": "alike",
}
"""What is compared between groups, and its name in :class:`GroupRates`."""


@dataclass(frozen=True, slots=True)
class Division:
    """People divided by one column: the groups, *too_small* to show, and *unsaid* people.

    *differentials* by the words of :data:`MEASURES`, None where two groups cannot be compared.
    """

    column: str
    groups: tuple[GroupRates, ...]
    too_small: int
    unsaid: int
    differentials: tuple[tuple[str, Differential | None], ...]


@dataclass(frozen=True, slots=True)
class OwnReport:
    """Everything about a site's own people; totals, and nobody's name.

    *fused*: how many photos were compared as one.
    """

    model: ModelId
    door: Door
    fused: int
    everybody: GroupRates
    divisions: tuple[Division, ...]


def door_of(people: int, *, floor: float, target_fpir: float) -> Door:
    """Return the threshold that a door demands of *people* who may pass, see the settings."""
    similarity = gallery_threshold(people, target_fpir=target_fpir, floor=floor)
    return Door(people, similarity, min(similarity, similarity_of_fmr(LOWER_FMR)))


def own_report(
    measured: Mapping[Photo, Measured],
    labels: Labels,
    *,
    model: ModelId,
    calibration: Calibration,
    door: Door,
    fused: int = 1,
) -> OwnReport:
    """Return what *measured* shows of everybody and of each group of *labels*.

    With *fused* above 1 so many photos of a person count as one, as frames do at a door.
    """
    counts = tally(
        measured,
        threshold=calibration.cosine(door.similarity),
        lower=calibration.cosine(door.lower),
        fused=fused,
    )
    everybody = np.ones(len(counts.people), bool)
    return OwnReport(
        model=model,
        door=door,
        fused=fused,
        everybody=_rates(EVERYBODY, counts, everybody),
        divisions=tuple(_division(column, labels, counts) for column in labels.columns),
    )


def _division(column: str, labels: Labels, counts: Tally) -> Division:
    groups = labels.groups(column)
    rates = tuple(
        _rates(name, counts, np.array([person in people for person in counts.people], bool))
        for name, people in groups.items()
        if len(people) >= LEAST_SHOWN
    )
    return Division(
        column=column,
        groups=rates,
        too_small=sum(len(people) for people in groups.values() if len(people) < LEAST_SHOWN),
        unsaid=len(counts.people) - sum(map(len, groups.values())),
        differentials=tuple(
            (
                words,
                differential(
                    {one.name: getattr(one, name) for one in rates},
                    {one.name: one.people for one in rates},
                ),
            )
            for words, name in MEASURES.items()
        ),
    )


def _rates(name: str, counts: Tally, members: NDArray[np.bool_]) -> GroupRates:
    inside = np.ix_(members, members)
    photos, not_found = counts.photos[members], counts.not_found[members]
    pairs = counts.pairs[inside]
    pairs_of_people = int((pairs > 0).sum()) // 2
    reasons: Counter[QualityReason] = Counter()
    for person in np.flatnonzero(members):
        reasons.update(counts.reasons[person])
    return GroupRates(
        name=name,
        people=int(members.sum()),
        photos=int(photos.sum()),
        not_found=rate_of_people(not_found, photos),
        refused=rate_of_people(counts.refused[members], photos - not_found),
        reasons=tuple(reasons.most_common()),
        missed=rate_of_people(counts.missed[members], counts.genuine[members]),
        accepted=rate_of_pairs(
            counts.accepted[inside].sum(axis=1),
            pairs.sum(axis=1),
            pairs_of_people=pairs_of_people,
        ),
        alike=rate_of_pairs(
            counts.alike[inside].sum(axis=1), pairs.sum(axis=1), pairs_of_people=pairs_of_people
        ),
    )
