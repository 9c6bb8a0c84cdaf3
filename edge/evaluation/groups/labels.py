"""Who belongs to which group, from a table that the site wrote: who said so of themselves.

The first column is the person, as her folder is named; every other column is one way to divide
people, by words of the site's choice::

    person,glasses,age
    Ann_Example,yes,30 to 50
    Bea_Example,,over 50

An empty cell says nothing: she counts in no group of that column. So does who is not in the table.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import EvaluationError

GROUPS_FILE = "groups.csv"
"""What the table is called in the folder of photos."""

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Labels:
    """The *columns* of the table, and what each person is in each of them, where she is something."""

    columns: tuple[str, ...] = ()
    # Not in the repr: names, and special categories of personal data beside them.
    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def groups(self, column: str) -> dict[str, frozenset[str]]:
        """Return the people of each group of *column*, by the group's name, sorted."""
        groups: dict[str, set[str]] = {}
        for person, said in self.of.items():
            if column in said:
                groups.setdefault(said[column], set()).add(person)
        return {name: frozenset(groups[name]) for name in sorted(groups)}


def read_labels(path: Path, people: Collection[str]) -> Labels:
    """Return what the table at *path* says of *people*.

    :raises EvaluationError: if it cannot be read, lacks its heading, or names somebody twice or
        who has no folder: a misspelt name would silently change the figures. Lines are told by
        their numbers, since an error may be logged, and names may not.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"the table of groups {path} cannot be read: {error}.") from error
    heading = [cell.strip() for cell in rows[0]] if rows else []
    columns = tuple(heading[1:])
    if (
        heading[:1] != [PERSON]
        or not columns
        or not all(columns)
        or len(set(columns)) < len(columns)
    ):
        raise EvaluationError(
            f"the first line of {path} does not say what its columns are.",
            remedy=f'Begin it with "{PERSON}", then a name for each way to divide people, '
            "separated by commas.",
        )
    of: dict[str, dict[str, str]] = {}
    faults = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(heading):
            faults.append(f"line {number} has {len(cells)} cells, not {len(heading)}")
        elif cells[0] not in people:
            faults.append(f"line {number} names somebody without a folder")
        elif cells[0] in of:
            faults.append(f"line {number} names somebody a second time")
        else:
            of[cells[0]] = {
                column: said for column, said in zip(columns, cells[1:], strict=True) if said
            }
    if faults:
        raise EvaluationError(
            f"the table of groups {path} does not fit the folder: {'; '.join(faults)}.",
            remedy="Name each person once, as her folder is named.",
        )
    return Labels(columns, of)
