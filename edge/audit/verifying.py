"""Verifying an audit on its own device: chain, checkpoints, and whom each event is filed under."""

from __future__ import annotations

from edge.audit.chain import Chain, Verified
from edge.audit.checkpoints import Trail, broken
from edge.audit.private import read_body
from edge.audit.rows import BEFORE_ALL, Rows
from edge.errors import AuditBrokenError

_REMEDY = "Keep the file as evidence and restore the last backup that verifies."


def verify_rows(rows: Rows) -> Verified:
    """Return what the entries and checkpoints of *rows* add up to.

    :raises AuditBrokenError: naming the first that is missing, changed or too many.
    """
    root = rows.root()
    chain, trail = Chain(root), Trail(from_first=root[0] == 0)
    stored = rows.checkpoints.since(root[0])
    following = next(stored, None)
    if root[0]:
        # Old events were removed up to this checkpoint: it stands for them.
        if following is None or following[0] != root[0]:
            raise AuditBrokenError(
                f"the audit is broken: entries 1 to {root[0]} are missing, and no checkpoint "
                "stands for them",
                remedy=_REMEDY,
            )
        trail.follow(following[1], sequence=root[0], head=root[1])
        following = next(stored, None)
    for link, key in rows.links(after=root[0] or BEFORE_ALL):
        chain.follow(link)
        if key is not None:
            _read(link.sequence, link.body, key)
        while following is not None and following[0] <= link.sequence:
            trail.follow(following[1], sequence=link.sequence, head=link.hash)
            following = next(stored, None)
    chain.end(rows.stored_head())
    if following is not None:
        raise broken(trail.next_number, "signs an entry that is not here")
    return Verified(
        chain.sequence - root[0],
        chain.head,
        removed=root[0],
        sealed=trail.last.sequence if trail.last else 0,
        checkpoints=trail.count,
        signers=tuple(key.fingerprint for key in trail.signers),
    )


def _read(sequence: int, body: str, key: bytes) -> None:
    """Open what is private in an entry.

    :raises AuditBrokenError: if it is filed under another person.
    """
    try:
        read_body(body, key)
    except AuditBrokenError as error:
        raise AuditBrokenError(
            f"the audit is broken: entry {sequence} was filed under another person", remedy=_REMEDY
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AuditBrokenError(
            f"the audit is broken: entry {sequence} is no event", remedy=_REMEDY
        ) from error
