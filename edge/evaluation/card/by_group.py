"""Whether rates differ between groups of people: what cannot be said here, and how a site finds out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.evaluation.card.material import Material
from edge.evaluation.card.words import count, percent, rate
from edge.evaluation.groups.differential import LEAST_PEOPLE
from edge.evaluation.groups.own import LEAST_SHOWN, LOWER_FMR
from edge.evaluation.groups.rates import RULE_OF_THREE
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class ByGroup:
    """How many *people* the collection has, of *labelled* of whom it says to which group they belong."""

    people: int
    labelled: int = 0


def measured(material: Material) -> ByGroup:
    """Count who could be divided into groups: the collection has photos and names, nothing else."""
    return ByGroup(people=len(material.people))


def markdown(result: ByGroup) -> str:
    """Return the section."""
    claimed = fmr_of_similarity(UNLOCK_SIMILARITY)
    pairs = RULE_OF_THREE / claimed
    return f"""\
## By group of people

**Unknown.** Of {count(result.people)} people {count(result.labelled)} are labelled with what they said of themselves, and to guess
sex, age or origin from a name or a face is not measuring. Other evaluations, NIST's FRTE above all, found with most
algorithms that false matches differ between groups by far more than misses do. Nothing here says that this one is better.

A site measures its own people, before a face is asked of anybody:

```console
$ ostiary evaluate --own FOLDER      # a folder of photos per person, and groups.csv, if somebody said which group is hers
```

It compares one photo with one; with `--fuse 3` three with three, as a door does. It tells, for everybody and for each group
of the columns that the site chose, how often she is not found, refused by the quality gate (and why), rejected (FNMR) and
taken for another of her group (FMR), at the threshold that a door demands of so
many people, each with a 95 % interval over people; the highest rate over the lowest, and whether that is more than luck
(such variation is what ISO/IEC 19795-10 is about). Groups of fewer than {LEAST_PEOPLE} people are not compared, of fewer than
{LEAST_SHOWN} not even shown. None seen among *n* people leaves {RULE_OF_THREE:g} / *n* open: to see a rate of {rate(claimed)} takes
{count(round(pairs))} pairs of strangers, {count(math.ceil(math.sqrt(2 * pairs)))} people of one group; so strangers are also counted at the lower
threshold that claims {percent(LOWER_FMR, 1)}. Nothing is kept: no vector, no name, no file but the ones you brought. What to
ask people before, and to delete afterwards: [privacy.md](privacy.md#measuring-your-own-people).
"""
