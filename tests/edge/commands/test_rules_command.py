"""The rules from the command line: shown, checked, set, taken back, and asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.access.document import from_json, from_toml
from edge.access.ruleset import Ruleset
from tests.edge.commands.conftest import Ostiary
from tests.firmware_config.test_rules_file import FILE


@pytest.fixture
def people(ostiary: Ostiary) -> dict[str, str]:
    """Enroll Bob of the staff, Gil of the guards, and Nia of none, with badges; return their ids."""
    ids = {}
    for number, name in enumerate(("Bob", "Gil", "Nia"), start=1):
        stored = ostiary("enroll", "--name", name, "--badge", number, "--declined", "--json")
        ids[name] = stored.json["person_id"]
    ostiary("people", "groups", "Bob", "--add", "Staff")
    ostiary("people", "groups", "Gil", "--add", "Guards")
    return ids


def test_before_rules_were_written_everybody_may_pass(ostiary: Ostiary) -> None:
    """What is shown is a good document, with which one can begin."""
    shown = ostiary("rules", "show")
    assert "no rules were written" in shown.out
    assert from_toml(shown.out) == Ruleset.default()
    assert from_json(ostiary("rules", "show", "--json").out) == Ruleset.default()
    assert ostiary("rules", "history", "--json").json == []


@pytest.mark.usefixtures("people")
def test_a_check_tells_what_would_change_and_changes_nothing(ostiary: Ostiary) -> None:
    """Line by line, for groups, and for people."""
    answer = ostiary("rules", "check", FILE)
    assert answer.status == 0, answer.err
    assert "is good: 6 groups, 3 schedules, 1 calendar, 3 doors, 2 areas." in answer.out
    assert "+[groups.Staff]" in answer.out
    assert "front: 0 people gain time, 2 people lose some." in answer.out
    told = ostiary("rules", "check", FILE, "--json").json
    assert {shift["group"] for shift in told["foresight"]["shifts"]} >= {"Staff", "Everyone"}
    assert ostiary("rules", "history", "--json").json == []


def test_rules_with_faults_are_refused_with_all_of_them(ostiary: Ostiary, tmp_path: Path) -> None:
    """And nothing is written."""
    bad = tmp_path / "bad.toml"
    bad.write_text(
        'zone = "Mars/Olympus"\n[groups.Staff]\npermissions = [{ doors = "all", schedule = 7 }]\n',
        encoding="utf-8",
    )
    for answer in (ostiary("rules", "check", bad), ostiary("rules", "set", bad, "--yes")):
        assert answer.status != 0
        assert "zone" in answer.err
        assert "groups.Staff" in answer.err
    assert ostiary("rules", "check", tmp_path / "nowhere.toml").status == 2
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in ostiary("rules", "check", tmp_path / "binary.toml").err
    assert ostiary("rules", "history", "--json").json == []


def test_rules_are_set_shown_and_taken_back(ostiary: Ostiary, tmp_path: Path) -> None:
    """Every time as a new version, recorded with who did it."""
    assert ostiary("rules", "set", FILE, "--yes", "--note", "moved in").status == 0
    second = tmp_path / "second.json"
    second.write_text(ostiary("rules", "show", "--json").out, encoding="utf-8")
    second.write_text(second.read_text(encoding="utf-8").replace("07:00-19:00", "06:00-20:00"))
    assert ostiary("rules", "set", second, "--yes").status == 0
    assert "06:00-20:00" in ostiary("rules", "show").out
    assert "07:00-19:00" in ostiary("rules", "show", "--version", 1).out

    reverted = ostiary("rules", "revert", 1, "--yes")
    assert reverted.status == 0
    assert "Version 3 holds" in reverted.out
    assert "07:00-19:00" in ostiary("rules", "show").out
    versions = ostiary("rules", "history", "--json").json
    assert [(each["version"], each["note"]) for each in versions] == [
        (3, "reverted to version 1"),
        (2, ""),
        (1, "moved in"),
    ]
    assert ostiary("rules", "revert", 9, "--yes").status == 5

    events = [
        entry["event"]["detail"]
        for entry in ostiary("audit", "list", "--json").json
        if entry["event"]["kind"] == "rules-changed"
    ]
    assert [each.partition(", by user")[0] for each in events] == [
        "changed, version 1 holds",
        "changed, version 2 holds",
        "reverted to version 1, version 3 holds",
    ]


@pytest.mark.usefixtures("people")
def test_why_somebody_may_pass_or_not(ostiary: Ostiary) -> None:
    """Check by check, by the clock of the site; the status says it to programs."""
    ostiary("rules", "set", FILE, "--yes")
    noon = ("--door", "exit", "--at", "2026-06-01T12:00")
    allowed = ostiary("rules", "why", "Bob", *noon)
    assert allowed.status == 0, allowed.err
    assert "Monday 2026-06-01 12:00 (Europe/Berlin)" in allowed.out
    assert "granted: schedule 'Office hours' of group Staff, by badge" in allowed.out

    late = ostiary("rules", "why", "Bob", "--door", "exit", "--at", "2026-06-01T19:00")
    assert late.status == 1
    assert "outside schedule 'Office hours' of group Staff" in late.out

    nobody = ostiary("rules", "why", "Nia", *noon, "--json")
    assert nobody.status == 1
    assert nobody.json["found"]["best"]["reason"] == "NO_PERMISSION"
    assert {"about": "face", "passed": False, "found": "this person declined to give her face"} in (
        nobody.json["found"]["checks"]
    )


@pytest.mark.usefixtures("people")
def test_a_face_that_is_not_enrolled_opens_nothing(ostiary: Ostiary) -> None:
    """The front door asks for one, and Bob has none: whatever he shows, it stays shut."""
    ostiary("rules", "set", FILE, "--yes")
    answer = ostiary("rules", "why", "Bob", "--door", "front", "--at", "2026-06-01T12:00", "--json")
    assert answer.status == 1
    assert [trial["shown"] for trial in answer.json["found"]["trials"]] == [["badge"]]


def test_who_may_pass(ostiary: Ostiary, people: dict[str, str]) -> None:
    """With what they have, at that time."""
    ostiary("rules", "set", FILE, "--yes")
    told = ostiary("rules", "who", "--door", "exit", "--at", "2026-06-01T12:00", "--json").json
    assert set(told["granted"]) == {people["Bob"]}
    shown = ostiary("rules", "who", "--door", "exit", "--at", "2026-06-01T12:00").out
    assert "1 of 3 people may pass exit" in shown
    assert "Bob" in shown
    night = ostiary("rules", "who", "--door", "exit", "--at", "2026-06-01T03:00", "--json").json
    assert night["granted"] == {}
    assert ostiary("rules", "who", "--at", "tomorrow").status == 2
