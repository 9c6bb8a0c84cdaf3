"""Every word by which somebody in the collections is known: to look for it where it must not be."""

from __future__ import annotations

from edge.storage.database import Database

LEAST_LETTERS = 3
LEAST_DIGITS = 5
"""Shorter ones stand in every text for something else: line 17, version 3."""

_WORDS = """
    SELECT person_id FROM people UNION SELECT name FROM people
    UNION SELECT external_id FROM people UNION SELECT number FROM badges
    UNION SELECT face_id FROM faces UNION SELECT external_image_id FROM faces
"""


def known_words(database: Database) -> frozenset[str]:
    """Return names and their parts, ids and badge numbers of everybody, those too short left out.

    :raises StorageError: if they cannot be read.
    """
    found: set[str] = set()
    for (word,) in database.rows(_WORDS):
        if word is not None:
            found.update((word, *word.split()))
    return frozenset(word for word in found if _tells(word))


def _tells(word: str) -> bool:
    return len(word) >= (LEAST_DIGITS if word.isdigit() else LEAST_LETTERS)
