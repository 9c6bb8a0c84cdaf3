"""What was tried to make recognition better, and what came of it: the page docs/improvements.md.

    python bench/improvements.py FOLDER [--cache FILE] [--jobs 2] [--without-float] [--write]

FOLDER holds the photos of Labeled Faces in the Wild, one folder per person. Every photo is looked at
in five ways, once; then each try prints a table. 12 minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tries
from looks import FLOATING, VIEWS, Looks, look_at

from edge.config import load_settings
from edge.evaluation.card.words import count, table
from edge.evaluation.dataset import read_dataset
from edge.vision.catalogue.sface import INT8

PAGE = Path(__file__).parents[1] / "docs" / "improvements.md"

_HALVES = (
    f"Whatever there is to choose or to fit was chosen on one half of the people (A), told by a digest of their names; what\n"
    f"counts is the other half (B). At most {tries.MOST} photos of each."
)


@dataclass(frozen=True, slots=True)
class Try:
    """One table, what was done, and what was decided; no figure stands in the words."""

    title: str
    done: str
    headings: Sequence[str]
    rows: Callable[[Looks], Iterable[tuple[str, ...]]]
    decided: str


SECOND = tries.second_embedder

TRIES = (
    Try(
        "A second look, in a mirror",
        "One photo against one, all pairs. A face that is looked at twice counts as the mean of both vectors, made a unit vector\n"
        "again or with its length kept as coherence. It fits nothing, so nobody is left out.",
        tries.PAIRS,
        tries.mirror,
        "**Kept as an embedder of its own, `sface-int8-mirror`** (`models.embedder`), for whoever compares one photo with one, as\n"
        "callers of the API do, and has the time of a second run. It is calibrated by itself, so that its similarity keeps its\n"
        "promise: vectors of two looks taken for vectors of one would let in more strangers than it says. **Not by default:** see\n"
        "the next table. Enrolling twice for a door that looks once breaks the promise, or, with the length kept, gives next to\n"
        "nothing.",
    ),
    Try(
        "A second look, where three are fused",
        "Three photos enrolled, three shown, as badge and door have them; a person's photos in sets that share none.\n"
        "Nobody is left out here, either; most strangers accepted are two brothers with hundreds of photos, whom\n"
        "[accuracy.md](accuracy.md) also leaves out.",
        tries.PAIRS,
        tries.mirror_fused,
        "**Dropped for doors.** Three photos have said what a mirror would add: at equal FMR nothing is gained, and at equal\n"
        "similarity only as much as the promise loses. To show every second frame in a mirror costs no time, and gains nothing\n"
        "either.",
    ),
    Try(
        "A second embedder",
        "The mean of both cosines, one photo against one, people of B (below). The float form of the same network is the only other\n"
        "one that can be had with a licence; it takes two and a half times as long as the one in eight bits.",
        tries.SECOND,
        SECOND,
        "**Dropped.** A look in a mirror gives more and takes less.",
    ),
    Try(
        "Other points where a head is turned",
        f"One photo against one.\n{_HALVES}",
        tries.PAIRS,
        tries.alignment,
        "**Dropped.** The mean of the detector's and the mesh's points is not worse than either by more than chance, however far a head is turned.",
    ),
    Try(
        "Weights that were fitted",
        f"Three against three. A ridge regression tells from size, sharpness, pose, light, cover and confidence how alike a photo\n"
        f"is to the others of the same person.\n{_HALVES}",
        tries.PAIRS,
        tries.weighting,
        "**Dropped.** Nothing carries over to other people. What there is counts hardly more than no weights at all: photos that\n"
        "pass the quality gate are nearly equally good.",
    ),
    Try(
        "Scores measured against the others who are enrolled",
        "A site's own people are the only cohort there may be: templates of other people cannot be shipped. Everybody with two\n"
        f"photos is enrolled by one, strangers are those with one; six draws.\n{_HALVES}",
        tries.IDENTIFICATION,
        tries.cohort,
        "**Dropped.** What helps on one half, or at one rate, does not on the other, or at the next. It would also make a similarity depend on\n"
        "who else is enrolled, so that nobody could say what 99 % means.",
    ),
)


def main() -> None:
    """Look, try and print."""
    options = _options()
    looks = look_at(
        read_dataset(options.folder),
        load_settings(None).models,
        views=[view for view in VIEWS if view != FLOATING or not options.without_float],
        jobs=options.jobs,
        cache=options.cache,
    )
    today = dt.datetime.now(dt.UTC).date().isoformat()
    people = len(set(looks.people.tolist()))
    page = f"""\
# Tried, and what came of it

```console
$ python bench/improvements.py lfw/images --write
```

This page is written by that command. {today}, Labeled Faces in the Wild (deep-funneled), {count(len(looks))} photos of
{count(people)} people, nothing left out; embedder `{INT8.name}`, {INT8.model.digest[:12]}. FMR, FNMR, FPIR, FNIR as in
[accuracy.md](accuracy.md). Tables of halves are not comparable with those of all photos: there one man's 530 photos are
more than half of all pairs of one person.
"""
    for one in TRIES:
        if options.without_float and one.rows is SECOND:
            continue
        print(f"trying: {one.title}", flush=True)
        page += f"\n## {one.title}\n\n{one.done}\n\n{table(one.headings, one.rows(looks))}\n\n{one.decided}\n"
    print(page)
    if options.write:
        PAGE.write_text(page, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="one folder of photos per person")
    parser.add_argument(
        "--cache", type=Path, help="keep the embeddings, which are biometric data, in this file"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes that look at photos")
    parser.add_argument(
        "--without-float", action="store_true", help="leave out the second embedder"
    )
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
