"""How much a rate differs between groups: the largest over the smallest.

Such variation is what ISO/IEC 19795-10 is about. Groups are compared only where each could show a
rate: without that, the luck of the smallest group would make the headline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.evaluation.groups.rates import Rate

LEAST_PEOPLE = 20
"""People below which a group is not compared: none seen of so many leaves 15 % open."""


@dataclass(frozen=True, slots=True)
class Differential:
    """The groups with the highest and the lowest rate.

    *ratio* is the highest over the lowest, None where in the lowest nothing was seen. *at_least* is
    the same of the bounds that lie nearest each other: by so much the rates differ with confidence;
    at 1 or below the intervals overlap, and no difference is shown. With many groups some differ by
    luck alone. *left_out* are groups too small to be compared.
    """

    highest: str
    lowest: str
    ratio: float | None
    at_least: float
    left_out: tuple[str, ...]

    @property
    def shown(self) -> bool:
        return self.at_least > 1


def differential(rates: Mapping[str, Rate], people: Mapping[str, int]) -> Differential | None:
    """Return how *rates*, by group, differ; None with fewer than two groups that can be compared.

    *people* is how many each group has; so many must have been tried, too.
    """
    large = {
        name: rate.share
        for name, rate in rates.items()
        if min(rate.independent, people[name]) >= LEAST_PEOPLE and rate.share is not None
    }
    if len(large) < 2:
        return None
    highest = max(large, key=lambda name: large[name])
    lowest = min(large, key=lambda name: large[name])
    bound = rates[lowest].interval.high
    return Differential(
        highest=highest,
        lowest=lowest,
        ratio=large[highest] / large[lowest] if large[lowest] else None,
        at_least=rates[highest].interval.low / bound if bound else 0.0,
        left_out=tuple(sorted(set(rates) - set(large))),
    )
