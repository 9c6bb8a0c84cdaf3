"""The door's quality gate: what it would refuse, and the errors of the photos it lets through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from edge.domain import QualityReason
from edge.evaluation.card.material import Material
from edge.evaluation.card.rates import Rates, rates_of
from edge.evaluation.card.words import between, count, percent, table, target
from edge.evaluation.intervals import wilson
from edge.evaluation.pairs import compare_all
from edge.evaluation.templates import make_templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """*refused* of *photos* with a face; why, as a photo may be poor in several ways; the rest."""

    photos: int
    refused: int
    reasons: dict[QualityReason, int]
    good: Rates
    everything: Rates


def measured(material: Material) -> Gate:
    """Count what is refused, and compare the rest."""
    material.progress("photos of good quality")
    found = {p: one for p, one in material.measured.items() if one.embedding is not None}
    good = {photo: one for photo, one in found.items() if not one.reasons}
    refused = [one.reasons for one in found.values() if one.reasons]
    rates = []
    for photos in (good, found):
        templates = make_templates(photos, material.people)
        rates.append(rates_of(templates, compare_all(templates), material.calibration))
    return Gate(
        photos=len(found),
        refused=len(refused),
        reasons=dict(Counter(each for reasons in refused for each in reasons).most_common()),
        good=rates[0],
        everything=rates[1],
    )


def markdown(result: Gate) -> str:
    """Return the section."""
    share = result.refused / result.photos
    rows = [
        (
            target(row.target),
            percent(row.point.fnmr, 3),
            "–" if good is None else percent(good.point.fnmr, 3),
            "–" if good is None else between(good.interval),
        )
        for row in result.everything.rows
        for good in (result.good.at(row.target),)
    ]
    return f"""\
## The quality gate

Of {count(result.photos)} photos with a face the door would wait for a better one at {count(result.refused)}, {percent(share)}
(95 % interval {between(wilson(result.refused, result.photos))} %, Wilson): {_reasons(result)}. A photo may be poor in
several ways. One photo against one, all pairs, with the photos of good quality alone:

{table(("FMR at most", "FNMR, all photos", "FNMR, good photos", "95 %"), rows)}
"""


def _reasons(result: Gate) -> str:
    return ", ".join(
        f"{reason.replace('_', ' ').lower()} {count(number)}"
        for reason, number in result.reasons.items()
    )
