"""Power cuts and kills, for as long as wanted: what a device promises, tried.

Run ``python bench/power.py [--kills N] [--cuts N] [--hours H] [--seed S]``. A device is killed by SIGKILL
at random moments of all it does; another lies on a disk that loses, reorders and tears whatever was not
synced, and its power is cut at random steps. After each it is started anew, and everything that was
acknowledged must be there, nothing half there, the door locked. With ``--hours`` that is repeated, each
time with the next seed. Ends with 1 and names seed, disk and cut when something was lost.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))
from edge.vision.models import ModelStore
from tests.power import killing, lying
from tests.power.disk import Cut
from tests.power.lying import LostError
from tests.power.site import Networks

MEMORY = Path("/dev/shm")  # noqa: S108 - in a folder of our own there
"""Where syncing costs nothing: a killed process leaves the kernel's cache as it is, and what a disk keeps
is worked out here. On a disk the same takes three times as long."""


def main(*, kills: int, cuts: int, hours: float, seed: int, quiet: bool) -> int:
    """Print one table, and return how the program ends."""
    networks = _networks()
    until = time.monotonic() + hours * 3600
    killed, cut = killing.Tally(), lying.Tally()
    began, seeds = time.perf_counter(), [seed]

    def say(text: str) -> None:
        if not quiet:
            print(f"seed {seeds[-1]}, {text}", flush=True)

    while True:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
            folder = Path(name)
            try:
                killed += killing.run(folder / "k", networks, kills=kills, seed=seeds[-1], say=say)
                cut += lying.run(folder / "c", networks, cuts=cuts, seed=seeds[-1], say=say)
            except LostError as error:
                print(f"LOST: {error}", flush=True)
                return 1
        if time.monotonic() >= until:
            break
        seeds.append(seeds[-1] + 1)
    seconds = time.perf_counter() - began
    told = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    print(f"{killed.kills} kills and {cut.cuts} cuts, {told}, {seconds:.0f} s: nothing lost")
    Console().print(_table(killed.midst, cut.midst))
    if cut.cuts:
        left = ", ".join(f"{how.value} {cut.left[how]}" for how in Cut)
        print(f"Of what was not synced: {left}.")
    return 0


def _networks() -> Networks:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    wanted = os.environ.get("OSTIARY_TEST_MODELS") or caches / "ostiary-tests" / "models"
    ModelStore(Path(wanted)).prepare_all()
    return Networks.load(Path(wanted))


def _table(killed: Counter[str], cut: Counter[str]) -> Table:
    table = Table(title="In the midst of what")
    for column in ("", "killed", "power cut"):
        table.add_column(column, justify="right" if column else "left")
    for name in sorted({*killed, *cut}):
        table.add_row(name, str(killed[name]), str(cut[name]))
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--hours", type=float, default=0.0, help="repeat for so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="do not name every cut")
    logging.disable(logging.ERROR)  # a door that starts five hundred times says so each time
    sys.exit(main(**vars(parser.parse_args())))
