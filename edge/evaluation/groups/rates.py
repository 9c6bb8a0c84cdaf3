"""Rates of a group, with intervals that know that photos of one person are not independent.

A person whose photos are poor misses often, and one who looks like another is mistaken for her in
every pair of their photos. So people are resampled, not photos or pairs (bootstrap, 1,000
replicates). Where nothing was seen a bootstrap would claim to know that nothing ever happens; there
the rule of three holds, over people: none in *n* leaves a rate of up to 3 / *n* open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.evaluation.intervals import REPLICATES, SEED, Interval, wilson

RULE_OF_THREE = 3.0
"""−ln 0.05: with 95 % confidence a rate of which none was seen in n trials is below 3 / n (J. A.
Hanley, A. Lippman-Hand, JAMA 249, 1983)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """*events* of *trials*, the 95 % *interval*, and how many *independent* trials there were.

    Independent are people, or, of pairs of strangers, pairs of people.
    """

    events: int
    trials: int
    independent: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """The rate, 0 to 1; None where nothing was tried."""
        return self.events / self.trials if self.trials else None

    @property
    def finest(self) -> float | None:
        """The least rate that so many independent trials can tell from none."""
        return RULE_OF_THREE / self.independent if self.independent else None


def rate_of_people(events: NDArray[np.integer], trials: NDArray[np.integer]) -> Rate:
    """Return the rate of what happened *events* times in *trials* of each person, both ``(n,)``.

    People without a trial do not count.
    """
    tried = trials > 0
    events, trials = events[tried], trials[tried]
    least = wilson(int(events.sum()), int(trials.sum()))
    interval = _interval(events, trials, independent=len(trials), least=least)
    return Rate(int(events.sum()), int(trials.sum()), len(trials), interval)


def rate_of_pairs(
    events: NDArray[np.integer], trials: NDArray[np.integer], *, pairs_of_people: int
) -> Rate:
    """Return the rate over pairs of two people, of which each person had *events* in *trials*.

    Every pair is counted with both of its people, so the sums are halved.
    """
    tried = trials > 0
    events, trials = events[tried], trials[tried]
    accepted, pairs = int(events.sum()) // 2, int(trials.sum()) // 2
    interval = _interval(events, trials, independent=pairs_of_people, least=wilson(accepted, pairs))
    return Rate(accepted, pairs, pairs_of_people, interval)


def _interval(
    events: NDArray[np.integer], trials: NDArray[np.integer], *, independent: int, least: Interval
) -> Interval:
    """Return the bootstrap's interval, no narrower than *least*, as if all trials were independent.

    With few people a bootstrap is too sure of itself.
    """
    if not len(trials):
        return Interval(0.0, 1.0)
    open_still = min(1.0, RULE_OF_THREE / independent)
    if not events.any():
        return Interval(0.0, open_still)
    if (events == trials).all():
        return Interval(1.0 - open_still, 1.0)
    draw = np.random.default_rng(SEED)
    chosen = draw.multinomial(len(trials), np.full(len(trials), 1 / len(trials)), size=REPLICATES)
    low, high = np.quantile((chosen @ events) / (chosen @ trials), [0.025, 0.975])
    return Interval(min(float(low), least.low), max(float(high), least.high))
