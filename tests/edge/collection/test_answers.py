"""A request that is repeated is carried out once, and gets the answer of that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edge.collection.answers import KEPT, answered_once
from edge.collection.collections import Collections
from edge.errors import AlreadyExistsError, RepeatedDifferentlyError
from edge.storage.database import Database
from tests.edge.collection.conftest import MODEL

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def make(database: Database, name: str, *, once: str = "t", at: datetime = NOW) -> str:
    """Make a collection, once a token."""

    def act() -> str:
        Collections(database).create(name, model=MODEL, dimension=128)
        return f"made {name}"

    return answered_once(database, token=once, digest=name, now=at, act=act)


def test_twice_is_once(database: Database) -> None:
    """The second time nothing is done."""
    assert make(database, "one") == make(database, "one") == "made one"


def test_another_request_with_the_same_token(database: Database) -> None:
    """It is refused, and not carried out."""
    make(database, "one")
    with pytest.raises(RepeatedDifferentlyError):
        make(database, "two")
    assert [each.collection_id for each in Collections(database).list()].count("two") == 0


def test_what_fails_may_be_tried_again(database: Database) -> None:
    """Neither the token nor anything else is kept."""
    make(database, "one")
    with pytest.raises(AlreadyExistsError):
        make(database, "one", once="u")
    Collections(database).delete("one")
    assert make(database, "one", once="u") == "made one"


def test_answers_are_forgotten(database: Database) -> None:
    """After a day a token is as good as new."""
    make(database, "one")
    later = NOW + KEPT + timedelta(seconds=1)
    assert make(database, "two", at=later) == "made two"
    assert database.row("SELECT count(*) FROM answers") == (1,)
