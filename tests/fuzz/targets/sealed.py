"""Files that our own programs carry: people on their way, backups, keys on paper."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from unittest import mock

import numpy as np

from edge.backup.contents import Contents
from edge.errors import CollectionError, EmbeddingError, KeyFileError
from edge.moving.document import MovedPeople
from edge.storage.key import Key
from edge.storage.passphrase import MAGIC, unseal_with_passphrase
from edge.storage.sealing import RecoveryKey, seal, unseal
from edge.storage.times import to_text_or_none
from tests.fuzz.target import Target, alone

KEY = Key(bytes(range(32)))


def moved() -> tuple[bytes, ...]:
    """Return files of people: nobody, and one with everything that a person may have."""
    vector = np.zeros(128, dtype="<f4")
    vector[3] = 1.0
    person = "00000000-0000-0000-0000-00000000000"
    at = "2026-11-02T08:00:00Z"
    face = {
        "box": [0.1, 0.2, 0.3, 0.4],
        "confidence": 0.9,
        "sharpness": 50.0,
        "brightness": 50.0,
        "pose": [0.0, 1.0, 2.0],
        "size": 100.0,
        "occlusion": 0.0,
        "weight": 1.0,
        "reasons": ["LOW_SHARPNESS"],
        "image_id": "i",
        "external_image_id": None,
        "vector": _base64(vector.tobytes()),
    }
    badge = {
        "number": "4711",
        "valid_from": None,
        "valid_until": at,
        "revoked_at": None,
        "duress": False,
    }
    ada = {
        "person_id": f"{person}1",
        "name": "Ada",
        "external_id": None,
        "valid_from": None,
        "valid_until": at,
        "consent": {"text_version": "1", "agreed_at": at, "method": "kiosk"},
        "retention_until": at,
        "declined": False,
        "suspended_at": None,
        "groups": ["Staff"],
        "look_alikes": [f"{person}2"],
        "badges": [badge],
        "faces": [face],
    }
    whole = {
        "format": 1,
        "site": "Lighthouse",
        "at": at,
        "collection_id": "badges",
        "model_name": "sface",
        "model_digest": "a" * 64,
        "dimension": 128,
        "people": [ada],
    }
    return json.dumps(whole).encode(), json.dumps(whole | {"people": []}).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _moved(data: bytes) -> None:
    people = MovedPeople.from_json(data)
    assert MovedPeople.from_json(people.to_json()) == people
    for person in people.people:
        _ = person.told, [badge.as_badge for badge in person.badges]
        for moment in (person.valid_from, person.valid_until, person.retention_until):
            assert to_text_or_none(moment) is None or moment is not None
        for face in person.faces:
            try:
                new = face.as_new(people.model)
            except (CollectionError, EmbeddingError):
                continue
            assert abs(float(np.linalg.norm(new.embedding.vector)) - 1) < 1e-3


CONTENTS = Contents(
    at=datetime(2026, 11, 2, 8, tzinfo=UTC),
    version="0.1.0",
    site="Lighthouse",
    door="front",
    installation="ab" * 8,
    files={"collection.db": "a" * 64},
    entries=3,
    head="b" * 64,
    settings="[door]\n",
    secrets={"osdp/panel.key": "c" * 32},
)


def _contents(data: bytes) -> None:
    """Read *data* as whoever has the site's key would have sealed it."""
    contents = Contents.unsealed(seal(KEY, b"ostiary: contents of a backup", data), KEY)
    assert Contents.unsealed(contents.sealed(KEY), KEY) == contents


def _sealed(data: bytes) -> None:
    """Read *data* as each kind of sealed file: without the key nothing opens."""
    if data in sealed_seeds():
        return
    recovery = RecoveryKey(bytes(range(1, 33)))
    for opened in (
        lambda: Contents.unsealed(data, KEY),
        lambda: unseal(KEY, b"ostiary: a purpose", data),
        lambda: recovery.unseal(data),
    ):
        try:
            opened()
        except KeyFileError:
            continue
        raise AssertionError("opened, although nobody sealed it")


@cache
def sealed_seeds() -> tuple[bytes, ...]:
    """Return sealed files that are the same in every process."""
    with mock.patch("edge.storage.sealing.secrets.token_bytes", return_value=bytes(12)):
        return CONTENTS.sealed(KEY), MAGIC + bytes(64)


def _passphrase(data: bytes) -> None:
    unseal_with_passphrase("four or five random words", MAGIC + data)


def _recovery_words(data: bytes) -> None:
    words = data.decode(errors="replace")
    assert RecoveryKey.from_words(RecoveryKey.from_words(words).words).words


def _contents_seeds() -> Sequence[bytes]:
    return (unseal(KEY, b"ostiary: contents of a backup", CONTENTS.sealed(KEY)),)


_JSON_WORDS = (
    b'"format":1',
    b'"at":',
    b'"2026-11-02T08:00:00"',
    b"2026",
    b'"files":',
    b'"secrets":',
)

TARGETS = (
    Target(
        "people-file",
        "people from another device",
        alone(_moved),
        moved,
        (CollectionError,),
        _JSON_WORDS,
    ),
    Target(
        "backup-contents",
        "what a backup says of itself",
        alone(_contents),
        _contents_seeds,
        words=_JSON_WORDS,
    ),
    Target("sealed", "sealed files, without their key", alone(_sealed), sealed_seeds),
    Target(
        "passphrase",
        "people's file under a passphrase",
        alone(_passphrase),
        lambda: (bytes(64),),
        (KeyFileError,),
        share=0.02,
    ),
    Target(
        "recovery-words",
        "a recovery key as it is typed",
        alone(_recovery_words),
        lambda: (RecoveryKey(bytes(32)).words.encode(),),
        (KeyFileError,),
    ),
)
