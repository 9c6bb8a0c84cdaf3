"""What the events add up to: passes over time, reasons for denials, and how alike faces were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from edge.audit import Audit, EventKind, Tally, Wanted
from edge.similarity import similarity_of_fmr
from enroll.admin.event_words import reason_in_words
from enroll.charts import Chart, Group, Series, columns, rows

LET_IN = Series("let in", "bar-good")
TURNED_AWAY = Series("turned away", "bar-bad")

BY_THE_HOUR = timedelta(days=3)
"""Longer spans are shown by the day."""

MOST_COLUMNS = 400

EDGES = (0.0, *(similarity_of_fmr(10.0**-power) for power in range(1, 9)), 100.0)
"""Similarities whose false match rates are powers of ten: even steps of what a match is worth."""


def charts_of(
    audit: Audit, wanted: Wanted, *, since: datetime, until: datetime
) -> tuple[Chart, Chart, Chart]:
    """Return the charts of the decisions that *wanted* fits, between two moments.

    :raises AuditError: if the audit cannot be read.
    """
    decisions = replace(wanted, kinds=(EventKind.DECISION,), since=since, until=until)
    tallies = audit.search.hours(decisions)
    found = audit.search.similarities(decisions, edges=EDGES)
    return (
        _passes(tallies, since, until),
        _reasons(tallies),
        _similarities(found),
    )


def _passes(tallies: Iterable[Tally], since: datetime, until: datetime) -> Chart:
    hourly = until - since <= BY_THE_HOUR
    counts: Counter[tuple[str, bool]] = Counter()
    for tally in tallies:
        counts[_slot(tally.hour, hourly=hourly), tally.outcome == "grant"] += tally.count
    slots: dict[str, str] = {}
    moment = since.astimezone()
    while moment < until and len(slots) < MOST_COLUMNS:
        short = f"{moment:%H}" if hourly else f"{moment:%-d %b}"
        slots.setdefault(_slot(moment, hourly=hourly), short)
        moment = (moment + timedelta(hours=1)).astimezone()
    return columns(
        "Passes per hour" if hourly else "Passes per day",
        "Hour" if hourly else "Day",
        (LET_IN, TURNED_AWAY),
        [
            Group(slot, (counts[slot, True], counts[slot, False]), short)
            for slot, short in slots.items()
        ],
    )


def _slot(moment: datetime, *, hourly: bool) -> str:
    return f"{moment.astimezone():%-d %b %H:00}" if hourly else f"{moment.astimezone():%-d %b %Y}"


def _reasons(tallies: Iterable[Tally]) -> Chart:
    counts: Counter[str] = Counter()
    for tally in tallies:
        if tally.outcome == "deny":
            counts[reason_in_words(tally.reason) or "no reason"] += tally.count
    groups = [Group(reason, (count,)) for reason, count in counts.most_common()]
    return rows("Why people were turned away", "Reason", TURNED_AWAY, groups)


def _similarities(found: dict[str, tuple[int, ...]]) -> Chart:
    none = (0,) * (len(EDGES) - 1)
    granted, denied = found.get("grant", none), found.get("deny", none)
    return columns(
        "How alike faces were",
        "Similarity",
        (LET_IN, TURNED_AWAY),
        [
            Group(f"{low:.4g} to {high:.4g} %", (granted[at], denied[at]), f"{low:.4g}")
            for at, (low, high) in enumerate(pairwise(EDGES))
        ],
        width=460,
    )
