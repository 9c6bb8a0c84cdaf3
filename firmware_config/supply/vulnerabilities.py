"""Look for known vulnerabilities of what is pinned, and say so plainly where nobody can tell.

Run ``python firmware_config/supply/vulnerabilities.py [--osv-url URL] [FILE]...``, as `make audit` does; by default
over ``constraints.txt`` and the tools' own pins. pip-audit asks, first one database, then the other:
it says "none known" also of packages of which a database knew nothing, so those are counted here.
URL is a copy of the first database, for machines that reach nothing else.

Ends with 0 if every package was looked up and none is known to be vulnerable, 1 if one is, and 75
(EX_TEMPFAIL of sysexits.h) if none is, but not every package could be looked up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from closure import ROOT, pins_of
from packaging.utils import canonicalize_name

CLEAN = 0
VULNERABLE = 1
NOBODY_KNOWS = 75

DATABASES = ("osv", "pypi")
PATIENCE_SECONDS = 900
CACHE = ROOT / "build" / "audit-cache"


@dataclass(frozen=True, slots=True)
class Finding:
    """A known vulnerability: *number* as in its database, *fixed* the versions without it."""

    package: str
    version: str
    number: str
    fixed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a database said: whom it *knew*, canonical names, and what it found."""

    knew: frozenset[str]
    findings: frozenset[Finding]


NOTHING = Answer(frozenset(), frozenset())

Ask = Callable[[str, Path], Answer]


def answer_of(told: str) -> Answer:
    """Read what pip-audit writes as JSON; what it skipped, nobody knew.

    No JSON is no answer: it writes none if it cannot reach a database.
    """
    try:
        packages = json.loads(told)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return NOTHING
    known = [each for each in packages if "skip_reason" not in each]
    return Answer(
        frozenset(canonicalize_name(each["name"]) for each in known),
        frozenset(
            Finding(each["name"], each["version"], found["id"], tuple(found["fix_versions"]))
            for each in known
            for found in each["vulns"]
        ),
    )


def ask(database: str, file: Path, osv_url: str | None = None) -> Answer:
    """Let pip-audit ask *database* about the pins of *file*, OSV at another address if one is given."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(file)),
        *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
        *("--vulnerability-service", database, "--cache-dir", str(CACHE)),
        *(("--osv-url", osv_url) if osv_url and database == "osv" else ()),
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return NOTHING
    return answer_of(run.stdout)


def looked_up(file: Path, asking: Ask) -> tuple[frozenset[Finding], frozenset[str]]:
    """Return what is known about the pins of *file*, and the names that nobody could tell about."""
    unknown = frozenset(pins_of(file))
    findings: frozenset[Finding] = frozenset()
    for database in DATABASES:
        if unknown:
            answer = asking(database, file)
            unknown -= answer.knew
            findings |= answer.findings
    return findings, unknown


def main(arguments: Sequence[str] | None = None, asking: Ask | None = None) -> int:
    """Look up every file and say what came of it; *asking* asks in pip-audit's place."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    default = [ROOT / "constraints.txt", ROOT / "firmware_config" / "supply" / "tools.txt"]
    parser.add_argument("files", nargs="*", type=Path, default=default)
    parser.add_argument("--osv-url", help="the address of a copy of OSV")
    chosen = parser.parse_args(arguments)
    asking = asking or partial(ask, osv_url=chosen.osv_url)
    status = CLEAN
    for file in chosen.files:
        findings, unknown = looked_up(file, asking)
        for found in sorted(findings, key=lambda each: (each.package, each.number)):
            fixed = ", ".join(found.fixed) or "no version"
            print(f"{found.package} {found.version}: {found.number}, fixed in {fixed}")
        pinned = len(pins_of(file))
        print(
            f"{file.name}: {pinned - len(unknown)} of {pinned} packages were looked up, "
            f"{len(findings)} vulnerabilities are known."
        )
        if len(unknown) == pinned:
            print("NOT AUDITED: no database of vulnerabilities can be reached from here.")
        elif unknown:
            print("NOT AUDITED, since no database told about them:", ", ".join(sorted(unknown)))
        status = VULNERABLE if findings or status == VULNERABLE else status
        status = NOBODY_KNOWS if unknown and status == CLEAN else status
    return status


if __name__ == "__main__":
    sys.exit(main())
