"""What ``ostiary announce`` is made of.

It is built from the settings alone, without the networks and the collections of the other programs:
a small process that may use the network beside one that must not wait for it.
"""

from __future__ import annotations

import difflib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from random import SystemRandom

from edge.announcing import mqtt
from edge.announcing.broker import Address
from edge.announcing.commands import Commands
from edge.announcing.condition import to_memory
from edge.announcing.discovery import Described
from edge.announcing.follower import Follower, looked_back
from edge.announcing.ledger import Ledger
from edge.announcing.mqtt import MqttAnnouncer, MqttPolicy
from edge.announcing.posting import Poster
from edge.announcing.private_files import first_line
from edge.announcing.reaching import tls_context
from edge.announcing.running import Announcer
from edge.announcing.signing import read_keys
from edge.announcing.topics import Topics, level
from edge.announcing.webhooks import WebhookAnnouncer, WebhookPolicy, destination
from edge.audit import Audit, EventKind
from edge.config import MqttSettings, Settings
from edge.config.announcing import is_loopback
from edge.desk import Desk
from edge.errors import ConfigError, NotFoundError
from edge.storage.key import Key, load_key
from edge.storage.names import AUDIT_FILE, COLLECTION_FILE, DESK_FILE, LEDGER_FILE
from edge.storage.using import hold_with_others

log = logging.getLogger(__name__)


def destinations(settings: Settings) -> tuple[str, ...]:
    """Return the names of the destinations that are set, as the ledger has them."""
    hooks = (destination(name) for name in settings.webhooks.addresses)
    return (*((mqtt.NAME,) if settings.mqtt.host else ()), *hooks)


def site_key(settings: Settings) -> Key:
    """Return the key of the databases, made if there is no database yet.

    :raises KeyFileError: if it is missing, malformed or readable by others.
    """
    folder = settings.storage.folder
    with hold_with_others(folder):  # finishes a change of the key that was cut off
        return load_key(settings.storage.key_file, databases=tuple(sorted(folder.glob("*.db"))))


@contextmanager
def wired_announcers(settings: Settings) -> Iterator[tuple[Announcer, ...]]:
    """Give what tells each destination of the settings, and give their files back afterwards.

    :raises ConfigError: if a file of a secret or a certificate, or a kind of event, is wrong.
    :raises OstiaryError: if the record, or the file of the places in it, cannot be opened.
    """
    with ExitStack() as parts:
        parts.enter_context(hold_with_others(settings.storage.folder))
        key = site_key(settings)
        record = settings.storage.folder / AUDIT_FILE
        # A new installation may have none yet, an old one another version's: made, and left alone.
        Audit(record, key).close()
        audit = parts.enter_context(Audit(record, key, read_only=True))
        ledger = parts.enter_context(Ledger(settings.storage.folder / LEDGER_FILE, key))
        made: list[Announcer] = []
        if settings.mqtt.host:
            made.append(_mqtt(settings, key, audit, ledger, parts))
        made += _webhooks(settings, audit, ledger)
        yield tuple(made)


def _mqtt(
    settings: Settings, key: Key, audit: Audit, ledger: Ledger, parts: ExitStack
) -> MqttAnnouncer:
    wanted, door = settings.mqtt, settings.door.name
    release = timedelta(seconds=settings.lock.release_seconds)
    topics = Topics(f"{wanted.topic}/{level(door)}")
    unique = ledger.installation
    if not wanted.tls and not is_loopback(wanted.host):
        log.warning("mqtt.tls is off: whoever is on the network reads along, the password too")
    introduction = Described(
        prefix=wanted.discovery,
        topics=topics,
        unique=unique,
        name=door,
        site=settings.site.name,
        version=version("ostiary"),
        commands=wanted.accept_commands,
        names=wanted.names,
    )
    return MqttAnnouncer(
        address=broker_address(wanted, client_id=f"ostiary-{unique}"),
        policy=MqttPolicy(
            door=door,
            release=release,
            topics=topics,
            introduction=introduction if wanted.discovery else None,
            duress_topic=wanted.duress_topic,
        ),
        follower=Follower(
            audit=audit,
            ledger=ledger,
            name=mqtt.NAME,
            clock=_now,
            first_memory=lambda: to_memory(looked_back(audit, door=door, release=release)),
        ),
        clock=_now,
        chance=SystemRandom(),
        name_of=_names(settings, key, parts) if wanted.names else lambda _: None,
        commands=_commands(settings, key, parts) if wanted.accept_commands else None,
    )


