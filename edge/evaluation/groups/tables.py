"""The report on a site's own people: for a terminal, and for programs. Totals alone, no names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from edge.evaluation.groups.differential import LEAST_PEOPLE, Differential
from edge.evaluation.groups.own import LEAST_SHOWN, MEASURES, Division, GroupRates, OwnReport
from edge.evaluation.groups.rates import RULE_OF_THREE, Rate


def render(report: OwnReport) -> RenderableType:
    """Return *report* as tables."""
    return Group(*_head(report), *(part for one in report.divisions for part in _division(one)))


def warnings(report: OwnReport) -> tuple[str, ...]:
    """Return what the figures of *report* cannot tell."""
    door, every = report.door, report.everybody
    said = []
    needed = RULE_OF_THREE / door.claimed
    if every.accepted.independent < needed:
        said.append(
            f"{every.accepted.independent:,} pairs of people are too few to see the door's rate of "
            f"{door.claimed:.1e}: that takes {needed:,.0f} (rule of three). Compare groups at the "
            f"lower threshold, and trust the tables of thousands of people for the rate itself."
        )
    said += [
        f"{division.column}: {one.name} is {one.people} people, too few to be compared; a rate "
        f"below {_percent(one.missed.finest or 1.0)} cannot be told from none."
        for division in report.divisions
        for one in division.groups
        if one.missed.independent < LEAST_PEOPLE
    ]
    said += [
        f"{division.column}: groups of fewer than {LEAST_SHOWN} people are not shown, since their "
        f"figures would be somebody's ({division.too_small} people)."
        for division in report.divisions
        if division.too_small
    ]
    return tuple(said)


def as_json(report: OwnReport) -> dict[str, Any]:
    """Return *report* in types that JSON knows."""
    return {
        "model": {"name": report.model.name, "digest": report.model.digest},
        "door": {
            "people": report.door.people,
            "similarity": report.door.similarity,
            "claimed_fmr": report.door.claimed,
            "lower_similarity": report.door.lower,
        },
        "fused": report.fused,
        "everybody": _group_json(report.everybody),
        "divisions": [
            {
                "column": division.column,
                "groups": [_group_json(one) for one in division.groups],
                "people_in_groups_too_small": division.too_small,
                "people_without_a_group": division.unsaid,
                "differentials": {
                    MEASURES[words]: None if found is None else _differential_json(found)
                    for words, found in division.differentials
                },
            }
            for division in report.divisions
        ],
        "warnings": list(warnings(report)),
    }


def _head(report: OwnReport) -> Iterator[RenderableType]:
    door = report.door
    yield Text(f"Model {report.model.name} {report.model.digest[:12]}")
    yield Text(
        f"Threshold of a door for {door.people:,} people: similarity {door.similarity:.2f} %, "
        f"which claims an FMR of {door.claimed:.1e}; the lower one: {door.lower:.2f} %"
    )
    if report.fused > 1:
        yield Text(f"Compared are sets of {report.fused} photos, fused as a door fuses frames")
    yield _rates_table("Everybody", (report.everybody,))
    for warning in warnings(report):
        yield Text(f"Note: {warning}", style="yellow")


def _division(division: Division) -> Iterator[RenderableType]:
    yield Text()
    yield Text(
        f"{division.column}: {len(division.groups)} groups; of {division.unsaid:,} people nothing "
        "is said",
        style="bold",
    )
    if not division.groups:
        return
    yield _rates_table(f"By {division.column}", division.groups)
    yield _differentials_table(division)


def _rates_table(title: str, groups: Sequence[GroupRates]) -> Table:
    table = Table(
        title=escape(title),
        caption="% with its 95 % interval (people resampled; rule of three where none was seen). "
        "Strangers: pairs within the group.",
        title_justify="left",
        caption_justify="left",
    )
    for heading in (
        "group", "people", "photos", "not found", "refused", "why", "FNMR", "FMR at the door's",
        "FMR at the lower",
    ):  # fmt: skip
        table.add_column(heading, justify="left" if heading in {"group", "why"} else "right")
    for one in groups:
        table.add_row(
            escape(one.name),
            f"{one.people:,}",
            f"{one.photos:,}",
            _rate(one.not_found),
            _rate(one.refused),
            ", ".join(f"{reason} {count}" for reason, count in one.reasons),
            _rate(one.missed),
            _rate(one.accepted),
            _rate(one.alike),
        )
    return table


def _differentials_table(division: Division) -> Table:
    table = Table(
        title="Differential: the highest rate over the lowest",
        caption="At least: the same of the intervals' nearer ends. Above 1 a difference is shown; "
        "at 1 or below none is, which does not mean that there is none.",
        title_justify="left",
        caption_justify="left",
    )
    for heading in ("rate", "highest", "lowest", "ratio", "at least", "too small to compare"):
        table.add_column(heading)
    for words, found in division.differentials:
        if found is None:
            table.add_row(words, "–", "–", "–", "–", "fewer than two groups are large enough")
        elif found.highest == found.lowest:
            table.add_row(words, "–", "–", "–", "the same", escape(", ".join(found.left_out)))
        else:
            table.add_row(
                words,
                escape(found.highest),
                escape(found.lowest),
                "–" if found.ratio is None else f"{found.ratio:.2f}",
                f"{found.at_least:.2f}" if found.shown else "not shown",
                escape(", ".join(found.left_out)),
            )
    return table


def _rate(rate: Rate) -> str:
    if rate.share is None:
        return "–"
    low, high = rate.interval.low, rate.interval.high
    return f"{_percent(rate.share)} ({_digits(low)} to {_digits(high)})"


def _percent(share: float) -> str:
    return f"{_digits(share)} %"


def _digits(share: float) -> str:
    """Write a share in percent with two digits that count."""
    value = 100 * share
    return f"{value:.2g}" if 0 < value < 1 else f"{value:.1f}"


def _group_json(one: GroupRates) -> dict[str, Any]:
    return {
        "name": one.name,
        "people": one.people,
        "photos": one.photos,
        **{name: _rate_json(getattr(one, name)) for name in MEASURES.values()},
        "reasons": {str(reason): count for reason, count in one.reasons},
    }


def _rate_json(rate: Rate) -> dict[str, Any]:
    return {
        "events": rate.events,
        "trials": rate.trials,
        "independent_trials": rate.independent,
        "rate": rate.share,
        "interval_95": [rate.interval.low, rate.interval.high],
    }


def _differential_json(found: Differential) -> dict[str, Any]:
    return {
        "highest": found.highest,
        "lowest": found.lowest,
        "ratio": found.ratio,
        "at_least": found.at_least,
        "shown": found.shown,
        "left_out": list(found.left_out),
    }
