"""Throws spoilt inputs at whatever reads bytes from outside, for as long as asked.

``python bench/fuzz.py --list`` names the targets. ``python bench/fuzz.py TARGET … [--minutes N]``
tries each of them (``all`` is every one) for N minutes, or with a number of ``--examples`` alike each
time, and writes the inputs that were not read as promised, each with its trace, into ``--findings``, one
of a kind. ``--replay FILE …`` reads such files
again. With atheris (``pip install atheris``, Python 3.11 to 3.13) the inputs are led by coverage,
else hypothesis draws them; ``--engine`` chooses. Each target runs in processes of its own, so one
that is killed is a finding as well. The exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

if "--coverage-guided" in sys.argv:  # the child, in which the product is to be instrumented
    import atheris

    with atheris.instrument_imports(include=["edge", "enroll", "csv", "zipfile", "tomllib"]):
        from tests.fuzz.every_target import TARGETS
else:
    from tests.fuzz.every_target import TARGETS

from tests.fuzz.target import Target, attempt  # noqa: E402
from tests.fuzz.watching import Finding, watched  # noqa: E402

ROUND = 5_000
"""Examples that hypothesis draws at once: it remembers them all."""

MOST_KEPT = 200
"""Findings of one target, of different kinds."""

MOST_MEGABYTES = 4_000
"""Of a process that is led by coverage, which remembers its corpus."""

_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)|#(\d+)\s")


@dataclass(slots=True)
class Tally:
    """What became of one target: inputs *tried* in *seconds*, and what was *found*, by its kind."""

    target: Target
    engine: str
    tried: int = 0
    seconds: float = 0.0
    found: dict[str, Path] = field(default_factory=dict)


def kind_of(what: str) -> str:
    """Return by what two findings are the same: the error, and the last place of ours in its trace."""
    error = [line for line in what.splitlines() if line and not line.startswith((" ", "|", "+"))]
    places = re.findall(r'File ".*?/((?:edge|enroll)/[^"]*)", line (\d+)', what)
    name = re.split(r"[:(]", error[-1])[0] if error else "killed"
    return f"{name} at {':'.join(places[-1]) if places else 'the target'}"


def keep(finding: Finding, folder: Path, tally: Tally) -> None:
    """Write *finding* down, unless one of its kind was."""
    kind = kind_of(finding.what)
    if kind in tally.found or len(tally.found) >= MOST_KEPT:
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / finding.name
    path.write_bytes(finding.data)
    path.with_suffix(".txt").write_text(f"{kind}\n\n{finding.what}", encoding="utf-8")
    tally.found[kind] = path


def by_chance(target: Target, minutes: float, folder: Path, start: int) -> Tally:
    """Try *target* with what hypothesis draws."""
    tally, begun, number = Tally(target, "hypothesis"), time.monotonic(), start
    while (left := 60 * minutes - (time.monotonic() - begun)) > 0:
        count = min(ROUND, max(20, round(ROUND * target.share * min(1.0, left / 30))))
        tried, finding = watched(target, count, number)
        number, tally.tried = number + 1, tally.tried + tried
        if finding is not None:
            keep(finding, folder, tally)
    tally.seconds = time.monotonic() - begun
    return tally


def by_number(target: Target, examples: int, folder: Path, number: int) -> Tally:
    """Try *target* once with as many *examples* as hypothesis draws by *number*."""
    tally, begun = Tally(target, "hypothesis"), time.monotonic()
    tally.tried, finding = watched(target, max(20, round(examples * target.share)), number)
    if finding is not None:
        keep(finding, folder, tally)
    tally.seconds = time.monotonic() - begun
    return tally


def by_coverage(target: Target, minutes: float, folder: Path) -> Tally:
    """Try *target* with what atheris draws; begin again with the next input when it is killed."""
    tally, begun = Tally(target, "atheris"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ostiary-fuzz-") as scratch:
        corpus, found = Path(scratch, "corpus"), Path(scratch, "found")
        corpus.mkdir()
        found.mkdir()
        while (left := 60 * minutes - (time.monotonic() - begun)) > 1:
            killed = _guided(target, corpus, found, round(left))
            tally.tried += killed.tried
            for path in sorted(found.glob("*.input")):
                words = path.with_suffix(".words").read_text(encoding="utf-8")
                keep(Finding(target.name, path.read_bytes(), words), folder, tally)
            for path in sorted(found.glob("crash-*")):
                keep(Finding(target.name, path.read_bytes(), killed.words), folder, tally)
                path.unlink()
    tally.seconds = time.monotonic() - begun
    return tally


@dataclass(frozen=True, slots=True)
class _Run:
    tried: int
    words: str


def _guided(target: Target, corpus: Path, found: Path, seconds: int) -> _Run:
    words = found / "dictionary"
    words.write_text("".join(map(_entry, target.words)), encoding="ascii")
    command = [
        sys.executable,
        __file__,
        target.name,
        "--coverage-guided",
        str(found),
        f"-max_total_time={seconds}",
        f"-max_len={target.most_bytes}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        "-timeout=60",
        "-print_final_stats=1",
        f"-artifact_prefix={found}/crash-",
        *([f"-dict={words}"] if target.words else []),
        str(corpus),
    ]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        check=False,
        env=os.environ,
        text=True,
        errors="replace",
    )
    told = _EXECUTED.findall(ended.stderr)
    tried = max((int(each or other) for each, other in told), default=0)
    return _Run(tried, ended.stderr[-6000:])


def _entry(word: bytes) -> str:
    """Return *word* as a line of libFuzzer's dictionaries."""
    octets = "".join(rf"\x{octet:02x}" for octet in word[:60])
    return f'"{octets}"\n'


