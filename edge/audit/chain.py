"""The chain of hashes, apart from where it is stored.

Every entry carries SHA-256 over the hash before it and its own body, so a change anywhere changes
every hash behind it. What this shows: any edit, deletion, insertion or reordering by somebody who
does not compute the whole rest of the chain and the head anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from edge.audit.events import AuditEvent
from edge.errors import AuditBrokenError

FIRST_HASH = "0" * 64
"""Stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is stored: its number from 1, the hash before it, its body, its hash."""

    sequence: int
    previous: str
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A recorded event with its place in the chain.

    *erased*: it was about a person who is erased, and does not tell any more who that was.
    """

    sequence: int
    event: AuditEvent
    hash: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that holds: how many entries, and the hash of the last.

    *removed* is how many older ones were removed, *sealed* the number of the last entry that a
    checkpoint signs, *checkpoints* how many there are, *signers* the fingerprints of their keys.
    """

    entries: int
    head: str
    removed: int = 0
    sealed: int = 0
    checkpoints: int = 0
    signers: tuple[str, ...] = ()


def hash_of(previous: str, body: str) -> str:
    """Return the hash of an entry with *body* behind one with the hash *previous*."""
    return hashlib.sha256(previous.encode() + body.encode()).hexdigest()


class Chain:
    """Follows entries, first to last, from the *root*: the number and hash before the first."""

    def __init__(self, root: tuple[int, str] = (0, FIRST_HASH)) -> None:
        self.root = root
        self.sequence, self.head = root

    def follow(self, link: Link) -> None:
        """Take the next entry.

        :raises AuditBrokenError: if it is not the next one, or was changed.
        """
        self.sequence += 1
        if link.sequence != self.sequence:
            raise _broken(
                self.sequence, "is missing" if link.sequence > self.sequence else "was put in"
            )
        if link.previous != self.head:
            raise _broken(self.sequence, "does not follow the one before it")
        if link.hash != hash_of(self.head, link.body):
            raise _broken(self.sequence, "was changed")
        self.head = link.hash

    def end(self, head: tuple[int, str] | None) -> None:
        """Hold the last entry against *head*, its number and hash as recorded beside the chain.

        :raises AuditBrokenError: if they differ.
        """
        if head is None:
            raise AuditBrokenError("the audit's head is missing", remedy=_REMEDY)
        if head[0] > self.sequence:
            raise _broken(self.sequence + 1, "is missing")
        if head[0] < self.sequence:
            raise _broken(head[0] + 1, "was put in")
        if head[1] != self.head:
            raise _broken(self.sequence, "is not the one that the head names")


def verify_chain(
    links: Iterable[Link], *, head: tuple[int, str] | None, root: tuple[int, str] = (0, FIRST_HASH)
) -> Verified:
    """Return what *links*, in the order of their numbers, add up to.

    :raises AuditBrokenError: naming the first entry that is missing, changed or too many.
    """
    chain = Chain(root)
    for link in links:
        chain.follow(link)
    chain.end(head)
    return Verified(chain.sequence - root[0], chain.head, removed=root[0])


_REMEDY = "Keep the file as evidence and restore the last backup that verifies."


def _broken(sequence: int, what: str) -> AuditBrokenError:
    return AuditBrokenError(f"the audit is broken: entry {sequence} {what}", remedy=_REMEDY)
