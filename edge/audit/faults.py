"""Faults of the file, told as faults of the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge.errors import AuditError, AuditFullError, DiskFullError, StorageError


@contextmanager
def as_audit_error(what: str) -> Iterator[None]:
    """Tell a fault inside as "the audit *what*".

    :raises AuditFullError: for a full disk.
    :raises AuditError: for any other fault of storage.
    """
    try:
        yield
    except DiskFullError as error:
        raise AuditFullError(f"the audit {what}: {error.message}", remedy=error.remedy) from error
    except StorageError as error:
        raise AuditError(f"the audit {what}: {error.message}", remedy=error.remedy) from error
