"""Several photos of a person against several: what badge and door really compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.evaluation.card.material import Material
from edge.evaluation.card.rates import Rates, rates_of
from edge.evaluation.card.words import between, count, percent, table, times
from edge.evaluation.grid import first_cell_from
from edge.evaluation.intervals import Interval, bootstrap_people
from edge.evaluation.pairs import compare_all, compare_between
from edge.evaluation.tail import Counted, counted, tail_between, tail_from
from edge.evaluation.templates import make_templates, make_two_kinds
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity

WAYS = ((1, 1), (1, 3), (3, 1), (3, 3), (5, 1), (5, 3), (5, 5))
"""Photos enrolled, and photos shown: from one lucky frame to what a careful site enrolls."""

CLAIM = fmr_of_similarity(UNLOCK_SIMILARITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """So many photos *enrolled* against so many *shown*; *interval* is of the FNMR at 99 %.

    *strangers* are the false matches there.
    """

    enrolled: int
    shown: int
    rates: Rates
    interval: Interval
    strangers: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusing:
    """Every way that was tried."""

    ways: tuple[Fused, ...]

    def way(self, enrolled: int, shown: int) -> Fused:
        """Return one way.

        :raises StopIteration: if it was not tried.
        """
        return next(one for one in self.ways if (one.enrolled, one.shown) == (enrolled, shown))


def measured(material: Material) -> Fusing:
    """Compare every way."""
    return Fusing(ways=tuple(_way(material, *each) for each in WAYS))


def _way(material: Material, enrolled: int, shown: int) -> Fused:
    material.progress(f"{enrolled} enrolled, {shown} shown")
    cosine = material.calibration.cosine(UNLOCK_SIMILARITY)
    size = len(material.people)
    if enrolled == shown:  # then every set may be compared with every other
        references = make_templates(material.measured, material.people, fused=enrolled)
        comparisons, tail = compare_all(references), tail_from(references, cosine)
        each = np.bincount(references.people, minlength=size)
        strangers = counted(references.people[tail.one], references.people[tail.other], each)
    else:
        references, probes = make_two_kinds(
            material.measured, material.people, enrolled=enrolled, shown=shown
        )
        comparisons = compare_between(references, probes)
        tail = tail_between(references, probes, cosine)
        strangers = counted(
            references.people[tail.one],
            probes.people[tail.other],
            np.bincount(references.people, minlength=size),
            np.bincount(probes.people, minlength=size),
        )
    return Fused(
        enrolled=enrolled,
        shown=shown,
        rates=rates_of(references, comparisons, material.calibration),
        interval=bootstrap_people(
            comparisons.genuine_cells < first_cell_from(cosine), comparisons.genuine_people
        ),
        strangers=strangers,
    )


def markdown(result: Fusing) -> str:
    """Return the section."""
    single, door = result.way(1, 1), result.way(3, 3)
    at_single, at_door = (each.rates.reaching(UNLOCK_SIMILARITY) for each in (single, door))
    told = ""
    if at_single is not None and at_door is not None:
        told = f"""
One photo against one misses {percent(at_single.observed.fnmr)} at {UNLOCK_SIMILARITY:g} %; three against three, the least
that badge and door ask for, miss **{percent(at_door.observed.fnmr, 3)}** (95 % interval {between(door.interval)} %). That is
why a badge wants three photos, and why the door decides on three frames. Of {count(door.strangers.pairs)} pairs of strangers'
sets {count(door.strangers.events)} are accepted, from {count(door.strangers.people)} pairs of people; the two who are most
alike make {count(door.strangers.most)} of them.
"""
    return f"""\
## Several photos against several

Photos of a person are cut, in the order of their names, into sets that share none, and fused as badge and door fuse them:
weighted by quality, compared half-way between the mean of all cosines and the cosine of the means
([decisions.md](decisions.md)). They are photos of different days; the frames
of one approach are more alike, so a door lies between the rows of one photo shown and of three.

{_table(result)}

FNMR at a similarity is at that very threshold, at an FMR at the lowest threshold that keeps it (– : too few pairs to
tell). The interval is of the FNMR at {UNLOCK_SIMILARITY:g} %, at 95 %, over people. The last columns are strangers.

![Detection error trade-off](pictures/det.svg)

A way that missed nobody at any FMR that could be seen has no line.
{told}"""


def _table(result: Fusing) -> str:
    return table(
        (
            "enrolled, shown", "pairs of one person, of strangers", "FNMR at 99 %", "95 %",
            "at 99.4 %", "at 99.75 %", "at FMR 1e-4", "at FMR 1e-5",
            "FMR ÷ claim at 99 %", "every pair of people once",
        ),
        (
            (
                f"{one.enrolled}, {one.shown}",
                f"{count(one.rates.genuine)}, {count(one.rates.impostors)}",
                _at(one.rates, UNLOCK_SIMILARITY),
                between(one.interval),
                _at(one.rates, 99.4),
                _at(one.rates, 99.75),
                _at_fmr(one.rates, 1e-4),
                _at_fmr(one.rates, 1e-5),
                times(one.strangers.rate / CLAIM),
                times(one.strangers.per_people / CLAIM),
            )
            for one in result.ways
        ),
    )  # fmt: skip


def _at(rates: Rates, similarity: float) -> str:
    found = rates.reaching(similarity)
    return "–" if found is None else percent(found.observed.fnmr, 3)


def _at_fmr(rates: Rates, target: float) -> str:
    found = rates.at(target)
    return "–" if found is None else percent(found.point.fnmr, 3)
