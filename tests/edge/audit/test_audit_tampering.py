"""Somebody with the key and a free hand changes the file underneath; it shows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import Audit, AuditEvent, EventKind
from edge.audit.chain import FIRST_HASH, Link, hash_of, verify_chain
from edge.errors import AuditBrokenError, AuditError, ConstraintError
from edge.storage.key import Key
from tests.edge.audit.conftest import NOON, EventMaker

ENTRIES = 10


@pytest.fixture
def tamper(audit: Audit, make_event: EventMaker) -> Callable[..., None]:
    """Record ten events, drop every rule, and run SQL on them."""
    for number in range(1, ENTRIES + 1):
        audit.append(make_event(number))

    def run(*statements: str) -> None:
        for (name,) in audit._database.rows("SELECT name FROM sqlite_schema WHERE type='trigger'"):
            audit._database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert audit._database.execute(statement) > 0

    return run


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET body = '{}' WHERE sequence = 3",
        "DELETE FROM entries WHERE sequence = 10",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT sequence, previous, '{}', hash FROM entries",
        "INSERT INTO entries VALUES (11, 'x', '{}', 'y')",
        "INSERT INTO entries SELECT 12, hash, '{}', 'y' FROM head",
        "INSERT INTO entries VALUES (0, 'x', '{}', 'y')",
        "UPDATE head SET sequence = 9",
        "UPDATE head SET hash = 'x'",
        "DELETE FROM head",
        "INSERT OR REPLACE INTO head VALUES (1, 3, 'x')",
    ],
)
def test_the_database_refuses_every_change_but_appending(
    audit: Audit, make_event: EventMaker, sql: str
) -> None:
    """Slips and injected SQL get nowhere."""
    for number in range(1, ENTRIES + 1):
        audit.append(make_event(number))

    with pytest.raises(ConstraintError):
        audit._database.execute(sql)

    assert audit.verify().entries == ENTRIES


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        (["UPDATE entries SET body = replace(body, 'deny', 'grant') WHERE sequence = 4"], "4 was"),
        (["UPDATE entries SET hash = 'x' WHERE sequence = 4"], "4 was changed"),
        (["UPDATE entries SET previous = 'x' WHERE sequence = 4"], "4 does not follow"),
        (["DELETE FROM entries WHERE sequence = 1"], "1 is missing"),
        (["DELETE FROM entries WHERE sequence = 5"], "5 is missing"),
        (["DELETE FROM entries WHERE sequence >= 8"], "8 is missing"),
        (["DELETE FROM entries"], "1 is missing"),
        (["DELETE FROM head"], "head is missing"),
        (["UPDATE head SET hash = 'x'"], "10 is not the one that the head names"),
        (["UPDATE head SET sequence = 9"], "10 was put in"),
        (["UPDATE head SET sequence = 11"], "11 is missing"),
        (
            [
                "DELETE FROM entries WHERE sequence = 5",
                "UPDATE entries SET sequence = sequence - 1 WHERE sequence = 6",
                "UPDATE entries SET sequence = sequence - 1 WHERE sequence = 7",
            ],
            "5 does not follow",
        ),
        (["INSERT INTO entries SELECT 11, hash, '{}', 'x' FROM entries WHERE sequence = 10"], "11"),
        (["INSERT INTO entries VALUES (0, 'x', '{}', 'x')"], "1 was put in"),
        (["INSERT INTO entries VALUES (-9, 'x', '{}', 'x')"], "1 was put in"),
    ],
)
def test_the_first_bad_entry_is_named(
    audit: Audit, tamper: Callable[..., None], statements: list[str], finding: str
) -> None:
    """Edited, deleted (the last ones too), renumbered, put in."""
    tamper(*statements)

    with pytest.raises(AuditBrokenError, match=finding):
        audit.verify()


def test_an_entry_that_is_no_event_is_told(audit: Audit, tamper: Callable[..., None]) -> None:
    """Listing goes as far as it can."""
    tamper("UPDATE entries SET body = '[1]' WHERE sequence = 3")
    entries = audit.entries()

    assert [next(entries).sequence, next(entries).sequence] == [1, 2]
    with pytest.raises(AuditBrokenError, match="entry 3 is no event"):
        next(entries)


def test_nothing_is_appended_to_an_audit_without_its_head(
    audit: Audit, tamper: Callable[..., None], make_event: EventMaker
) -> None:
    """The door then stays shut."""
    tamper("DELETE FROM head")

    with pytest.raises(AuditError, match="head is missing"):
        audit.append(make_event(11))


def _chain(bodies: list[str]) -> tuple[list[Link], tuple[int, str]]:
    links, last = [], FIRST_HASH
    for sequence, body in enumerate(bodies, start=1):
        links.append(Link(sequence, last, body, hash_of(last, body)))
        last = links[-1].hash
    return links, (len(links), last)


texts = st.text("ab\u00e9", max_size=3)
chains = st.lists(texts, min_size=1, max_size=8).map(_chain)


@given(chains)
def test_an_untouched_chain_holds(chain: tuple[list[Link], tuple[int, str]]) -> None:
    """Whatever is in it."""
    links, head = chain

    verified = verify_chain(links, head=head)

    assert (verified.entries, verified.head) == head


def _first_difference(original: list[Link], changed: list[Link]) -> int:
    pairs = zip([*original, None], [*changed, None], strict=False)
    return next(number for number, (one, other) in enumerate(pairs, start=1) if one != other)


def _changed_once(links: list[Link], data: st.DataObject) -> list[Link]:
    """Return *links* with one row edited, deleted, swapped, put in or forged."""
    changed = list(links)
    at = data.draw(st.integers(0, max(len(changed) - 1, 0)))
    body = data.draw(texts)
    match data.draw(st.sampled_from(["edit", "delete", "swap", "insert", "forge"])):
        case _ if not changed:
            changed.append(Link(1, FIRST_HASH, body, hash_of(FIRST_HASH, body)))
        case "edit":
            changed[at] = data.draw(_edited(changed[at]))
        case "delete":
            del changed[at]
        case "swap":
            other = data.draw(st.integers(0, len(changed) - 1))
            changed[at], changed[other] = changed[other], changed[at]
        case "insert":
            previous = changed[at].hash
            changed.insert(at + 1, Link(at + 2, previous, body, hash_of(previous, body)))
        case "forge":  # the new hash fits the new body, as a careful hand would make it
            previous = changed[at].previous
            changed[at] = Link(changed[at].sequence, previous, body, hash_of(previous, body))
    if data.draw(st.booleans()):
        changed = [
            Link(number, link.previous, link.body, link.hash)
            for number, link in enumerate(changed, start=1)
        ]
    return changed


@settings(max_examples=200, deadline=None)
@given(chains, st.data())
def test_a_change_of_a_row_is_found_where_it_begins(
    chain: tuple[list[Link], tuple[int, str]], data: st.DataObject
) -> None:
    """Or at the next row, which no longer follows it."""
    links, head = chain
    changed = _changed_once(links, data)
    if changed == links:
        return

    with pytest.raises(AuditBrokenError) as caught:
        verify_chain(changed, head=head)

    named = int(caught.value.message.split("entry ")[1].split()[0])
    begins = _first_difference(links, changed)
    assert begins <= named <= begins + 1


@settings(max_examples=100, deadline=None)
@given(chains, st.integers(2, 4), st.data())
def test_any_number_of_changes_is_found(
    chain: tuple[list[Link], tuple[int, str]], changes: int, data: st.DataObject
) -> None:
    """And nothing before the first of them is blamed."""
    links, head = chain
    changed = links
    for _ in range(changes):
        changed = _changed_once(changed, data)
    if changed == links:
        return

    with pytest.raises(AuditBrokenError) as caught:
        verify_chain(changed, head=head)

    named = int(caught.value.message.split("entry ")[1].split()[0])
    assert named >= _first_difference(links, changed)


def _edited(link: Link) -> st.SearchStrategy[Link]:
    return st.one_of(
        st.integers().map(lambda number: Link(number, link.previous, link.body, link.hash)),
        texts.map(lambda previous: Link(link.sequence, previous, link.body, link.hash)),
        texts.map(lambda body: Link(link.sequence, link.previous, body, link.hash)),
        texts.map(lambda digest: Link(link.sequence, link.previous, link.body, digest)),
    )


KEY = Key(bytes(32))
_COPY_BODY = (
    "UPDATE entries SET body = (SELECT body FROM entries WHERE sequence = ?) WHERE sequence = ?"
)
rows = st.integers(1, ENTRIES)
columns = st.sampled_from(["previous", "body", "hash"])


@settings(max_examples=30, deadline=None)
@given(row=rows, other=rows, column=columns, text=st.text(max_size=9), what=st.integers(0, 3))
def test_any_change_of_the_file_is_found(
    row: int, other: int, column: str, text: str, what: int
) -> None:
    """The same on the disk: an edit, a deletion, a swap, a tail cut off."""
    with tempfile.TemporaryDirectory() as folder, Audit(Path(folder) / "a.db", KEY) as audit:
        for number in range(1, ENTRIES + 1):
            audit.append(AuditEvent(EventKind.FAULT, NOON, detail=str(number)))
        database = audit._database
        before = database.rows("SELECT * FROM entries")
        for (name,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {name}")
        changes: list[tuple[str, tuple[Any, ...]]] = [
            (f"UPDATE entries SET {column} = ? WHERE sequence = ?", (text, row)),  # noqa: S608 - a constant
            ("DELETE FROM entries WHERE sequence = ?", (row,)),
            (_COPY_BODY, (other, row)),
            ("DELETE FROM entries WHERE sequence >= ?", (row,)),
        ]
        database.execute(*changes[what])
        if database.rows("SELECT * FROM entries") == before:
            return

        with pytest.raises(AuditBrokenError, match=rf"entry {row} (was|is|does)"):
            audit.verify()
