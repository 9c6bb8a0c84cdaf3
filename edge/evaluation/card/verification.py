"""One photo against one photo: all pairs, with and without the known faults of the collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.evaluation.card.material import Material
from edge.evaluation.card.rates import Rates, rates_of
from edge.evaluation.card.words import between, count, percent, table, target
from edge.evaluation.dataset import Photo
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.intervals import wilson
from edge.evaluation.measure import Measured
from edge.evaluation.pairs import compare_all
from edge.evaluation.protocol import FoldAccuracy, fold_accuracy, stem_of, without
from edge.evaluation.subject import Sight
from edge.evaluation.templates import make_templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Error rates of single photos: *everything*, and without what the list leaves *out*.

    *not_found* is how many of *photos* do not show the person meant. *folds* is the accuracy on the
    listed pairs, None where there are none.
    """

    photos: int
    not_found: int
    everything: Rates
    listed: Rates
    left_out_people: int
    left_out_photos: int
    left_out_pairs: int
    folds: FoldAccuracy | None
    folds_listed: FoldAccuracy | None


def measured(material: Material) -> Verification:
    """Compare all pairs, twice."""
    material.progress("all pairs, nothing left out")
    everything = _compared(material, material.measured, Exclusions())
    material.progress("all pairs, without the listed faults")
    left_out = material.exclusions
    kept = {photo: one for photo, one in material.measured.items() if left_out.keeps(photo)}
    listed = _compared(material, kept, left_out)
    vectors = {
        stem_of(photo.name): one.embedding.vector
        for photo, one in material.measured.items()
        if one.embedding is not None
    }
    folds = material.folds
    return Verification(
        photos=len(material.measured),
        not_found=sum(one.sight is not Sight.FOUND for one in material.measured.values()),
        everything=everything,
        listed=listed,
        left_out_people=len(left_out.people),
        left_out_photos=len(left_out.photos),
        left_out_pairs=len(left_out.pairs),
        folds=fold_accuracy(folds, vectors) if folds else None,
        folds_listed=fold_accuracy(without(left_out, folds), vectors) if folds else None,
    )


def _compared(material: Material, photos: Mapping[Photo, Measured], left_out: Exclusions) -> Rates:
    people = material.people
    templates = make_templates(photos, people)
    never = [(people[one], people[other]) for one, other in left_out.pairs]
    return rates_of(templates, compare_all(templates, never=never), material.calibration)


def markdown(result: Verification) -> str:
    """Return the section."""
    every, listed = result.everything, result.listed
    interval = wilson(result.not_found, result.photos)
    rows = [
        ["", "nothing left out", "without the listed faults"],
        [
            "pairs of one person, of strangers",
            f"{count(every.genuine)}, {count(every.impostors)}",
            f"{count(listed.genuine)}, {count(listed.impostors)}",
        ],
        ["equal error rate", _share(every.equal_error_rate), _share(listed.equal_error_rate)],
        [
            "accuracy on the listed pairs, ten folds",
            _accuracy(result.folds),
            _accuracy(result.folds_listed),
        ],
    ]
    return f"""\
## One photo against one

All pairs of all photos. The person meant was not found in {count(result.not_found)} of {count(result.photos)} photos
(95 % interval {between(interval)} %, Wilson). The listed faults are {count(result.left_out_people)} people,
{count(result.left_out_photos)} photos and {count(result.left_out_pairs)} pairs of people who are one person under two
names, relatives, or in a wrong folder, each told with its reason in
[bench/lfw_exclusions.txt](../bench/lfw_exclusions.txt); the standard error is that of the mean over the folds.

{table(rows[0], rows[1:])}

Nothing left out:

{_table(every)}

Without the listed faults:

{_table(listed)}

The intervals are of the FNMR, at 95 %, and resample people instead of pairs (bootstrap, 1,000 replicates): a person with
many photos makes many pairs, and other people would have given other figures.
"""


def _table(rates: Rates) -> str:
    return table(
        ("FMR at most", "cosine", "similarity", "strangers accepted", "FNMR", "95 %", "TMR"),
        (
            (
                target(row.target),
                f"{row.point.threshold:.4f}",
                f"{row.similarity:.2f} %",
                count(row.point.false_matches),
                percent(row.point.fnmr, 3),
                between(row.interval),
                percent(row.point.tmr, 3),
            )
            for row in rates.rows
        ),
    )


def _share(rate: float | None) -> str:
    return "–" if rate is None else percent(rate)


def _accuracy(folds: FoldAccuracy | None) -> str:
    if folds is None:
        return "–"
    return (
        f"**{percent(folds.mean)}** ± {100 * folds.standard_error:.2f}, {count(folds.pairs)} pairs"
    )
