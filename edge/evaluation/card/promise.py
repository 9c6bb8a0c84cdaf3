"""What the similarity claims, and what was seen: the calibration, fitted and held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.evaluation.calibration import WITNESSES
from edge.evaluation.card.material import Material
from edge.evaluation.card.words import count, percent, rate, table, target, times
from edge.evaluation.held_out import HeldOut, hold_out
from edge.evaluation.intervals import Interval, bootstrap_strangers
from edge.evaluation.pairs import Templates
from edge.evaluation.tail import tail_from
from edge.evaluation.templates import make_templates
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity, similarity_of_fmr

SIMILARITIES = (93.7, 95.0, 97.5, 99.0, 99.4, 99.6, 99.75)
HELD_OUT = (93.7, 97.5, 99.0, 99.4)
SPLITS = 10
FUSED = (1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One similarity: the cosine, the claim, and the *events* of so many *pairs* of strangers.

    *people* is how many different pairs of people they come from; *interval* is of the observed FMR.
    """

    similarity: float
    cosine: float
    claimed_fmr: float
    events: int
    pairs: int
    people: int
    interval: Interval

    @property
    def observed_fmr(self) -> float:
        return self.events / self.pairs

    @property
    def ratio(self) -> float:
        """Observed over claimed."""
        return self.observed_fmr / self.claimed_fmr


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What strangers reach when sets of *fused* photos are compared with such sets."""

    fused: int
    points: tuple[Point, ...]

    def at(self, similarity: float) -> Point:
        """Return one point.

        :raises StopIteration: if that similarity was not looked at.
        """
        return next(one for one in self.points if one.similarity == similarity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The claims; *lowest_fmr* is the last rate that enough pairs witness.

    *most_alike* is how many of the false matches at the door's similarity come from the one pair of
    people that has most of them. *listed* are the claims without the listed faults, *held_out* and
    *held_out_listed* those on people whom the calibration was not fitted to.
    """

    provenance: str
    lowest_fmr: float
    reached: tuple[Reached, ...]
    listed: Reached
    most_alike: int
    held_out: tuple[HeldOut, ...]
    held_out_listed: tuple[HeldOut, ...]


def measured(material: Material) -> Promise:
    """Compare strangers, and fit the calibration anew on halves of them."""
    people = material.people
    never = [(people[one], people[other]) for one, other in material.exclusions.pairs]
    kept = {
        photo: one for photo, one in material.measured.items() if material.exclusions.keeps(photo)
    }
    single, clean = make_templates(material.measured, people), make_templates(kept, people)
    reached = []
    for fused in FUSED:
        material.progress(f"strangers, {fused} against {fused}")
        templates = make_templates(material.measured, people, fused=fused)
        reached.append(_reached(material, templates, fused, never=()))
    material.progress("the promise on people whom it was not fitted to")
    held_out = hold_out(single, similarities=HELD_OUT, splits=SPLITS)
    held_out_listed = hold_out(clean, similarities=HELD_OUT, splits=SPLITS, never=never)
    return Promise(
        provenance=material.calibration.provenance,
        lowest_fmr=10 ** material.calibration.log10_fmrs[-2],
        reached=tuple(reached),
        listed=_reached(material, clean, 1, never=never),
        most_alike=_most_alike(material, single),
        held_out=held_out,
        held_out_listed=held_out_listed,
    )


