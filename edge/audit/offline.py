"""Verifying an export: with the file alone, and the fingerprint that somebody wrote down.

Needs no database, no settings and no secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from edge.audit.chain import FIRST_HASH, Chain, Link
from edge.audit.checkpoints import Stored, Trail
from edge.audit.export import FORM, line_of, signed_part
from edge.errors import AuditBrokenError, AuditError, KeyFileError
from edge.storage.signing import PublicKey
from edge.storage.times import from_text

LONGEST_LINE = 2**20
"""Bytes; an event has a few hundred."""

_NONSENSE = (ValueError, TypeError, KeyError, AttributeError, KeyFileError, RecursionError)


@dataclass(frozen=True, slots=True)
class Header:
    """What an export says of itself; the entries begin behind *root*, number and hash."""

    site: str
    made: datetime
    key: PublicKey
    root: tuple[int, str]


@dataclass(frozen=True, slots=True)
class VerifiedExport:
    """An export that holds: entries *first* to *last*, the last one's hash, and who signed.

    *signers* are the fingerprints of all keys, the one that signed the file first. *whole*: it
    begins with the first event that was ever recorded.
    """

    site: str
    made: datetime
    entries: int
    first: int
    last: int
    head: str
    checkpoints: int
    signers: tuple[str, ...]
    whole: bool


def verify_export(path: Path, *, fingerprints: Collection[str] | None = None) -> VerifiedExport:
    """Return what the export *path* adds up to.

    *fingerprints* are of the keys that may have signed, as 64 digits; None for any.

    :raises AuditBrokenError: naming the first entry or checkpoint that is missing, changed or too
        many, or the line that is none.
    :raises AuditError: if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return verify_stream(file, fingerprints=fingerprints)
    except OSError as error:
        raise AuditError(f"{path} cannot be read: {error.strerror}") from error


def verify_stream(file: BinaryIO, *, fingerprints: Collection[str] | None = None) -> VerifiedExport:
    """Do as :func:`verify_export` does with an open file, from its beginning."""
    digest = hashlib.sha256()
    lines = _lines(file)
    number, written, values = next(lines, (1, b"", {}))
    header = _header(values)
    if fingerprints is not None and header.key.fingerprint_digits not in fingerprints:
        raise AuditBrokenError(
            f"the export is signed by another key, {header.key.fingerprint}", remedy=_REMEDY
        )
    digest.update(written)
    chain, trail = (
        Chain(header.root),
        Trail(from_first=header.root[0] == 0, fingerprints=fingerprints),
    )
    for number, written, values in lines:
        if "end" in values:
            _end(written, values, header, chain, digest.hexdigest())
            if file.read(1):
                raise _none(number + 1)
            return _told(header, chain, trail)
        try:
            _follow(values, chain, trail)
        except _NONSENSE as error:
            raise _none(number) from error
        digest.update(written)
    raise AuditBrokenError(
        f"the export is cut off behind entry {chain.sequence}: its last line is missing",
        remedy=_REMEDY,
    )


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
    """Yield number, bytes and values of each line.

    :raises AuditBrokenError: if one is none.
    """
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        try:
            values = json.loads(line)
        except _NONSENSE as error:
            raise _none(number) from error
        if not isinstance(values, dict) or not line.endswith(b"\n"):
            raise _none(number)
        yield number, line, values


def _header(values: dict[str, Any]) -> Header:
    try:
        told = values["header"]
        if told["form"] != FORM:
            raise ValueError("another form")
        return Header(
            site=str(told["site"]),
            made=from_text(told["made"]),
            key=PublicKey(told["key"]),
            root=(int(told["root"]["sequence"]), str(told["root"]["hash"])),
        )
    except _NONSENSE as error:
        raise AuditBrokenError(
            "the file is no export of the record, or its first line was changed", remedy=_REMEDY
        ) from error


def _follow(values: dict[str, Any], chain: Chain, trail: Trail) -> None:
    if "entry" in values:
        entry = values["entry"]
        if chain.sequence == chain.root[0] and chain.root[0] and not trail.count:
            raise AuditBrokenError(
                f"the export begins behind entry {chain.root[0]}, and no checkpoint stands for "
                "what was before",
                remedy=_REMEDY,
            )
        chain.follow(Link(entry["sequence"], chain.head, str(entry["body"]), str(entry["hash"])))
        return
    checkpoint = values["checkpoint"]
    stored = Stored(str(checkpoint["body"]), str(checkpoint["signature"]))
    trail.follow(stored, sequence=chain.sequence, head=chain.head)


def _end(written: bytes, values: dict[str, Any], header: Header, chain: Chain, digest: str) -> None:
    """Hold everything that was read against the last line.

    :raises AuditBrokenError: if it does not add up, or was not signed so.
    """
    end, signature = values["end"], values.get("signature")
    if not isinstance(end, dict) or not isinstance(signature, str):
        raise AuditBrokenError("the last line of the export was changed", remedy=_REMEDY)
    if isinstance(end.get("sequence"), int):
        chain.end((end["sequence"], str(end.get("head"))))
    expected = {
        "entries": chain.sequence - header.root[0],
        "head": chain.head,
        "sequence": chain.sequence,
        "sha256": digest,
    }
    # To the byte: there is one way to write this line.
    whole = written == line_of({"end": expected, "signature": signature})
    if not whole or not header.key.signed(signed_part(expected), signature):
        raise AuditBrokenError(
            "the export was changed: its signature does not hold", remedy=_REMEDY
        )
    if header.root[0] == 0 and header.root[1] != FIRST_HASH:
        raise AuditBrokenError("the export does not begin with the first event", remedy=_REMEDY)


def _told(header: Header, chain: Chain, trail: Trail) -> VerifiedExport:
    signers = dict.fromkeys((header.key.fingerprint, *(key.fingerprint for key in trail.signers)))
    return VerifiedExport(
        site=_printable(header.site),
        made=header.made,
        entries=chain.sequence - header.root[0],
        first=header.root[0] + 1,
        last=chain.sequence,
        head=chain.head,
        checkpoints=trail.count,
        signers=tuple(signers),
        whole=header.root[0] == 0,
    )


def _printable(text: str) -> str:
    """Return *text* as it may be shown: a stranger signs what he likes, also what moves a cursor."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


_REMEDY = "Keep the file as evidence, and export the record again where it is kept."


def _none(number: int) -> AuditBrokenError:
    return AuditBrokenError(
        f"line {number} of the export was changed: it is none of the record", remedy=_REMEDY
    )
