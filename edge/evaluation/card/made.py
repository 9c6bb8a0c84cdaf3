"""Of what the card was made, when, by which command: the head of the page."""

from __future__ import annotations

from dataclasses import dataclass

from edge.evaluation.card.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What all sections have in common.

    *collection* is what the photos are called. *machine* is the kind of processor, nothing that
    would tell one machine from another. *days* is when each section was measured, by its name.
    """

    collection: str
    photos: int
    people: int
    embedder: str
    sha256: str
    command: str
    machine: str
    python: str
    days: dict[str, str]


def markdown(made: Made) -> str:
    """Return the head of the page."""
    days = sorted(set(made.days.values()))
    when = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    each = (
        ""
        if len(days) == 1
        else "\nBy section: "
        + ", ".join(f"{name.replace('_', ' ')} {day}" for name, day in sorted(made.days.items()))
        + ".\n"
    )
    return f"""\
# How accurate

```console
$ {made.command}
```

This page is written by that command from what it measures; none of its figures is typed. Measured {when} on
{made.machine}, Python {made.python}, with **{made.collection}**, complete: {count(made.photos)} photos of
{count(made.people)} people, nothing left out unless a line says so. Embedder: `{made.embedder}`, SHA-256
`{made.sha256}`.
{each}
FMR and FNMR (false match, false non-match rate), FPIR and FNIR (the same of identification) and DET are meant as in
ISO/IEC 19795-1: the share of pairs of strangers that are accepted, of pairs of one person that are rejected, of
strangers who are taken for somebody enrolled, and of enrolled people who are not recognized. No photo is part of this
repository. What eight bits and a second look do: [precision.md](precision.md). How fast it is: [speed.md](speed.md).
"""
