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
    """A recorded event with its place in the chain."""

    sequence: int
    event: AuditEvent
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that holds: how many entries, and the hash of the last."""

    entries: int
    head: str


def hash_of(previous: str, body: str) -> str:
    """Return the hash of an entry with *body* behind one with the hash *previous*."""
    return hashlib.sha256(previous.encode() + body.encode()).hexdigest()


def verify_chain(links: Iterable[Link], *, head: tuple[int, str] | None) -> Verified:
    """Return what *links*, in the order of their numbers, add up to.

    *head* is the number and hash of the last entry, as recorded beside the chain.

    :raises AuditBrokenError: naming the first entry that is missing, changed or too many.
    """
    sequence, last = 0, FIRST_HASH
    for link in links:
        sequence += 1
        if link.sequence != sequence:
            raise _broken(sequence, "is missing" if link.sequence > sequence else "was put in")
        if link.previous != last:
            raise _broken(sequence, "does not follow the one before it")
        if link.hash != hash_of(last, link.body):
            raise _broken(sequence, "was changed")
        last = link.hash
    if head is None:
        raise AuditBrokenError("the audit's head is missing", remedy=_REMEDY)
    if head[0] > sequence:
        raise _broken(sequence + 1, "is missing")
    if head[0] < sequence:
        raise _broken(head[0] + 1, "was put in")
    if head[1] != last:
        raise _broken(sequence, "is not the one that the head names")
    return Verified(sequence, last)


_REMEDY = "Keep the file as evidence and restore the last backup that verifies."


def _broken(sequence: int, what: str) -> AuditBrokenError:
    return AuditBrokenError(f"the audit is broken: entry {sequence} {what}", remedy=_REMEDY)
