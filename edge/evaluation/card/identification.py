"""Open-set identification: who of N people is it, if anybody; and whom strangers are taken for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge.evaluation.card.material import Material
from edge.evaluation.card.words import between, count, percent, table
from edge.evaluation.judging import Identified, Share, judged
from edge.evaluation.measure import Measured
from edge.evaluation.open_set import Setting, search_all
from edge.evaluation.templates import shots_of
from edge.similarity import TARGET_FPIR

GALLERIES = (500, 1000, 1680)
WAYS = ((1, 1), (1, 3), (3, 1), (3, 3))
SETTINGS = tuple(Setting(people, *way) for people in GALLERIES for way in WAYS)
TIMES = 10
"""Galleries that are drawn for each setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """Every setting; and again without what the list of faults leaves out."""

    settings: tuple[Identified, ...]
    listed: tuple[Identified, ...]

    def of(self, people: int, enrolled: int, shown: int) -> Identified:
        """Return one setting, nothing left out.

        :raises StopIteration: if it was not tried.
        """
        wanted = (people, enrolled, shown)
        return next(one for one in self.settings if (one.people, one.enrolled, one.shown) == wanted)


def measured(material: Material, settings: Collection[Setting] = SETTINGS) -> Identification:
    """Search every setting."""
    numbers = material.people
    faults = material.exclusions
    pairs = {frozenset((numbers[one], numbers[other])) for one, other in faults.pairs}
    kept = {photo: one for photo, one in material.measured.items() if faults.keeps(photo)}
    every, clean = shots_of(material.measured, numbers), shots_of(kept, numbers)
    found, listed = [], []
    for setting in settings:
        material.progress(
            f"{setting.people} people with {setting.enrolled} photos, {setting.shown} shown"
        )
        found.append(_judged(material, every, setting, pairs=()))
        listed.append(_judged(material, clean, setting, pairs=pairs))
    return Identification(settings=tuple(found), listed=tuple(listed))


def _judged(
    material: Material,
    shots: Mapping[int, Sequence[Measured]],
    setting: Setting,
    *,
    pairs: Collection[frozenset[int]],
) -> Identified:
    """Search, leaving out whoever is found to be the other one of a listed pair.

    With photos left out there may be fewer people with two than the setting wants.
    """
    able = sum(len(each) > 1 for each in shots.values())
    setting = replace(setting, people=min(setting.people, able))
    found = search_all(shots, setting, times=TIMES)
    meant = zip(found.person.tolist(), found.best.tolist(), strict=True)
    kept = found.of(np.array([frozenset(pair) not in pairs for pair in meant], bool))
    alone = {person for person, each in shots.items() if len(each) == 1}
    return judged(kept, setting, material.calibration, alone=alone, draws=TIMES)


def markdown(result: Identification) -> str:
    """Return the section."""
    first = result.settings[0]
    return f"""\
## Who of N people, if anybody

Open-set identification. Each line is {first.draws} galleries, drawn by chance with a fixed seed, of people who have two
photos or more; who has not photos enough for both sides fills the gallery with what she has, and is not searched for.
Every member whose photos suffice comes once to each gallery, with photos that are not enrolled. The strangers are the
{count(first.strangers)} people with one photo alone, each before every gallery. The threshold is the one that the
door takes by itself for so many people; its target is an FPIR of {percent(TARGET_FPIR, 1)}.

{_automatic(result.settings)}

The same without the probes that the listed faults concern:

{_automatic(result.listed)}

Strangers of three photos are those who are not enrolled and have as many. A stranger who shows one photo is as one
whose three frames are alike, one who shows three fused ones as one whose frames have nothing in common but her: a door
lies between them. Intervals are at 95 % and resample people (bootstrap).

What the threshold would have to be for strangers of one photo to reach an FPIR, and what it costs:

{_chosen(result.settings)}

![Detection error trade-off of identification](pictures/det-identification.svg)

What the door's whole rule answers, with its margin of the best over the second (`edge.door.identify`):

{_door(result.settings)}
"""


def _automatic(settings: Iterable[Identified]) -> str:
    return table(
        (
            "people", "photos enrolled, shown", "threshold", "FPIR, one photo", "95 %",
            "FPIR, three fused", "95 %", "FNIR", "95 %", "searches of members, of strangers",
        ),
        (
            (
                *_setting(one),
                f"{one.threshold:.2f} %",
                percent(one.fpir.share),
                between(one.fpir.interval),
                "–" if one.fpir_fused is None else percent(one.fpir_fused.share),
                "–" if one.fpir_fused is None else between(one.fpir_fused.interval),
                f"**{percent(one.fnir.share)}**",
                between(one.fnir.interval),
                f"{count(one.fnir.trials)}, {count(one.fpir.trials)}",
            )
            for one in settings
        ),
    )  # fmt: skip


def _chosen(settings: Iterable[Identified]) -> str:
    settings = tuple(settings)
    rates = settings[0].at_rates
    return table(
        (
            "people", "photos enrolled, shown",
            *(f"{what} at FPIR {percent(at.fpir, 1)}" for at in rates for what in ("similarity", "FNIR")),
        ),
        (
            (
                *_setting(one),
                *(
                    cell
                    for at in one.at_rates
                    for cell in (f"{at.similarity:.2f} %", percent(at.fnir))
                ),
            )
            for one in settings
        ),
    )  # fmt: skip


def _door(settings: Iterable[Identified]) -> str:
    return table(
        (
            "people", "photos enrolled, shown", "strangers let in", "95 %", "members missed",
            "95 %", "of these in doubt", "members taken for another",
        ),
        (
            (
                *_setting(one),
                percent(one.door.let_in.share),
                between(one.door.let_in.interval),
                percent(one.door.missed.share),
                between(one.door.missed.interval),
                percent(one.door.doubted.share),
                _of(one.door.confused),
            )
            for one in settings
        ),
    )  # fmt: skip


def _setting(one: Identified) -> tuple[str, str]:
    return count(one.people), f"{one.enrolled}, {one.shown}"


def _of(share: Share) -> str:
    return f"{count(share.events)} of {count(share.trials)}"
