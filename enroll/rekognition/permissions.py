"""What a key may do, in the few words in which people say it: whole groups, or single operations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from edge.collection.collections import COLLECTION_ID
from enroll.errors import AccessKeyError
from enroll.rekognition.operations import OFFERED, Group, Operation

EVERY_COLLECTION = "*"
"""The pattern for all collections but a door's own."""

GROUPS: dict[str, tuple[Operation, ...]] = {
    group.name.lower(): operations
    for group in Group
    if (operations := tuple(each for each in OFFERED if each.group is group))
}
"""The operations on offer by the word for their group: "look", "search", "change" …"""

_NAMES = {operation.name for operation in OFFERED}
_PREFIX = re.compile(r"[a-zA-Z0-9_.\-]{0,254}\*")

_ON_NO_COLLECTION = {
    *(each.name for each in OFFERED if each.group in {Group.LOOK, Group.LIVENESS}),
    "StartFaceDetection",
    "GetFaceDetection",
}


def operations_of(words: Iterable[str]) -> frozenset[str]:
    """Return the names of the operations that *words* (names, or words for groups) stand for.

    :raises AccessKeyError: if there is none, or a word means nothing here.
    """
    found: set[str] = set()
    for word in words:
        if word in _NAMES:
            found.add(word)
        elif word in GROUPS:
            found.update(operation.name for operation in GROUPS[word])
        else:
            raise AccessKeyError(
                f"{word!r} is nothing that a key can be allowed to do.",
                remedy=f"Use names such as SearchFacesByImage, or whole groups: {', '.join(GROUPS)}.",
            )
    if not found:
        raise AccessKeyError(
            "A key that may do nothing is of no use.", remedy="Allow at least one operation."
        )
    return frozenset(found)


def words_for(operations: Collection[str]) -> tuple[str, ...]:
    """Return the fewest words for which :func:`operations_of` gives *operations*."""
    words: list[str] = []
    for word, members in GROUPS.items():
        held = [each.name for each in members if each.name in operations]
        words += [word] if len(held) == len(members) else held
    return tuple(words)


def in_words(operations: Collection[str]) -> tuple[str, ...]:
    """Return *operations* in sentences for people, one a group."""
    sentences: list[str] = []
    for members in GROUPS.values():
        held = [each.name for each in members if each.name in operations]
        title = members[0].group.value
        if len(held) == len(members):
            sentences.append(title)
        elif held:
            sentences.append(f"{title}: {', '.join(held)}")
    return tuple(sentences)


def patterns_of(told: Iterable[str], *, operations: Collection[str]) -> tuple[str, ...]:
    """Return *told*, each once, as the collections that a key for *operations* reaches.

    :raises AccessKeyError: if one is neither a collection's name nor the beginning of names with a
        ``*`` after it, or if there is none and *operations* need one.
    """
    patterns = tuple(dict.fromkeys(told))
    for pattern in patterns:
        if not (COLLECTION_ID.fullmatch(pattern) or _PREFIX.fullmatch(pattern)):
            raise AccessKeyError(
                f"{pattern!r} names no collection.",
                remedy="Use letters, digits, _ . and -; a * at the end stands for whatever follows.",
            )
    if not patterns and not set(operations) <= _ON_NO_COLLECTION:
        raise AccessKeyError(
            "The key would reach no collection, and what it may do needs one.",
            remedy="Name at least one, or allow it to look at pictures only.",
        )
    return patterns


def matches(pattern: str, collection_id: str) -> bool:
    """Return whether *pattern* stands for *collection_id*."""
    if pattern.endswith("*"):
        return collection_id.startswith(pattern[:-1])
    return pattern == collection_id