def _reached(
    material: Material, templates: Templates, fused: int, *, never: Collection[tuple[int, int]]
) -> Reached:
    cosines = {each: material.calibration.cosine(each) for each in SIMILARITIES}
    tail = tail_from(templates, min(cosines.values()))
    each = np.bincount(templates.people, minlength=len(material.people))
    pairs = int((each.sum() ** 2 - (each**2).sum()) // 2)
    pairs -= sum(int(each[one] * each[other]) for one, other in never)
    points = []
    for similarity, cosine in cosines.items():
        found = tail.reaching(cosine)
        one, other = templates.people[found.one], templates.people[found.other]
        kept = ~_among(one, other, never)
        one, other = one[kept], other[kept]
        points.append(
            Point(
                similarity=similarity,
                cosine=cosine,
                claimed_fmr=fmr_of_similarity(similarity),
                events=len(one),
                pairs=pairs,
                people=len({frozenset(pair) for pair in zip(one, other, strict=True)}),
                interval=bootstrap_strangers(one, other, each),
            )
        )
    return Reached(fused=fused, points=tuple(points))


def _among(
    one: NDArray[np.int32], other: NDArray[np.int32], never: Collection[tuple[int, int]]
) -> NDArray[np.bool_]:
    found = np.zeros(len(one), bool)
    for first, second in never:
        found |= ((one == first) & (other == second)) | ((one == second) & (other == first))
    return found


def _most_alike(material: Material, templates: Templates) -> int:
    """Return how many false matches at the door's similarity one pair of people makes."""
    tail = tail_from(templates, material.calibration.cosine(UNLOCK_SIMILARITY))
    pairs = Counter(
        frozenset(pair)
        for pair in zip(
            templates.people[tail.one].tolist(), templates.people[tail.other].tolist(), strict=True
        )
    )
    return max(pairs.values(), default=0)


def markdown(result: Promise) -> str:
    """Return the section."""
    single, fused = result.reached
    at, fused_at = single.at(UNLOCK_SIMILARITY), fused.at(UNLOCK_SIMILARITY)
    held = next(one for one in result.held_out if one.similarity == UNLOCK_SIMILARITY)
    clean = next(one for one in result.held_out_listed if one.similarity == UNLOCK_SIMILARITY)
    return f"""\
## What the similarity promises

Similarity = 100 · (1 − FMR^0.4), FMR being that of the embedder at a cosine, by a table of knots a fifth of a decade apart
(`bench/calibrate.py`; fitted to: {result.provenance}). The last knot that {WITNESSES} pairs of strangers witness lies at
FMR {rate(result.lowest_fmr)}, which is {percent(similarity_of_fmr(result.lowest_fmr) / 100)}. Beyond it a straight line in
log10 FMR goes on with the flattest slope of the last two decades.

![Claimed against observed FMR](pictures/calibration.svg)

One photo against one, nothing left out:

{_table(single)}

{result.reached[1].fused} photos fused against {fused.fused}, as badge and door compare:

{_table(fused)}

One photo against one, without the listed faults:

{_table(result.listed)}

* **At {UNLOCK_SIMILARITY:g} % the promise is {_word(at)}**: {count(at.events)} of {count(at.pairs)} pairs of strangers reach
  it, {at.observed_fmr:.3g}, where {target(at.claimed_fmr)} is claimed. These come from {count(at.people)} pairs of people;
  the two of them who are most alike make {count(result.most_alike)} of them.
* **Fused faces: {_word(fused_at)}**, {count(fused_at.events)} of {count(fused_at.pairs)}, {rate(fused_at.observed_fmr)}; at
  95 % at most {rate(fused_at.interval.high)}.
* Intervals are at 95 % and resample the people on both sides of a pair (pigeonhole bootstrap, 1,000 replicates): they say
  how it would be with other people.

The table was fitted to these very people. So it was also fitted to one half of them and held against the other, {SPLITS}
times by chance, both ways. Observed ÷ claimed FMR of the half that was held out:

{_held(result)}

At {UNLOCK_SIMILARITY:g} % it stayed at or below the claim in {held.kept} of {len(held.ratios)} halves, without the listed
faults in {clean.kept} of {len(clean.ratios)}. A pair of relatives with hundreds of photos is in the half that is fitted, in
the half that is held out, or torn apart, and decides the ratio where it is.
"""


def _table(reached: Reached) -> str:
    return table(
        (
            "similarity", "cosine", "FMR claimed", "FMR observed", "95 %", "strangers accepted",
            "pairs of people", "observed ÷ claimed",
        ),
        (
            (
                f"{one.similarity:g} %",
                f"{one.cosine:.4f}",
                rate(one.claimed_fmr),
                f"{one.observed_fmr:.2e}".replace("e-0", "e-") if one.events else "0",
                f"{rate(one.interval.low)}–{rate(one.interval.high)}",
                count(one.events),
                count(one.people),
                times(one.ratio),
            )
            for one in reached.points
        ),
    )  # fmt: skip


def _held(result: Promise) -> str:
    rows = zip(result.held_out, result.held_out_listed, strict=True)
    return table(
        (
            "similarity",
            "median",
            "lowest–highest",
            "without the listed faults: median",
            "lowest–highest",
        ),
        (
            (f"{every.similarity:g} %", *(cell for one in (every, clean) for cell in _ratios(one)))
            for every, clean in rows
        ),
    )


def _ratios(one: HeldOut) -> tuple[str, str]:
    return times(one.median), f"{times(min(one.ratios))}–{times(max(one.ratios))}"


def _word(point: Point) -> str:
    """Say whether a promise is kept: so many pairs and not one more may reach the cosine."""
    return "kept" if point.observed_fmr <= point.claimed_fmr * (1 + 1e-9) else "broken"
