"""The record of events, timed and weighed: appending, verifying, exporting, pruning.

Run ``python bench/audit.py [--entries N]``. Half of the events are about one of a hundred people, so
half are encrypted. The first are appended one by one, as a door does; the rest in transactions of a
thousand, which nobody waits for. "memory" is by how much the largest size of this process grew in a
step. Times of single appends are mostly the disk's: look at both columns.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.audit import Audit, AuditEvent, ClockWatch, EventKind, Sealer, Wanted
from edge.audit.export import export_lines
from edge.audit.offline import verify_export
from edge.storage.key import Key
from edge.storage.signing import SigningKey

ONE_BY_ONE = 1000
TOGETHER = 1000
PEOPLE = tuple(str(uuid.uuid4()) for _ in range(100))
FIRST = datetime(2026, 11, 2, tzinfo=UTC)


def main(entries: int, folder: Path) -> None:
    """Print one table."""
    table = Table(title=f"The record, {entries:,} events")
    for column in ("step", "wall s", "CPU s", "CPU µs an event", "memory MB"):
        table.add_column(column, justify="left" if column == "step" else "right")

    def step(name: str, count: int, work: Callable[[], object]) -> None:
        before, wall, processor = _largest(), time.perf_counter(), time.process_time()
        work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        table.add_row(
            name,
            f"{wall:.2f}",
            f"{processor:.2f}",
            f"{processor / count * 1e6:.0f}",
            f"{_largest() - before:.1f}",
        )

    device, path, export = SigningKey.random(), folder / "audit.db", folder / "export.jsonl"
    sealer = Sealer(lambda: device, site="bench", clock=lambda: FIRST + timedelta(days=40))
    with Audit(path, Key.random(), sealer=sealer, watch=ClockWatch()) as audit:
        step("append, one by one", ONE_BY_ONE, lambda: _append(audit, range(ONE_BY_ONE), 1))
        rest = range(ONE_BY_ONE, entries)
        step("append, by the thousand", len(rest), lambda: _append(audit, rest, TOGETHER))
        step("verify", entries, audit.verify)
        wanted = Wanted(person_ids=(PEOPLE[0],))
        step("search 50 of a person", 50, lambda: audit.search.newest(wanted, limit=50))
        step("export", entries, lambda: _export(audit, device, export))
        step("verify the export", entries, lambda: verify_export(export))
        step("forget a person", entries // 200, lambda: _forget(audit, PEOPLE[0]))
        half = FIRST + timedelta(seconds=entries // 2)
        now = FIRST + timedelta(days=40)
        step("prune half", entries // 2, lambda: audit.prune(half, now=now, actor="bench"))
        size, told = path.stat().st_size, export.stat().st_size
    table.caption = f"file {size / entries:.0f} bytes an event, export {told / entries:.0f}"
    Console(width=100).print(table)


def _append(audit: Audit, numbers: range, together: int) -> None:
    for start in range(numbers.start, numbers.stop, together):
        chunk = range(start, min(start + together, numbers.stop))
        if together == 1:
            audit.append(_event(start))
            continue
        with audit._database.transaction():  # noqa: SLF001 - a door has no use for it
            for number in chunk:
                audit.append(_event(number))


def _event(number: int) -> AuditEvent:
    at = FIRST + timedelta(seconds=number)
    who = PEOPLE[number // 2 % len(PEOPLE)] if number % 2 else None
    outcome, reason = ("grant", "MATCH") if who else ("deny", "NO_MATCH")
    return AuditEvent(EventKind.DECISION, at, "main", outcome, reason, 99.5, who)


def _forget(audit: Audit, person_id: str) -> None:
    audit.forget(person_id)
    audit.wipe()


def _export(audit: Audit, device: SigningKey, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(export_lines(audit, device, site="bench", now=FIRST))


def _largest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    with tempfile.TemporaryDirectory() as temporary:
        main(parser.parse_args().entries, Path(temporary))
