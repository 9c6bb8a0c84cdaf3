"""A door over time: frames a second, what they are spent on, when it unlocks, and its memory.

    python bench/door_loop.py [--people 10000] [--rounds 3] [--frames N]

The real loop, networks, search, liveness and record watch films of the demonstration's footage
(``bench/door_films.py``); the lock is a fake. Each play in each way of working is a process of its
own, on one core but for the last two ways. Milliseconds are of processor time, decoding included, and
the least of the rounds, which the work of other programs disturbs little; frames a second are what
one core makes of that, and where two cores work, what the clock says.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from pathlib import Path

from door_runs import PARTS, PLAYS, WAYS, Outcome, Played, outcomes_of, prepare
from rich.console import Console
from rich.table import Table


def main() -> None:
    """Run as the arguments say, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=10_000, help="made-up people beside the man")
    parser.add_argument("--rounds", type=int, default=3, help="times every film is watched")
    parser.add_argument("--frames", type=int, help="frames of each film; by default all")
    wanted = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="ostiary-door-") as scratch:
        folder = Path(scratch)
        # In a process of its own, so that its memory is not counted among a door's.
        with context.Pool(1) as pool:
            pool.apply(prepare, (folder, wanted.people), {"most": wanted.frames})
        outcomes = outcomes_of(folder, wanted.rounds)
    console = Console(width=150)
    for table in tables(outcomes, wanted.people):
        console.print(table)


def tables(outcomes: dict[str, Outcome], people: int) -> tuple[Table, ...]:
    """Return the tables: a frame's time by play, what it is spent on, what was decided."""
    return (_steps(outcomes, people), _shares(outcomes), _decisions(outcomes))


def _steps(outcomes: dict[str, Outcome], people: int) -> Table:
    table = Table(
        "processor time of a frame, ms (frames/s)",
        *(play.title for play in PLAYS),
        "peak MB",
        title=f"A door over time, {people:,} people, 640×480, one core",
    )
    for way in WAYS:
        found = outcomes[way.name]
        cells = []
        for play in PLAYS:
            played = found.plays[play.title]
            rate = played.frames / (played.wall if way.ahead else played.processor)
            cells.append(f"{played.milliseconds:.1f} ({rate:.0f})")
        table.add_row(way.name, *cells, f"{found.peak:.0f}")
    return table


def _shares(outcomes: dict[str, Outcome]) -> Table:
    table = Table(
        "play",
        "way",
        *PARTS,
        "rest",
        "frames: searched, followed, left alone",
        "embedded",
        title="Milliseconds of a frame by part, means over all frames",
    )
    for play in PLAYS:
        for way in (WAYS[0], WAYS[2]):
            played = outcomes[way.name].plays[play.title]
            laps, frames = played.laps, played.frames
            cells = [f"{1000 * laps.seconds[part] / frames:.2f}" for part in PARTS]
            rest = played.processor - sum(laps.seconds.values())
            searched = laps.calls["search"]
            followed = max(laps.calls["follow"], 0)
            alone = max(frames - searched - followed, 0)
            table.add_row(
                play.title,
                way.name,
                *cells,
                f"{1000 * rest / frames:.2f}",
                f"{searched}, {followed}, {alone}",
                str(laps.calls["embed"]),
            )
    return table


def _decisions(outcomes: dict[str, Outcome]) -> Table:
    table = Table("play", *(way.name for way in WAYS), title="Decided, seconds of the film")
    for play in PLAYS:
        table.add_row(play.title, *(_told(outcomes[way.name].plays[play.title]) for way in WAYS))
    return table


def _told(played: Played) -> str:
    told = (f"{each.at:.2f} {'GRANT' if each.granted else each.reason}" for each in played.decided)
    return ", ".join(told) or "–"


if __name__ == "__main__":
    main()
