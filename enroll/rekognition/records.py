"""How the audit names a key: by id, what it may do and where; never its label, which may be a name."""

from __future__ import annotations

from enroll.rekognition.keys import AccessKey
from enroll.rekognition.permissions import words_for


def described(key: AccessKey) -> str:
    """Return what *key* is for, in one line without any secret."""
    collections = " ".join(key.collections) or "no collection"
    return f"key {key.key_id} for {' '.join(words_for(key.operations))} on {collections}"
