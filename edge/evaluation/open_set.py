"""Open-set identification: a gallery of people, its members who come back, and strangers.

Each draw makes a gallery anew by chance: who is enrolled, with which photos, and with which others
each comes back. Nobody's probe shares a photo with her enrolment. Strangers are people of whom the
collection has one photo alone, so nobody is a stranger in one draw and enrolled in another; where
several photos are shown, also whoever is not enrolled and has enough of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Embedding
from edge.errors import EvaluationError
from edge.evaluation.measure import Measured
from edge.evaluation.templates import fused_shots

SEED = 19795


@dataclass(frozen=True, slots=True)
class Setting:
    """A gallery of *people*, each with up to *enrolled* photos, searched with *shown* fused ones."""

    people: int
    enrolled: int
    shown: int


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """What every probe found, over all draws; one entry a probe.

    *person*: who is shown, by number. *best* and *second*: whom the gallery has most alike, by
    number, with the cosines of both. *known*: whether the one shown is enrolled.
    """

    person: NDArray[np.int32]
    known: NDArray[np.bool_]
    best: NDArray[np.int32]
    second: NDArray[np.int32]
    best_cosine: NDArray[np.float64]
    second_cosine: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the most alike is the person herself."""
        right: NDArray[np.bool_] = self.known & (self.best == self.person)
        return right

    def of(self, which: NDArray[np.bool_]) -> Searches:
        """Return some of them."""
        return Searches(
            self.person[which],
            self.known[which],
            self.best[which],
            self.second[which],
            self.best_cosine[which],
            self.second_cosine[which],
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """One gallery, and who is shown to it: person and embedding of each."""

    gallery: Sequence[tuple[int, Embedding]]
    members: Sequence[tuple[int, Embedding]]
    strangers: Sequence[tuple[int, Embedding]]


def draws(
    shots: Mapping[int, Sequence[Measured]], setting: Setting, *, times: int
) -> Iterator[Draw]:
    """Yield *times* galleries of *setting*, the same ones every time this is called.

    Whoever has not photos enough for *enrolled* and *shown* fills the gallery with what she has
    and is not searched for.

    :raises EvaluationError: if there are not so many people with two photos.
    """
    able = sorted(person for person, each in shots.items() if len(each) > 1)
    alone = sorted(person for person, each in shots.items() if len(each) == 1)
    if len(able) < setting.people:
        raise EvaluationError(
            f"there are not {setting.people} people with two photos, but {len(able)}."
        )
    chance = np.random.default_rng((SEED, setting.people, setting.enrolled, setting.shown))
    for _ in range(times):
        chosen = sorted(int(each) for each in chance.choice(able, setting.people, replace=False))
        gallery, members = [], []
        for person in chosen:
            mixed = _mixed(shots[person], chance)
            enough = len(mixed) >= setting.enrolled + setting.shown
            enrolled = setting.enrolled if enough else min(setting.enrolled, len(mixed))
            gallery.append((person, fused_shots(mixed[:enrolled])))
            if enough:
                members.append((person, fused_shots(mixed[setting.enrolled :][: setting.shown])))
        yield Draw(gallery, members, _strangers(shots, setting, {*chosen}, alone, chance))


def _strangers(
    shots: Mapping[int, Sequence[Measured]],
    setting: Setting,
    enrolled: set[int],
    alone: Sequence[int],
    chance: np.random.Generator,
) -> list[tuple[int, Embedding]]:
    """Return one probe of each stranger; of one photo where there is one, else of *shown*."""
    found = [(person, fused_shots(shots[person])) for person in alone]
    if setting.shown > 1:
        found += [
            (person, fused_shots(_mixed(each, chance)[: setting.shown]))
            for person, each in sorted(shots.items())
            if person not in enrolled and len(each) >= setting.shown
        ]
    return found


def _mixed(shots: Sequence[Measured], chance: np.random.Generator) -> list[Measured]:
    return [shots[at] for at in chance.permutation(len(shots))]


def search(draw: Draw) -> Searches:
    """Compare everybody shown with the whole gallery; of two at least."""
    people = np.array([person for person, _ in draw.gallery], np.int32)
    shown = [*draw.members, *draw.strangers]
    cosines = _rows(shown) @ _rows(draw.gallery).T
    nearest = np.argpartition(-cosines, 1, axis=1)[:, :2]
    two = np.take_along_axis(cosines, nearest, axis=1)
    order = np.argsort(-two, axis=1)
    nearest = np.take_along_axis(nearest, order, axis=1)
    two = np.take_along_axis(two, order, axis=1)
    return Searches(
        person=np.array([person for person, _ in shown], np.int32),
        known=np.arange(len(shown)) < len(draw.members),
        best=people[nearest[:, 0]],
        second=people[nearest[:, 1]],
        best_cosine=two[:, 0],
        second_cosine=two[:, 1],
    )


def search_all(
    shots: Mapping[int, Sequence[Measured]],
    setting: Setting,
    *,
    times: int,
    progress: Callable[[], object] = lambda: None,
) -> Searches:
    """Search every draw of *setting* and return what was found, one after the other."""
    found = []
    for draw in draws(shots, setting, times=times):
        found.append(search(draw))
        progress()
    return joined(found)


def joined(found: Sequence[Searches]) -> Searches:
    """Return the searches of several draws as one."""
    return Searches(
        *(
            np.concatenate([getattr(one, name) for one in found])
            for name in ("person", "known", "best", "second", "best_cosine", "second_cosine")
        )
    )


def _rows(shown: Sequence[tuple[int, Embedding]]) -> NDArray[np.float64]:
    """Return rows whose products are what :meth:`Embedding.cosine` gives."""
    rows: NDArray[np.float64] = np.stack(
        [embedding.vector.astype(np.float64) * embedding.reach for _, embedding in shown]
    )
    return rows
