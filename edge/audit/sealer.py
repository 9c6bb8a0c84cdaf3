"""When the record is signed, and with what."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.audit.checkpoint_rows import Newest
from edge.audit.checkpoints import FIRST_CHECKPOINT, Checkpoint, Stored
from edge.errors import KeyFileError
from edge.storage.signing import SigningKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """A checkpoint is due after so many *events*, and when the last one has this *age*."""

    events: int = 500
    age: timedelta = timedelta(hours=1)

    def due(self, *, unsigned: int, age: timedelta) -> bool:
        """Tell whether it is, for so many *unsigned* events and a last checkpoint of *age*.

        A last checkpoint of the future was signed by a clock that was wrong: it is due.
        """
        return unsigned > 0 and (unsigned >= self.events or not timedelta(0) <= age < self.age)


class Sealer:
    """Signs checkpoints for one site; *load* gives the device's key, and is asked once.

    Without the key nothing is signed, which is logged once: an event that is recorded and not signed
    is better than none.
    """

    def __init__(
        self,
        load: Callable[[], SigningKey],
        *,
        site: str,
        policy: SealPolicy | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._load = load
        self._site = site
        self._policy = policy or SealPolicy()
        self._clock = clock
        self._key: SigningKey | None = None
        self._failed = False

    @property
    def key(self) -> SigningKey | None:
        """The device's key, or None if it cannot be used."""
        if self._key is None and not self._failed:
            try:
                self._key = self._load()
            except KeyFileError as error:
                self._failed = True
                fault = str(error)
            else:
                return self._key
            log.error("the record is not signed any more: %s", fault)
        return self._key

    def now(self) -> datetime:
        """Return the time that goes into a checkpoint."""
        return self._clock()

    def due(self, last: Newest | None, sequence: int) -> bool:
        """Tell whether a checkpoint is due behind *last*, where *sequence* is the newest entry.

        The first one is due with the first event, so that the key is known from the beginning.
        """
        if last is None or last.at is None:
            return sequence > 0
        return self._policy.due(unsigned=sequence - last.sequence, age=self._clock() - last.at)

    def sign(self, key: SigningKey, last: Newest | None, head: tuple[int, str]) -> Stored:
        """Return the checkpoint behind *last* for *head*, number and hash of the newest entry."""
        return Checkpoint(
            number=1 if last is None else last.number + 1,
            sequence=head[0],
            head=head[1],
            at=self._clock(),
            site=self._site,
            previous=FIRST_CHECKPOINT if last is None else last.stored.digest,
            key=key.public,
        ).signed(key)
