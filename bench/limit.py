"""How near the networks of the pipeline come to what the processor can do.

    python bench/limit.py [--rounds 40] [--threads 1] [--json FILE]

The limit is what the interpreter's own library reaches in a matrix product that suits it
(:mod:`edge.benchmark.peak`). Networks and products take turns, and of each the quickest of all rounds
counts: whatever else the machine does makes nothing quicker. Multiplications and bytes are counted in
the networks' files (:mod:`edge.benchmark.work`).

Beside the networks of a door stands the embedder in float, which doors do not use by default. What
OpenCV runs has no file that could be counted and is told as such.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge.benchmark.networks import achieved, quickest
from edge.benchmark.peak import Peaks, chains, peaks_of
from edge.benchmark.report import NetworkFigures, figures_of
from edge.benchmark.used import countable, shapes_of, used_by, work_in
from edge.commands.console import as_json
from edge.config import load_settings
from edge.errors import BenchmarkError
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.models import ModelStore


def main() -> None:
    """Time and print."""
    options = _options()
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    used = used_by(store, INT8.name) | {FLOAT.name: store.path(FLOAT.name)}
    files = countable(used)
    with chains() as products, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("rounds", total=options.rounds)
        best = quickest(
            {**files, **products},
            shapes=shapes_of(files),
            rounds=options.rounds,
            threads=options.threads,
            progress=lambda: progress.advance(task),
        )
    try:
        peaks = peaks_of(best)
    except BenchmarkError as error:
        raise SystemExit(str(error)) from error
    found = [
        figures_of(achieved(name, work, best[name], peaks), options.threads)
        for name, work in work_in(files).items()
    ]
    uncounted = [name for name in used if name not in files]
    Console(width=120).print(_table(found, peaks, uncounted, options.threads))
    if options.json:
        options.json.write_text(
            as_json({"peaks": asdict(peaks), "networks": found, "uncounted": uncounted})
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=40, help="times everything takes its turn")
    parser.add_argument("--threads", type=int, default=1, help="of networks and products alike")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


def _table(
    found: Iterable[NetworkFigures], peaks: Peaks, uncounted: Iterable[str], threads: int
) -> Table:
    table = Table(
        "network", "ms", "GMAC", "in int8", "MB moved", "MAC/byte", "GMAC/s", "of the peak", "÷ limit",
        title=f"Networks against the library's own matrix product, threads: {threads}",
        caption=f"Peaks: {peaks.eight / 1e9:.0f} GMAC/s in int8, {peaks.whole / 1e9:.0f} in float32. "
        "The limit is a network's work at these."
        + "".join(f" Not counted, being no TFLite: {name}." for name in uncounted),
    )  # fmt: skip
    for one in found:
        table.add_row(
            one.name,
            f"{one.milliseconds:.2f}",
            f"{one.gmac:.3f}",
            f"{100 * one.int8:.0f} %",
            f"{one.megabytes:.1f}",
            f"{one.mac_a_byte:.1f}",
            f"{one.gmac_a_second:.0f}",
            f"{100 * one.share:.0f} %",
            f"{1 / one.share:.2f}",
        )
    return table


if __name__ == "__main__":
    main()
