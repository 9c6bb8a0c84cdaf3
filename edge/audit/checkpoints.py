"""Checkpoints: the head of the chain, signed by the device, each naming the one before it.

A hash chain alone shows a change only to whoever knows a hash that was written down before: whoever
holds the file's key can compute the chain anew. A checkpoint is signed with a key that is not in the
file, nor in any backup. So a chain that was rewritten up to a checkpoint shows, on any machine that
knows the device's public key.

What it does not protect against: somebody who has taken the signing key itself, which lies on the
device for the door to use, can sign another history. And somebody who puts the whole file back to
an older state has valid signatures, and fewer of them. Both show only to whoever kept something
elsewhere: an export, or the number and the hash of a checkpoint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from edge.errors import AuditBrokenError, KeyFileError
from edge.storage.signing import PublicKey, SigningKey
from edge.storage.times import from_text, to_text

FIRST_CHECKPOINT = "0" * 64
"""Stands before the first checkpoint."""

_PURPOSE = b"ostiary audit checkpoint 1\n"
"""Before what is signed, so that no signature can be taken for one of something else."""

_FIELDS = {"at", "head", "key", "number", "previous", "sequence", "site"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it is stored: its canonical line and the signature of it."""

    body: str
    signature: str

    @property
    def digest(self) -> str:
        """What the next checkpoint names: SHA-256 of line and signature."""
        return hashlib.sha256(f"{self.body}\n{self.signature}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: at the time *at* entry *sequence* had the hash *head*.

    *number* counts from 1, *previous* is the digest of the checkpoint before it, *site* is what the
    installation is called, *key* its public key, which is also how the device is known.
    """

    number: int
    sequence: int
    head: str
    at: datetime
    site: str
    previous: str
    key: PublicKey

    def signed(self, key: SigningKey) -> Stored:
        """Return the checkpoint as *key* signs it."""
        values = {
            "at": to_text(self.at),
            "head": self.head,
            "key": self.key.digits,
            "number": self.number,
            "previous": self.previous,
            "sequence": self.sequence,
            "site": self.site,
        }
        body = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return Stored(body, key.sign(_PURPOSE + body.encode()))


def read_checkpoint(stored: Stored) -> Checkpoint:
    """Return the checkpoint of *stored*, its signature checked against the key that it names.

    :raises AuditBrokenError: if it is none, or was changed.
    """
    try:
        values = json.loads(stored.body)
        checkpoint = Checkpoint(
            number=int(values["number"]),
            sequence=int(values["sequence"]),
            head=str(values["head"]),
            at=from_text(values["at"]),
            site=str(values["site"]),
            previous=str(values["previous"]),
            key=PublicKey(values["key"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, KeyFileError) as error:
        raise AuditBrokenError(
            "the audit is broken: a checkpoint is none", remedy=REMEDY
        ) from error
    if set(values) != _FIELDS or not checkpoint.key.signed(
        _PURPOSE + stored.body.encode(), stored.signature
    ):
        raise broken(checkpoint.number, "was changed: its signature does not hold")
    return checkpoint


class Trail:
    """Follows checkpoints, first to last, and holds them against the entries they sign.

    *fingerprints* are of the keys that may have signed, as 64 digits; None for any. *from_first*: the first one has
    the number 1, since none was removed.
    """

    def __init__(self, *, from_first: bool, fingerprints: Collection[str] | None = None) -> None:
        self._from_first = from_first
        self._fingerprints = fingerprints
        self._previous: tuple[int, str] | None = None
        self.last: Checkpoint | None = None
        self.count = 0
        self.signers: list[PublicKey] = []

    @property
    def next_number(self) -> int:
        """The number that the next one must have, as far as that is known."""
        return 1 if self._previous is None else self._previous[0] + 1

    def follow(self, stored: Stored, *, sequence: int, head: str) -> Checkpoint:
        """Return the next checkpoint, which must sign entry *sequence* with the hash *head*.

        :raises AuditBrokenError: if it does not, was changed, is not the next, or another key's.
        """
        checkpoint = read_checkpoint(stored)
        expected = self._previous
        if expected is None and (self._from_first or checkpoint.number == 1):
            expected = (0, FIRST_CHECKPOINT)
        if expected is not None and (checkpoint.number, checkpoint.previous) != (
            expected[0] + 1,
            expected[1],
        ):
            raise broken(checkpoint.number, "does not follow the one before it")
        if (
            self._fingerprints is not None
            and checkpoint.key.fingerprint_digits not in self._fingerprints
        ):
            raise broken(
                checkpoint.number, f"was signed by another key, {checkpoint.key.fingerprint}"
            )
        if (checkpoint.sequence, checkpoint.head) != (sequence, head):
            raise broken(checkpoint.number, f"does not sign entry {sequence} as it is here")
        self._previous = checkpoint.number, stored.digest
        self.last = checkpoint
        self.count += 1
        if checkpoint.key not in self.signers:
            self.signers.append(checkpoint.key)
        return checkpoint


REMEDY = "Keep the file as evidence, and compare it with an export that was kept elsewhere."


def broken(number: int, what: str) -> AuditBrokenError:
    """Return the error that checkpoint *number* *what*."""
    return AuditBrokenError(f"the audit is broken: checkpoint {number} {what}", remedy=REMEDY)
