"""TOML from a stranger is read or refused, by one kind of error and in bounded time."""

from __future__ import annotations

import pytest

from edge.toml_text import MOST_DOTS, NotTomlError, parse_toml


def test_a_document_is_read() -> None:
    """With tables and dotted keys, as people write them."""
    assert parse_toml("[a]\nb.c = 1.5\n") == {"a": {"b": {"c": 1.5}}}


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = ",
        "a = 1979-99-99",
        "a = " + "9" * 5000,
        "a = " + "[" * 5000,
        "a = " + "{a = " * 5000,
        ".".join("a" * 50_000) + " = 1",
        "[" + " . ".join('","' for _ in range(50_000)) + "]",
        "a = {" + ".".join("'\u2028'" for _ in range(50_000)) + " = 1}",
    ],
    ids=["word", "nothing", "day", "digits", "arrays", "tables", "key", "header", "inline"],
)
def test_what_is_none_is_refused(text: str) -> None:
    """Also what tomllib fails at in another way, or works at until the memory is used up."""
    with pytest.raises(NotTomlError):
        parse_toml(text)


def test_the_line_is_told() -> None:
    """Where a document goes too far."""
    with pytest.raises(NotTomlError, match=f"line 2 has more than {MOST_DOTS} dots"):
        parse_toml("a = 1\n" + "b." * MOST_DOTS + "b.c = 1\n")
