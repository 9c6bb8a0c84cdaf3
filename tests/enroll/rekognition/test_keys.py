"""Keys of the API: what they may do, where, and what becomes of their secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from enroll.errors import AccessKeyError
from enroll.rekognition.keys import MOST_PATTERNS, AccessKey, AccessKeys
from enroll.rekognition.operations import OFFERED, Group
from enroll.rekognition.permissions import GROUPS, in_words, operations_of, words_for
from enroll.store import open_web

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

collection_ids = st.from_regex(r"[a-zA-Z0-9_.\-]{1,12}", fullmatch=True)
names = st.sampled_from([operation.name for operation in OFFERED])


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Database]:
    """Open an empty database of the pages."""
    with open_web(tmp_path / "web.db", Key.random()) as database:
        yield database


@pytest.fixture
def keys(web: Database) -> AccessKeys:
    """Keep keys in an empty database."""
    return AccessKeys(web)


def made(keys: AccessKeys, **told: object) -> tuple[AccessKey, str]:
    """Make a key that looks at pictures and searches, unless *told* otherwise."""
    usual = {
        "label": "Reception",
        "operations": ("look", "search"),
        "collections": ("*",),
        "created_by": "root",
        "now": NOW,
    }
    return keys.create(**usual | told)  # type: ignore[arg-type]


def key_for(*collections: str) -> AccessKey:
    """Return a key that reaches *collections*."""
    return AccessKey("AKOS" + "A" * 16, "x", frozenset({"ListFaces"}), collections, NOW, "root")


def test_a_key(keys: AccessKeys) -> None:
    """Id and secret are shaped as clients of Amazon expect them; the secret is not part of a key."""
    key, secret = made(keys)
    assert re.fullmatch(r"AKOS[A-Z2-7]{16}", key.key_id)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", secret)
    assert secret not in repr(key)
    assert keys.get(key.key_id) == key
    assert keys.secret_of(key.key_id) == secret
    assert made(keys)[1] != secret


def test_a_key_that_does_not_exist(keys: AccessKeys) -> None:
    """Whatever is asked for, there is nothing; revoking says so."""
    for key_id in ("", "AKOSAAAAAAAAAAAAAAAA", "' OR 1=1 --"):
        assert keys.get(key_id) is None
        assert keys.secret_of(key_id) is None
        keys.used(key_id, NOW)
        with pytest.raises(NotFoundError):
            keys.revoke(key_id, NOW)


def test_revoking(keys: AccessKeys, web: Database) -> None:
    """A revoked key may do nothing, its secret is gone, and revoking it again changes nothing."""
    key, _ = made(keys)
    revoked = keys.revoke(key.key_id, NOW)
    assert revoked.revoked_at == NOW
    assert not revoked.allows("DetectFaces")
    assert not revoked.reaches("staff", door="badges")
    assert keys.secret_of(key.key_id) is None
    assert web.row("SELECT secret FROM access_keys") == (None,)
    assert keys.revoke(key.key_id, NOW + timedelta(days=1)) == revoked


def test_the_secret_lies_encrypted(keys: AccessKeys, web: Database) -> None:
    """No file holds the secret, or even the id, in clear."""
    key, secret = made(keys)
    web.truncate_log()
    for path in web.path.parent.iterdir():
        assert secret.encode() not in path.read_bytes()
        assert key.key_id.encode() not in path.read_bytes()


def test_the_order_of_the_list(keys: AccessKeys) -> None:
    """Keys in use come first, and the newest of them."""
    old, _ = made(keys, label="old")
    gone, _ = made(keys, label="gone", now=NOW + timedelta(hours=1))
    new, _ = made(keys, label="new", now=NOW + timedelta(hours=2))
    keys.revoke(gone.key_id, NOW)
    assert [key.key_id for key in keys.list()] == [new.key_id, old.key_id, gone.key_id]


def test_uses_are_noted_once_a_minute(keys: AccessKeys, web: Database) -> None:
    """A busy client writes to the disk once a minute; a clock set back silences nothing."""
    key, _ = made(keys)
    version = []
    for seconds in (0, 1, 59, 60, 61, -3600):
        at = NOW + timedelta(seconds=seconds)
        before = web.row("SELECT last_used_at FROM access_keys")
        keys.used(key.key_id, at)
        version.append(web.row("SELECT last_used_at FROM access_keys") != before)
    assert version == [True, False, False, True, False, True]
    found = keys.get(key.key_id)
    assert found is not None
    assert found.last_used_at == NOW - timedelta(hours=1)


@given(st.sets(names), st.sampled_from(sorted(GROUPS)), names)
def test_what_a_key_may_do(single: set[str], group: str, asked: str) -> None:
    """Exactly what was allowed by name or by group, and nothing that is not on offer."""
    key = AccessKey("A", "x", operations_of({*single, group}), ("*",), NOW, "root")
    expected = asked in single or asked in {operation.name for operation in GROUPS[group]}
    assert key.allows(asked) == expected
    assert not key.allows("DetectLabels")
    assert not key.allows("")


@given(st.sets(names, min_size=1))
def test_words_for_operations(operations: set[str]) -> None:
    """The few words that a record holds mean exactly what the key may do."""
    assert operations_of(words_for(operations)) == operations


def test_every_operation_on_offer_is_in_a_group() -> None:
    """What can be called can be allowed; what cannot, cannot."""
    grouped = [operation.name for members in GROUPS.values() for operation in members]
    assert sorted(grouped) == sorted(operation.name for operation in OFFERED)
    assert Group.ELSEWHERE.name.lower() not in GROUPS


def test_in_words() -> None:
    """A whole group is said in its words; parts of one are named."""
    assert in_words({"DetectFaces", "CompareFaces", "IndexFaces"}) == (
        "Look at pictures; nothing is kept",
        "Change faces and users: IndexFaces",
    )


@given(collection_ids, collection_ids)
def test_the_doors_own_collection(door: str, prefix: str) -> None:
    """It is reached by its exact name alone: no pattern includes it, however it is written."""
    patterns = ("*", f"{prefix}*", *(f"{door[:length]}*" for length in range(len(door) + 1)))
    assert not key_for(*patterns).reaches(door, door=door)
    assert key_for(*patterns, door).reaches(door, door=door)
    assert key_for(door).reaches(door, door=door)


@given(collection_ids, collection_ids)
def test_other_collections(collection_id: str, door: str) -> None:
    """Others are reached by name, by the beginning of it, or all at once."""
    reached = collection_id != door
    for pattern in (collection_id, f"{collection_id[:2]}*", f"{collection_id}*", "*"):
        assert key_for(pattern).reaches(collection_id, door=door) == reached or pattern == door
    assert not key_for(f"{collection_id}x*").reaches(collection_id, door=door)
    assert not key_for(f"{collection_id}x").reaches(collection_id, door=door)
    assert not key_for().reaches(collection_id, door=door)


def test_names_are_told_apart_by_case() -> None:
    """As the collections themselves are."""
    assert not key_for("Staff").reaches("staff", door="badges")
    assert not key_for("Badges").reaches("badges", door="badges")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"label": ""}, "1 to 80 printable"),
        ({"label": "x" * 81}, "1 to 80 printable"),
        ({"label": "a\x1b[2J"}, "1 to 80 printable"),
        ({"operations": ()}, "may do nothing"),
        ({"operations": ("DetectLabels",)}, "'DetectLabels' is nothing"),
        ({"operations": ("detectfaces",)}, "'detectfaces' is nothing"),
        ({"operations": ("elsewhere",)}, "'elsewhere' is nothing"),
        ({"collections": ()}, "reach no collection"),
        ({"collections": ("",)}, "names no collection"),
        ({"collections": ("**",)}, "names no collection"),
        ({"collections": ("a*b",)}, "names no collection"),
        ({"collections": ("a b",)}, "names no collection"),
        ({"collections": ("x" * 256,)}, "names no collection"),
        ({"collections": ("caf\u00e9",)}, "names no collection"),
        ({"collections": ("staff\n",)}, "names no collection"),
        ({"collections": [f"c{number}" for number in range(MOST_PATTERNS + 1)]}, "at most 100"),
    ],
)
def test_keys_that_are_not_made(keys: AccessKeys, told: dict[str, object], words: str) -> None:
    """Each fault is named, and nothing is stored."""
    with pytest.raises(AccessKeyError, match=re.escape(words)):
        made(keys, **told)
    assert keys.list() == ()


def test_a_key_that_only_looks(keys: AccessKeys) -> None:
    """Looking at pictures needs no collection."""
    key, _ = made(keys, operations=("look",), collections=())
    assert key.collections == ()
    assert not key.reaches("staff", door="badges")


def test_collections_named_twice(keys: AccessKeys) -> None:
    """Each is kept once, in the order in which they were named."""
    assert made(keys, collections=("b", "a*", "b"))[0].collections == ("b", "a*")
