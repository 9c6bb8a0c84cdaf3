"""The report for people: tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edge.evaluation.calibration import WITNESSES
from edge.evaluation.report import Comparison, Report

LISTED_FAILURES = 20


def render(report: Report) -> RenderableType:
    """Return *report* as tables, the most important last."""
    return Group(*_photos(report), *(part for one in report.comparisons for part in _pairs(one)))


def _photos(report: Report) -> Iterator[RenderableType]:
    yield Text(
        f"Model {report.model.name} {report.model.digest[:12]}, {report.photos:,} photos of "
        f"{report.people:,} people"
    )
    photos, pairs = report.excluded
    if photos or pairs:
        yield Text(f"Left out by the list: {photos:,} photos, {pairs:,} pairs of people")
    else:
        yield Text("Nothing left out")
    interval = report.failure_interval
    yield Text(
        f"Person not found in {len(report.failures):,} photos "
        f"({_percent(len(report.failures) / report.photos)}; 95 % interval, Wilson: "
        f"{_percent(interval.low)} to {_percent(interval.high)})"
    )
    for failure in report.failures[:LISTED_FAILURES]:
        yield Text(f"  {failure.photo}: {failure.sight}")
    if len(report.failures) > LISTED_FAILURES:
        yield Text(f"  … and {len(report.failures) - LISTED_FAILURES:,} more; --json lists all")
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in report.refusals.reasons)
    yield Text(
        f"The door's quality gate would refuse {report.refusals.photos:,} photos"
        + (f" ({reasons})" if reasons else "")
    )
    if report.folds is not None:
        yield Text(
            f"Accuracy on {report.folds.pairs:,} listed pairs, {len(report.folds.folds)} folds: "
            f"{_percent(report.folds.mean)} ± {_percent(report.folds.standard_error)} (standard "
            f"error; {report.folds.without_face} pairs lacked a face and were rejected)"
        )


def _pairs(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text()
    yield Text(
        f"{comparison.title.capitalize()}: {comparison.templates:,} templates of "
        f"{comparison.people:,} people, all pairs: {comparison.genuine:,} genuine, "
        f"{comparison.impostors:,} impostor",
        style="bold",
    )
    if comparison.equal_error_rate is None:
        yield Text("Error rates need two people, and a person with two templates.")
        return
    yield Text(f"Equal error rate {_percent(comparison.equal_error_rate)}")
    yield _rates_table(comparison)
    yield _reliability_table(comparison)


def _rates_table(comparison: Comparison) -> Table:
    table = Table(
        title="Error rates (ISO/IEC 19795-1)",
        caption="95 % interval of the FNMR: bootstrap over people at this threshold.",
        title_justify="left",
        caption_justify="left",
    )
    for heading in (
        "FMR ≤", "cosine ≥", "similarity %", "false matches", "misses", "FNMR %", "95 %", "TMR %",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for row in comparison.rows:
        table.add_row(
            f"{row.target:.0e}",
            f"{row.point.threshold:.4f}",
            f"{row.similarity:.2f}",
            f"{row.point.false_matches:,}",
            f"{row.point.false_non_matches:,}",
            f"{100 * row.point.fnmr:.3f}",
            f"{100 * row.interval.low:.2f} to {100 * row.interval.high:.2f}",
            f"{100 * row.point.tmr:.3f}",
        )
    return table


def _reliability_table(comparison: Comparison) -> Table:
    table = Table(
        title="Reliability of the similarity",
        caption="Below 1: strangers score this high less often than the similarity says. "
        f"In brackets: fewer than {WITNESSES} pairs expected.",
        title_justify="left",
        caption_justify="left",
    )
    for heading in (
        "similarity %", "cosine ≥", "FMR claimed", "FMR observed", "false matches",
        "observed ÷ claimed", "FNMR %",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for one in comparison.reliability:
        ratio = f"{one.observed.fmr / one.claimed_fmr:.2f}"
        witnessed = one.claimed_fmr * comparison.impostors >= WITNESSES
        table.add_row(
            f"{one.similarity:g}",
            f"{one.observed.threshold:.4f}",
            f"{one.claimed_fmr:.1e}",
            f"{one.observed.fmr:.1e}",
            f"{one.observed.false_matches:,}",
            ratio if witnessed else f"({ratio})",
            f"{100 * one.observed.fnmr:.3f}",
        )
    return table


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
