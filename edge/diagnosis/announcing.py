"""Does what happens at the door arrive at those who are told.

An announcement that does not arrive keeps nobody from entering: no more than a notice.
"""

from __future__ import annotations

from edge.announcer import broker_address
from edge.announcing import mqtt
from edge.announcing.broker import Connection
from edge.announcing.follower import UNWRITTEN
from edge.announcing.ledger import Ledger, Place
from edge.announcing.running import only_announcer
from edge.announcing.signing import read_keys
from edge.announcing.webhooks import destination
from edge.core import Core
from edge.errors import AnnouncingError
from edge.health import Finding, Health
from edge.storage.names import LEDGER_FILE


def look_at_mqtt(core: Core) -> Finding:
    """Try the broker, and tell how far it has been told."""
    wanted = core.settings.mqtt
    if not wanted.host:
        return Finding("mqtt", Health.WELL, "not set, nobody is told")
    address = broker_address(wanted, client_id="ostiary-doctor")
    try:
        Connection(address).close()
    except AnnouncingError as error:
        return Finding("mqtt", Health.NOTICE, error.message, error.remedy)
    return _delivery(core, "mqtt", {mqtt.NAME: f"{address.words} takes this door"})


def look_at_webhooks(core: Core) -> Finding:
    """Read the keys, and tell how far each server has been told."""
    wanted = core.settings.webhooks
    if not wanted.addresses:
        return Finding("webhooks", Health.WELL, "not set, nobody is told")
    for path in wanted.keys.values():
        read_keys(path)
    return _delivery(core, "webhooks", {destination(name): name for name in wanted.addresses})


def _delivery(core: Core, subject: str, names: dict[str, str]) -> Finding:
    """Tell of each of the destinations *names*, by what they are called, how far it has come."""
    with Ledger(core.settings.storage.folder / LEDGER_FILE, core.key) as ledger:
        places = {name: ledger.place(name) for name in names}
        refused = {name: len(ledger.given_up(name)) for name in names}
    newest = core.audit.count
    told = "; ".join(
        f"{words}: {_told_of(places[name], newest, refused[name])}" for name, words in names.items()
    )
    with only_announcer(core.settings.storage.folder) as nobody:
        if nobody:
            return Finding(
                subject,
                Health.NOTICE,
                f"{told}; `ostiary announce` is not running",
                "Start it: systemctl enable --now ostiary-announce",
            )
    failing = any(place is not None and place.fault for place in places.values())
    return Finding(
        subject,
        Health.NOTICE if failing else Health.WELL,
        told,
        "`ostiary announce test` says more." if failing else "",
    )


def _told_of(place: Place | None, newest: int, refused: int) -> str:
    if place is None:
        return "not begun"
    last = "nothing yet"
    if place.delivered_at is not None:
        last = f"last at {place.delivered_at:%F %T} UTC"
    behind = newest - place.cursor
    # What is for others is passed in memory first, so a short way behind may be no way at all.
    late = f", entries behind: {behind}" if place.fault or behind > UNWRITTEN else ""
    lost = f", {place.passed_over} passed over" if place.passed_over else ""
    why = f" ({place.fault})" if place.fault else ""
    listed = f", {refused} refused" if refused else ""
    return f"{last}{late}{lost}{listed}{why}"
