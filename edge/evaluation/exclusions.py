"""What an evaluation leaves out, from a list that is published beside its figures.

Collections of photos hold faults: one person under two names, a photo in the wrong folder. A
figure may be given without them if the list of what was left out is given too. Each line is one
of::

    Ann_Example                     leave out the person
    Ann_Example/Ann_0003.jpg        leave out one photo
    Ann_Example | Bea_Example       never compare these two people
    # a remark
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo


@dataclass(frozen=True, slots=True)
class Exclusions:
    """People, photos (as ``person/file``) and pairs of people that are left out."""

    people: frozenset[str] = frozenset()
    photos: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()

    def keeps(self, photo: Photo) -> bool:
        """Return whether *photo* is compared at all."""
        return photo.person not in self.people and photo.name not in self.photos


def read_exclusions(path: Path, photos: Sequence[Photo]) -> Exclusions:
    """Return what the list at *path* leaves out of *photos*.

    :raises EvaluationError: if the file cannot be read or a line names nothing in *photos*: a
        misspelt exclusion would silently change the figures.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"the list of exclusions {path} cannot be read: {error}.") from error
    return parse_exclusions(lines, photos)


def parse_exclusions(lines: Iterable[str], photos: Sequence[Photo]) -> Exclusions:
    """Return what *lines* leave out of *photos*; see the module for their form.

    :raises EvaluationError: naming every line that fits nothing.
    """
    known_people = {photo.person for photo in photos}
    known_photos = {photo.name for photo in photos}
    people, left_out, pairs, faults = set(), set(), set(), []
    for number, line in enumerate(lines, start=1):
        entry = line.partition("#")[0].strip()
        first, bar, second = (part.strip() for part in entry.partition("|"))
        if not entry:
            continue
        if bar and {first, second} <= known_people and first != second:
            pairs.add((min(first, second), max(first, second)))
        elif not bar and entry in known_people:
            people.add(entry)
        elif not bar and entry in known_photos:
            left_out.add(entry)
        else:
            faults.append(f"line {number}: {entry!r}")
    if faults:
        raise EvaluationError(
            f"{len(faults)} exclusions name nobody in the folder: {'; '.join(faults)}.",
            remedy="Write a person, a person/file, or person | person, as the folders are named.",
        )
    return Exclusions(frozenset(people), frozenset(left_out), frozenset(pairs))
