"""Nobody is told that nothing is vulnerable when nobody looked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vulnerabilities import CLEAN, NOBODY_KNOWS, NOTHING, VULNERABLE, Answer, answer_of, main

KNOWN = Answer(frozenset({"flask", "click"}), frozenset())


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    """Two packages."""
    file = tmp_path / "constraints.txt"
    file.write_text("# why\nFlask==3.1.3\nclick==8.5.1  # the command line\n", encoding="utf-8")
    return file


def told(*packages: dict[str, object]) -> str:
    """What pip-audit writes about *packages*."""
    return json.dumps({"dependencies": packages, "fixes": []})


def test_what_pip_audit_skipped_was_not_looked_up() -> None:
    """It ends with "No known vulnerabilities found" all the same."""
    answer = answer_of(
        told(
            {"name": "Flask", "version": "3.1.3", "vulns": []},
            {"name": "click", "skip_reason": "Dependency not found on PyPI"},
        )
    )
    assert answer == Answer(frozenset({"flask"}), frozenset())


@pytest.mark.parametrize("text", ["", "Traceback (most recent call last):", "[]", "{}", "null"])
def test_no_answer_is_no_answer(text: str) -> None:
    """A database that cannot be reached leaves none."""
    assert answer_of(text) == NOTHING


def test_a_vulnerability_is_read_with_where_it_is_fixed() -> None:
    """By its number."""
    vulnerability = {"id": "PYSEC-1", "fix_versions": ["3.1.4"], "aliases": []}
    answer = answer_of(told({"name": "Flask", "version": "3.1.3", "vulns": [vulnerability]}))

    (found,) = answer.findings
    assert (found.package, found.number, found.fixed) == ("Flask", "PYSEC-1", ("3.1.4",))


def test_the_second_database_is_asked_about_what_the_first_did_not_know(
    pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Packages may stand in either."""
    asked: list[str] = []

    def asking(database: str, _: Path) -> Answer:
        asked.append(database)
        return NOTHING if database == "osv" else KNOWN

    assert main([str(pins)], asking) == CLEAN
    assert asked == ["osv", "pypi"]
    assert "2 of 2 packages were looked up, 0 vulnerabilities" in capsys.readouterr().out


def test_a_first_database_that_knows_all_is_enough(pins: Path) -> None:
    """The other has nothing to add."""
    asked: list[str] = []

    def asking(database: str, _: Path) -> Answer:
        asked.append(database)
        return KNOWN

    assert main([str(pins)], asking) == CLEAN
    assert asked == ["osv"]


def test_where_nobody_can_tell_that_is_what_is_said(
    pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a status of its own, which is not that of a clean audit."""
    assert main([str(pins)], lambda *_: NOTHING) == NOBODY_KNOWS
    assert "NOT AUDITED: no database" in capsys.readouterr().out

    half = Answer(frozenset({"flask"}), frozenset())
    assert main([str(pins)], lambda *_: half) == NOBODY_KNOWS
    assert "NOT AUDITED, since no database told about them: click" in capsys.readouterr().out


def test_a_finding_counts_more_than_what_could_not_be_looked_up(
    pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In whichever order the files come."""
    vulnerability = {"id": "PYSEC-1", "fix_versions": [], "aliases": []}
    bad = answer_of(told({"name": "Flask", "version": "3.1.3", "vulns": [vulnerability]}))
    other = pins.with_name("tools.txt")
    other.write_text("rich==15.0.0\n", encoding="utf-8")

    def asking(_: str, file: Path) -> Answer:
        return bad if file == pins else NOTHING

    assert main([str(pins), str(other)], asking) == VULNERABLE
    assert main([str(other), str(pins)], asking) == VULNERABLE
    assert "Flask 3.1.3: PYSEC-1, fixed in no version" in capsys.readouterr().out