def broker_address(wanted: MqttSettings, *, client_id: str) -> Address:
    """Return where the broker is, and by what this door proves who it is.

    :raises ConfigError: if a file of a secret or of a certificate cannot be used.
    """
    password = wanted.password_file
    return Address(
        host=wanted.host,
        port=wanted.port,
        client_id=client_id,
        tls=tls_context(
            section="mqtt",
            ca_file=wanted.ca_file,
            certificate_file=wanted.certificate_file,
            key_file=wanted.certificate_key_file,
        )
        if wanted.tls
        else None,
        username=wanted.username,
        password="" if password is None else first_line(password, what="mqtt.password_file"),
    )


def _commands(settings: Settings, key: Key, parts: ExitStack) -> Commands:
    desk = parts.enter_context(Desk(settings.storage.folder / DESK_FILE, key))
    return Commands(requests=desk, door=settings.door.name, clock=_now, monotonic=time.monotonic)


def _names(settings: Settings, key: Key, parts: ExitStack) -> Callable[[str], str | None]:
    """Return what finds the name of a person; the collections are opened only where names are told."""
    from edge.collection.database import open_collection  # noqa: PLC0415 - half a second of loading
    from edge.collection.people import People  # noqa: PLC0415

    path = settings.storage.folder / COLLECTION_FILE
    opened: list[People] = []

    def name_of(person_id: str) -> str | None:
        if not opened:
            if not path.exists():
                return None
            opened.append(People(parts.enter_context(open_collection(path, key, read_only=True))))
        try:
            return opened[0].get(person_id).name
        except NotFoundError:
            return None

    return name_of


def _webhooks(settings: Settings, audit: Audit, ledger: Ledger) -> Iterator[WebhookAnnouncer]:
    wanted = settings.webhooks
    if not wanted.addresses:
        return
    context = tls_context(section="webhooks", ca_file=wanted.ca_file)
    for name, address in wanted.addresses.items():
        kinds = wanted.kinds.get(name)
        yield WebhookAnnouncer(
            poster=Poster(address, timeout=wanted.timeout_seconds, tls=context),
            keys=read_keys(wanted.keys[name]),
            policy=WebhookPolicy(
                name=name,
                site=settings.site.name,
                kinds=None if kinds is None else kinds_of(name, kinds),
                refusals=wanted.refusals,
            ),
            follower=Follower(audit=audit, ledger=ledger, name=destination(name), clock=_now),
            clock=_now,
            chance=SystemRandom(),
        )


def kinds_of(name: str, words: str) -> frozenset[EventKind]:
    """Return the kinds of events that *words* names, for the webhook *name*.

    :raises ConfigError: naming every word that is none, with the nearest that is.
    """
    known = [kind.value for kind in EventKind]
    wrong = [word for word in words.split() if word not in known]
    if wrong:
        near = [found for word in wrong for found in difflib.get_close_matches(word, known, n=1)]
        raise ConfigError(
            f"webhooks.kinds.{name}: no kind of event is called {', '.join(wrong)}.",
            remedy=f"Did you mean {', '.join(near)}?"
            if near
            else "`ostiary announce kinds` lists them.",
        )
    return frozenset(EventKind(word) for word in words.split())


def _now() -> datetime:
    return datetime.now(UTC)