def guided_child(name: str, found: Path, options: list[str]) -> None:
    """Be the process that atheris leads; it never returns."""
    target = TARGETS[name]
    kinds: set[str] = set()
    stack = contextlib.ExitStack()
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-fuzz-"))
    read = stack.enter_context(target.open(Path(scratch)))

    def once(data: bytes) -> None:
        try:
            attempt(target, read, data)
        except BaseException:  # noqa: BLE001 - noted, so that others are found behind it
            words = traceback.format_exc()[-8000:]
            if (kind := kind_of(words)) not in kinds:
                kinds.add(kind)
                place = found / Finding(name, data, words).name
                place.with_suffix(".words").write_text(words, encoding="utf-8", errors="replace")
                place.with_suffix(".input").write_bytes(data)

    # Here, since some seeds hold keys and signatures of their process.
    for number, seed in enumerate(target.seeds()):
        Path(options[-1], f"seed-{number}").write_bytes(seed[: target.most_bytes])
    engine: Any = atheris
    engine.Setup([sys.argv[0], *options], once)
    engine.Fuzz()


def replay(files: list[Path]) -> int:
    """Read kept inputs again, each with the target that its name begins with."""
    bad = 0
    for path in files:
        target = TARGETS[path.name.rpartition("-")[0]]
        with tempfile.TemporaryDirectory() as folder, target.open(Path(folder)) as read:
            try:
                attempt(target, read, path.read_bytes())
            except BaseException:  # noqa: BLE001 - whatever it is, it is shown
                bad += 1
                print(f"{path.name}:\n{traceback.format_exc()}")
            else:
                print(f"{path.name}: read as promised")
    return bad


def table(tallies: list[Tally]) -> Table:
    """Return what became of each target."""
    shown = Table("target", "engine", "inputs", "a second", "minutes", "found")
    for each in tallies:
        rate = each.tried / each.seconds if each.seconds else 0
        shown.add_row(
            each.target.name,
            each.engine,
            f"{each.tried:,}",
            f"{rate:,.0f}",
            f"{each.seconds / 60:.1f}",
            "\n".join(each.found) or "–",
        )
    return shown


def main() -> int:
    """Run the command line."""
    if "--coverage-guided" in sys.argv:
        guided_child(sys.argv[1], Path(sys.argv[3]), sys.argv[4:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--list", action="store_true", help="name the targets")
    parser.add_argument("--minutes", type=float, default=5.0, help="for each target")
    parser.add_argument("--examples", type=int, help="for each target, in place of minutes")
    parser.add_argument("--engine", choices=("atheris", "hypothesis"))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of hypothesis")
    parser.add_argument("--findings", type=Path, default=Path("findings"))
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.replay:
        return 1 if replay(asked.replay) else 0
    if asked.list or not asked.targets:
        print("\n".join(f"{each.name:18} {each.what}" for each in TARGETS.values()))
        return 0
    names = list(TARGETS) if asked.targets == ["all"] else asked.targets
    guided = asked.engine == "atheris" or (
        asked.engine is None and importlib.util.find_spec("atheris") is not None
    )
    tallies = []
    for name in names:
        target = TARGETS[name]
        if asked.examples is not None:
            tallies.append(by_number(target, asked.examples, asked.findings, asked.seed))
        elif guided:
            tallies.append(by_coverage(target, asked.minutes, asked.findings))
        else:
            tallies.append(by_chance(target, asked.minutes, asked.findings, asked.seed))
        Console().print(table(tallies[-1:]))
    Console().print(table(tallies))
    return 1 if any(each.found for each in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
