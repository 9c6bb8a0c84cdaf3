"""An export of the record: one file that anybody can verify, on any machine, without the site's keys.

Lines of JSON, each as :func:`line_of` writes it:

- ``{"header": …}``: the site, the device's public key, when it was made, and after which entry it
  begins;
- where older events are not in it: the checkpoint that stands for them;
- ``{"entry": …}``: number, body and hash of each event, and behind the entry that it signs each
  ``{"checkpoint": …}``;
- ``{"end": …, "signature": …}``: how many entries, the last one's hash and SHA-256 of all lines
  before, signed by the device.

Whom an event is about is in it as it is in the record: encrypted, the key left at home.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.audit.checkpoints import Stored
from edge.audit.log import Audit
from edge.audit.search import Wanted
from edge.errors import AuditError
from edge.storage.signing import SigningKey
from edge.storage.times import to_text

FORM = "ostiary audit export 1"

PURPOSE = b"ostiary audit export 1\n"
"""Before what is signed, so that no signature can be taken for one of something else."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which entries are exported: those behind *root*, number and hash, up to number *last*."""

    root: tuple[int, str]
    last: int


def line_of(values: Mapping[str, Any]) -> bytes:
    """Return *values* as their one canonical line."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii") + b"\n"


def signed_part(end: Mapping[str, Any]) -> bytes:
    """Return what the signature in the last line is over."""
    return PURPOSE + line_of(end)


def bounds_of(
    audit: Audit, *, since: datetime | None = None, until: datetime | None = None
) -> Bounds:
    """Return which entries must go along, so that those between two aware times can be verified.

    It begins behind a checkpoint and ends with one, so it may hold more than was asked for.

    :raises AuditError: if the file cannot be read.
    """
    rows, (last, _) = audit.rows, audit.rows.head()
    root = rows.root()
    numbers = audit.search.numbers(Wanted(since=since, until=until))
    if since is not None:
        first = numbers[0] if numbers else last + 1
        signed = rows.checkpoints.before(first - 1)
        root = root if signed is None or signed[0] < root[0] else signed
    if until is not None:
        wanted = numbers[1] if numbers else root[0]
        last = min(last, rows.checkpoints.behind(wanted) or last)
    return Bounds(root, max(last, root[0]))


def export_lines(
    audit: Audit,
    key: SigningKey,
    *,
    site: str,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[bytes]:
    """Yield the lines of an export that is made *now*, of the events between two aware times.

    It is read page by page and takes no memory. The end of the record is signed before.

    :raises AuditError: if the file cannot be read or written, or its old events are removed while
        they are exported.
    """
    audit.seal()
    bounds = bounds_of(audit, since=since, until=until)
    digest, entries, head = hashlib.sha256(), 0, bounds.root
    for line in _body_lines(audit, key, bounds, site=site, now=now):
        if "entry" in line:
            entries, head = entries + 1, (line["entry"]["sequence"], line["entry"]["hash"])
        written = line_of(line)
        digest.update(written)
        yield written
    end = {
        "entries": entries,
        "head": head[1],
        "sequence": head[0],
        "sha256": digest.hexdigest(),
    }
    yield line_of({"end": end, "signature": key.sign(signed_part(end))})


def _body_lines(
    audit: Audit, key: SigningKey, bounds: Bounds, *, site: str, now: datetime
) -> Iterator[dict[str, Any]]:
    root = bounds.root
    yield {
        "header": {
            "form": FORM,
            "key": key.public.digits,
            "made": to_text(now),
            "root": {"hash": root[1], "sequence": root[0]},
            "site": site,
        }
    }
    checkpoints = audit.rows.checkpoints.since(root[0])
    following = next(checkpoints, None)
    if following is not None and following[0] == root[0]:
        yield _checkpoint(following[1])
        following = next(checkpoints, None)
    expected = root[0]
    for link, _ in audit.rows.links(after=root[0]):
        if link.sequence > bounds.last:
            break
        expected += 1
        if link.sequence > expected and audit.rows.root()[0] > root[0]:
            raise AuditError(
                "old events were removed while they were exported", remedy="Export them again."
            )
        yield {"entry": {"body": link.body, "hash": link.hash, "sequence": link.sequence}}
        while following is not None and following[0] <= link.sequence:
            yield _checkpoint(following[1])
            following = next(checkpoints, None)


def _checkpoint(stored: Stored) -> dict[str, Any]:
    return {"checkpoint": {"body": stored.body, "signature": stored.signature}}
