"""Which figures a door and the pages give: built from the settings, for both programs alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from importlib.metadata import version

from edge.backup import backups_of
from edge.core import Core
from edge.errors import LiveError
from edge.metrics import Backlog, DoorFigures, HeartbeatSign, HostFigures, Kept
from edge.metrics.exposition import new_registry

log = logging.getLogger(__name__)


def kept_of(core: Core) -> Kept:
    """Return what is kept of the record, and the newest copy.

    :raises OstiaryError: if the record cannot be read.
    """
    events, newest = core.audit.count, core.audit.rows.checkpoints.newest()
    return Kept(
        events=events,
        unsigned=events - (0 if newest is None else newest.sequence),
        signed_at=None if newest is None else newest.at,
        backed_up_at=newest_backup(core),
    )


def newest_backup(core: Core) -> datetime | None:
    """Return when the newest copy on this machine was made, None for none or if nobody may look."""
    try:
        return max((each.at for each in backups_of(core)), default=None)
    except OSError:
        return None


def host_figures(core: Core) -> HostFigures:
    """Return the figures of this machine, for whoever gives them."""
    return HostFigures(core.settings.storage.folder, kept=lambda: kept_of(core))


def door_figures(
    core: Core, parts: ExitStack, backlog: Callable[[], Backlog]
) -> tuple[DoorFigures, HeartbeatSign] | None:
    """Return who counts at the door and who writes it down, or None where that is not wanted.

    *parts* takes both away again. Where there is no folder in memory the door goes on uncounted.
    """
    settings = core.settings
    if not settings.metrics.enabled:
        return None
    try:
        core.live.prepare()
    except LiveError as error:
        log.warning("there are no figures of the door: %s", error)
        return None
    registry = new_registry()
    registry.register(host_figures(core))
    figures = DoorFigures(
        registry, door=settings.door.name, version=version("ostiary"), backlog=backlog
    )
    sign = HeartbeatSign(core.live, registry, door=settings.door.name, owed=lambda: backlog().owed)
    parts.callback(sign.close)
    return figures, sign
