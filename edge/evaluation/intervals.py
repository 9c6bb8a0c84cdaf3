"""95 % intervals: Wilson's for independent photos, a bootstrap over people for pairs.

Pairs are not independent: one person with 500 photos gives 125,000 genuine pairs, and a poor photo
spoils 499 of them. Resampling whole people (a person-level bootstrap, percentile interval) tells
how far the figure would move with other people; an interval for independent trials would claim to
know it many times better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959964
"""The standard normal's 97.5 % quantile."""

REPLICATES = 1000
SEED = 19795  # any fixed number: the same comparisons give the same interval


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a rate lies with 95 % confidence."""

    low: float
    high: float


def wilson(events: int, trials: int) -> Interval:
    """Return Wilson's score interval of *events* in independent *trials* (Wilson 1927)."""
    if trials == 0:
        return Interval(0.0, 1.0)
    share, square = events / trials, Z_95**2
    centre = share + square / (2 * trials)
    spread = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    scale = 1 + square / trials
    return Interval(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def bootstrap_people(
    misses: NDArray[np.bool_], people: NDArray[np.int32], *, replicates: int = REPLICATES
) -> Interval:
    """Return the interval of a rate over pairs, resampling the people the pairs belong to.

    *misses* says for each pair whether it failed, *people* whose pair it is, both ``(n,)``, n > 0.
    """
    _, person = np.unique(people, return_inverse=True)
    pairs = np.bincount(person).astype(np.float64)
    failed = np.bincount(person, weights=misses)
    draw = np.random.default_rng(SEED)
    chosen = draw.multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=replicates)
    low, high = np.quantile((chosen @ failed) / (chosen @ pairs), [0.025, 0.975])
    return Interval(float(low), float(high))


def spread_of_counts(
    events: NDArray[np.integer], trials: int, *, replicates: int = REPLICATES
) -> Interval:
    """Return the interval of a rate over pairs where each probe has *events* in *trials* of its own.

    The wider, at each end, of a bootstrap over the probes, ``(n,)``, and of Wilson's over all pairs:
    the first knows that one face is mistaken for many, the second that none seen is not none.
    """
    pairs = len(events) * trials
    wide = wilson(int(events.sum()), pairs)
    if not pairs or not events.any():
        return wide
    draw = np.random.default_rng(SEED)
    chosen = draw.multinomial(len(events), np.full(len(events), 1 / len(events)), size=replicates)
    low, high = np.quantile((chosen @ events) / pairs, [0.025, 0.975])
    return Interval(min(wide.low, float(low)), max(wide.high, float(high)))


def bootstrap_strangers(
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    templates: NDArray[np.int64],
    *,
    replicates: int = REPLICATES,
) -> Interval:
    """Return the interval of a rate over pairs of strangers, resampling the people on both sides.

    *one* and *other*, ``(n,)``: whose pair each false match is. *templates*, ``(people,)``: how many
    each person has, which tells all pairs there are. A pair counts as often as both its people are
    drawn (the pigeonhole bootstrap, Owen 2007), so that two brothers with hundreds of photos are one
    chance event and not tens of thousands. Without a false match the interval goes up to the rate
    that would have shown one with 97.5 %, were pairs independent.
    """
    if not len(one):
        pairs = (templates.sum() ** 2 - (templates**2).sum()) / 2
        return Interval(0.0, min(1.0, -math.log(0.025) / max(float(pairs), 1.0)))
    codes, events = np.unique(
        np.minimum(one, other).astype(np.int64) * len(templates) + np.maximum(one, other),
        return_counts=True,
    )
    first, second = np.divmod(codes, len(templates))
    people = np.flatnonzero(templates)
    draw = np.random.default_rng(SEED)
    rates = np.empty(replicates)
    for at in range(replicates):
        drawn = np.zeros(len(templates))
        drawn[people] = draw.multinomial(len(people), np.full(len(people), 1 / len(people)))
        weighted = drawn * templates
        pairs = (weighted.sum() ** 2 - (weighted**2).sum()) / 2
        # A few people may all be drawn as one: then there is no pair, and none that is alike.
        rates[at] = (drawn[first] * drawn[second]) @ events / max(pairs, 1.0)
    low, high = np.quantile(rates, [0.025, 0.975])
    return Interval(float(low), float(high))
