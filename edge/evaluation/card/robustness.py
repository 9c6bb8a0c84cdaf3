"""What the dark, blur, small faces, masks and the like do to recognition, kind by kind."""

from __future__ import annotations

from edge.evaluation.card.material import Material
from edge.evaluation.card.words import between, count, percent, rate, table
from edge.evaluation.intervals import Interval
from edge.evaluation.robustness.kinds import KINDS, UNCHANGED
from edge.evaluation.robustness.spoiling import spoil_all
from edge.evaluation.robustness.trial import KindResult, Probe, Rate, Robustness, first_two, judge
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity


def measured(material: Material) -> Robustness:
    """Spoil the second photo of everybody who has one, and compare it with everybody's first."""
    material.progress(f"{len(KINDS)} kinds of poor pictures")
    firsts, seconds = first_two(tuple(material.measured))
    enrolled = {
        photo.person: one.embedding
        for photo in firsts
        if (one := material.measured[photo]).embedding is not None
    }
    probes: dict[str, list[Probe]] = {kind.name: [] for kind in KINDS}
    for of_photo in spoil_all(seconds, material.load, jobs=material.jobs):
        for name, probe in of_photo.items():
            probes[name].append(probe)
    return judge(
        probes,
        enrolled,
        similarity=UNLOCK_SIMILARITY,
        cosine=material.calibration.cosine(UNLOCK_SIMILARITY),
    )


def markdown(result: Robustness) -> str:
    """Return the section."""
    claimed = fmr_of_similarity(result.similarity)
    above = [one for one in result.kinds if one.strangers_passed.interval.low > claimed]
    raised = (
        "in no kind is the rate of strangers above it with confidence"
        if not above
        else "above it with confidence: "
        + "; ".join(f"{one.name} ({rate(one.strangers_passed.share)})" for one in above)
    )
    return f"""\
## Poor pictures

Everybody's first photo is enrolled ({count(result.enrolled)} people); the second of those who have one
({count(result.people)} people) is spoilt, the whole picture, before a face is looked for, and compared with her own and
with all others at a similarity of {result.similarity:g} % (cosine {result.cosine:.4f}). One photo against one: a door decides on
three frames or more that its quality gate lets through. Kinds are in `edge/evaluation/robustness/kinds.py`.

{_table(result)}

*FNMR* is of one pair a person, in brackets its 95 % interval (Wilson); *behind the gate* is of the photos that the door's
quality gate lets through; *kept out* is who ends without a match, because she is not found, refused by the gate, or missed.
At a door somebody refused by the gate is told why, and stays before the camera; who is missed behind it is told nothing,
so a kind with few refused and many missed (a moving head, sunglasses) is the weak spot.

Of strangers {result.similarity:g} % claims an FMR of {rate(claimed)}; {raised}. Of the photos that the gate lets through:

{_strangers_table(result)}

The interval is at each end the wider of a bootstrap over the people who are shown, and of Wilson's over all pairs.
*All* counts also photos that the gate refuses, which a door never compares. *{UNCHANGED.name}* has faults of the
collection in it, as all others have: one person under two names is a stranger accepted.
"""


def _table(result: Robustness) -> str:
    return table(
        (
            "the picture", "not found", "refused by the gate", "why", "FNMR, all found",
            "FNMR behind the gate", "kept out",
        ),
        (
            (
                one.name,
                _share(one.not_found),
                _share(one.refused),
                _reasons(one),
                _with_interval(one.missed),
                _with_interval(one.missed_passed),
                f"**{_share(one.kept_out)}**",
            )
            for one in result.kinds
        ),
    )  # fmt: skip


def _strangers_table(result: Robustness) -> str:
    return table(
        ("the picture", "pairs of strangers", "accepted", "FMR", "95 %", "all: accepted", "FMR"),
        (
            (
                one.name,
                count(one.strangers_passed.trials),
                count(one.strangers_passed.events),
                _rate(one.strangers_passed),
                _small(one.strangers_passed.interval),
                count(one.strangers.events),
                _rate(one.strangers),
            )
            for one in result.kinds
        ),
    )


def _reasons(one: KindResult) -> str:
    return ", ".join(
        f"{reason.replace('_', ' ').lower()} {count(number)}"
        for reason, number in one.reasons
        if number >= max(one.refused.events / 50, 1)  # others are noise in a table
    )


def _share(one: Rate) -> str:
    return percent(one.share, 1) if one.trials else "–"


def _with_interval(one: Rate) -> str:
    if not one.trials:
        return "–"
    return f"{percent(one.share, 1)} ({between(one.interval, 1)})"


def _rate(one: Rate) -> str:
    return rate(one.share) if one.trials else "–"


def _small(interval: Interval) -> str:
    return f"{rate(interval.low)} to {rate(interval.high)}"
