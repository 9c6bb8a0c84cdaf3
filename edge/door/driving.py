"""Has the lease do what a door's machine wants, and remembers what the lock did not obey."""

from __future__ import annotations

import logging
from contextlib import suppress

from edge.door.lease import Lease
from edge.errors import LockError
from edge.portal import Release

log = logging.getLogger(__name__)


class Driver:
    """Drives *lease*; for one thread at a time.

    *fault* is why the release that is wanted was not obeyed, or None.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._held: Release | None = None
        self.fault: LockError | None = None

    @property
    def released(self) -> bool:
        """Whether the lock is released, or may be."""
        return self._lease.released

    def drive(self, release: Release | None) -> bool:
        """Have the lock do *release*, or secure it; may be said again and again.

        Returns True where the lock begins not to obey a release. One that does not secure is tried
        by the lease until it does.
        """
        if release is None:
            self.fault = None
            if self._held is not None:
                self.give_up()
            return False
        if release == self._held:
            return False
        try:
            self._lease.hold(release.until)
        except LockError as error:
            began = self.fault is None
            if began:
                log.error("the door is not released (%s): %s", release.why, error)  # noqa: TRY400 - the lock's words suffice
            self._held, self.fault = None, error
            return began
        self._held, self.fault = release, None
        return False

    def secure(self) -> None:
        """Lock the door.

        :raises LockError: if the lock does not obey; it is tried until it does.
        """
        self._held = None
        self._lease.secure()

    def give_up(self) -> None:
        """Lock the door; if the lock does not obey, the lease says it, and tries on."""
        with suppress(LockError):
            self.secure()

    def close(self) -> None:
        """Lock the door and give the device back."""
        self._lease.close()
