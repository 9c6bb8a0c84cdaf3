"""What comes otherwise than expected is told with its step and the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulation.timeline import LineKind
from tests.edge.simulation.stories import told


@pytest.mark.parametrize(
    ("expected", "failure", "found"),
    [
        ('lock = "secured"', "the lock is secured", "it is released"),
        ("let_in = []", "let in: nobody or nothing", "let in: Ada"),
        (
            'because = "outside schedule"',
            "the decision is because of outside schedule",
            "it was match",
        ),
        ('recorded = "forced open"', "recorded: forced open", "recorded: decision"),
        ('not_recorded = "decision"', "not recorded: decision", "it was"),
        ('inside = ["Ada"]', "inside: Ada", "inside: nobody or nothing"),
        ('asks = ["badge"]', "it asked for badge", "it asked for nobody or nothing"),
    ],
)
def test_every_kind_of_difference_is_told(
    tmp_path: Path, expected: str, failure: str, found: str
) -> None:
    """And nothing else is."""
    played = told(tmp_path, f'[[steps]]\n[[steps]]\nface = "Ada"\nexpect = {{ {expected} }}\n')
    assert [(each.step, each.expected, each.found) for each in played.failures] == [
        (2, failure, found)
    ]
    assert not played.as_expected


def test_words_that_were_not_said_are_told_with_what_was(tmp_path: Path) -> None:
    """So that the wording can be put right."""
    played = told(tmp_path, '[[steps]]\nface = "Ada"\nexpect = { told = "by badge" }\n')
    (failure,) = played.failures
    assert failure.expected == "told: 'by badge'"
    assert "Ada is let in" in failure.found


def test_a_difference_stands_in_the_timeline_where_it_came(tmp_path: Path) -> None:
    """Right after its step, before the next."""
    played = told(
        tmp_path, '[[steps]]\nface = "Ada"\nexpect = { lock = "secured" }\n[[steps]]\nleaves = true'
    )
    kinds = [line.kind for line in played.timeline]
    assert kinds.index(LineKind.FAILED) == len(kinds) - 2
    assert played.timeline[-2].words == "expected the lock is secured; it is released"


def test_what_happens_while_a_step_is_waited_for_belongs_to_it(tmp_path: Path) -> None:
    """An alarm that comes by itself is found by the look that follows."""
    played = told(
        tmp_path,
        '[[steps]]\nface = "Ada"\n[[steps]]\nafter = 1\ndoor = "opens"\n'
        '[[steps]]\nafter = "2 min"\nexpect = { recorded = ["held open warning", "held open"] }\n',
    )
    assert played.failures == ()


def test_each_step_expects_anew(tmp_path: Path) -> None:
    """What came of the step before is no answer."""
    played = told(
        tmp_path,
        '[[steps]]\nface = "Ada"\n[[steps]]\nafter = 1\nexpect = { let_in = "Ada", because = "match" }\n',
    )
    assert [each.found for each in played.failures] == [
        "let in: nobody or nothing",
        "nothing was decided",
    ]
