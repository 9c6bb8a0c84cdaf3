"""What the similarity claims, and what was seen: the calibration, fitted and held out."""

from __future__ import annotations

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
from edge.evaluation.tail import Counted, counted, tail_from
from edge.evaluation.templates import make_templates
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity, similarity_of_fmr

SIMILARITIES = (93.7, 95.0, 97.5, 99.0, 99.4, 99.6, 99.75)
HELD_OUT = (93.7, 97.5, 99.0, 99.4)
SPLITS = 10
FUSED = (1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One similarity: the cosine, the claim, what was *seen*; *interval* is of the observed FMR."""

    similarity: float
    cosine: float
    claimed_fmr: float
    seen: Counted
    interval: Interval

    @property
    def ratio(self) -> float:
        """Observed over claimed."""
        return self.seen.rate / self.claimed_fmr

    @property
    def ratio_per_people(self) -> float:
        """The same with every pair of people counted once."""
        return self.seen.per_people / self.claimed_fmr


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

    *listed* are the claims without the listed faults, *held_out* and *held_out_listed* those on people
    whom the calibration was not fitted to; *held_out_fused* is fitted to single photos and held
    against fused ones of others, without the listed faults.
    """

    provenance: str
    lowest_fmr: float
    reached: tuple[Reached, ...]
    listed: Reached
    held_out: tuple[HeldOut, ...]
    held_out_listed: tuple[HeldOut, ...]
    held_out_fused: tuple[HeldOut, ...]


def measured(material: Material, splits: int = SPLITS) -> Promise:
    """Compare strangers, and fit the calibration anew on halves of them, so many times."""
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
    held_out = hold_out(single, similarities=HELD_OUT, splits=splits)
    held_out_listed = hold_out(clean, similarities=HELD_OUT, splits=splits, never=never)
    fused_clean = make_templates(kept, people, fused=FUSED[-1])
    held_out_fused = hold_out(
        clean, similarities=HELD_OUT, splits=splits, never=never, held=fused_clean
    )
    return Promise(
        provenance=material.calibration.provenance,
        lowest_fmr=10 ** material.calibration.log10_fmrs[-2],
        reached=tuple(reached),
        listed=_reached(material, clean, 1, never=never),
        held_out=held_out,
        held_out_listed=held_out_listed,
        held_out_fused=held_out_fused,
    )


def _reached(
    material: Material, templates: Templates, fused: int, *, never: Collection[tuple[int, int]]
) -> Reached:
    cosines = {each: material.calibration.cosine(each) for each in SIMILARITIES}
    tail = tail_from(templates, min(cosines.values()))
    each = np.bincount(templates.people, minlength=len(material.people))
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
                seen=counted(one, other, each),
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


def markdown(result: Promise) -> str:
    """Return the section."""
    single, fused = result.reached
    at, fused_at = single.at(UNLOCK_SIMILARITY), fused.at(UNLOCK_SIMILARITY)
    far, clean_far = single.points[-1], result.listed.points[-1]
    held, clean = _at(result.held_out), _at(result.held_out_listed)
    of_fused = _at(result.held_out_fused)
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

* **At {UNLOCK_SIMILARITY:g} % the promise is {_word(at.ratio)}**: {count(at.seen.events)} of {count(at.seen.pairs)} pairs of
  strangers reach it, {rate(at.seen.rate, 4)}, where {target(at.claimed_fmr)} is claimed. They come from {count(at.seen.people)}
  pairs of people; the two who are most alike make {count(at.seen.most)} of them.
* **Fused faces**: {count(fused_at.seen.events)} of {count(fused_at.seen.pairs)} pairs of sets reach it, {times(fused_at.ratio)}
  times what is claimed; {count(fused_at.seen.most)} of these are of one pair of people. With every pair of people counted
  once it is {times(fused_at.ratio_per_people)} times: {_word(fused_at.ratio_per_people)}.
* **Beyond the last knot**, at {far.similarity:g} %, {count(far.seen.events)} pairs are {times(far.ratio)} times what is
  claimed; without the listed faults {count(clean_far.seen.events)}, {times(clean_far.ratio)} times.
* Relatives are not strangers: whoever has a twin needs a second factor; no face recognition replaces it. A door marks
  look-alikes when they are enrolled.
* Intervals are of the observed FMR, at 95 %, and resample the people on both sides of a pair (pigeonhole bootstrap, 1,000
  replicates): they say how it would be with other people.

The table was fitted to these very people. So it was also fitted to one half of them and held against the other,
{len(held.ratios) // 2} times by chance, both ways. Observed ÷ claimed FMR of the half that was held out:

{_held(result)}

At {UNLOCK_SIMILARITY:g} % it stayed at or below the claim in {held.kept} of {len(held.ratios)} halves, without the listed
faults in {clean.kept} of {len(clean.ratios)}, for fused faces in {of_fused.kept} of {len(of_fused.ratios)}. A fit to single
photos that is right on the average is above in half of them. A pair of relatives with hundreds of photos is in the half
that is fitted, in the half that is held out, or torn apart, and decides the ratio where it is.
"""


def _at(held: tuple[HeldOut, ...]) -> HeldOut:
    return next(one for one in held if one.similarity == UNLOCK_SIMILARITY)


def _table(reached: Reached) -> str:
    return table(
        (
            "similarity", "cosine", "FMR claimed", "FMR observed", "95 %", "strangers accepted",
            "pairs of people", "observed ÷ claimed", "every pair of people once",
        ),
        (
            (
                f"{one.similarity:g} %",
                f"{one.cosine:.4f}",
                rate(one.claimed_fmr),
                rate(one.seen.rate),
                f"{rate(one.interval.low)}–{rate(one.interval.high)}",
                count(one.seen.events),
                count(one.seen.people),
                times(one.ratio),
                times(one.ratio_per_people),
            )
            for one in reached.points
        ),
    )  # fmt: skip


def _held(result: Promise) -> str:
    kinds = (result.held_out, result.held_out_listed, result.held_out_fused)
    return table(
        (
            "similarity", "median", "lowest–highest",
            "without the listed faults", "lowest–highest",
            "the same, three fused", "lowest–highest",
        ),
        (
            (f"{each[0].similarity:g} %", *(cell for one in each for cell in _ratios(one)))
            for each in zip(*kinds, strict=True)
        ),
    )  # fmt: skip


def _ratios(one: HeldOut) -> tuple[str, str]:
    return times(one.median), f"{times(min(one.ratios))}–{times(max(one.ratios))}"


def _word(ratio: float) -> str:
    """Say whether a promise is kept: so many pairs and not one more may reach the cosine."""
    return "kept" if ratio <= 1 + 1e-9 else "broken"
