"""Is everything here that a door needs, devices apart: each check names what it found.

Nothing here touches a camera or a lock, so the web pages may ask, too.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version

from edge.audit import ClockTrust, Wanted
from edge.audit.outlook import RECENT, outlook
from edge.audit.reserve import MEBIBYTE
from edge.collection import changeover
from edge.collection.collections import Collections
from edge.collection.people import People
from edge.core import Core
from edge.errors import ClockError, OstiaryError, StorageError
from edge.similarity import fmr_of_similarity, gallery_threshold
from edge.storage.aside import lying_aside
from edge.storage.names import QUARANTINE_FOLDER
from edge.vision.status import ModelState

WITHOUT_TEXTURE: dict[str, str] = {
    "auto": "without the optional anti-spoof network everybody is asked to move",
    "passive": "without the optional anti-spoof network photos are told from faces, videos are not",
    "challenge": "everybody is asked to move; without the optional anti-spoof network nothing else "
    "stands against a video",
}
"""What a door that demands liveness does where the network is missing, by its mode."""


LEAST_DAYS = 30
"""Days until the disk is full, below which it is told: time to order a larger card."""

_HOUR = timedelta(hours=1)

_FREE = "Free space on the disk, or keep events for less long: audit.keep_days in the settings."


class Health(StrEnum):
    """How a check ended: a notice does not keep a door from working."""

    WELL = "ok"
    NOTICE = "notice"
    ILL = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    subject: str
    health: Health
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check by the name of what it looks at."""

    subject: str
    look: Callable[[Core], Finding]


def examine(check: Check, core: Core) -> Finding:
    """Carry out *check*; an error is what it found."""
    try:
        return check.look(core)
    except OstiaryError as error:
        return Finding(check.subject, Health.ILL, error.message, error.remedy)


def _settings(core: Core) -> Finding:
    folder = core.settings.storage.folder
    return Finding("settings", Health.WELL, f"data in {folder}, on {platform.machine()}")


def _models(core: Core) -> Finding:
    embedder = core.embedder
    found = core.models.status()
    for status in found:
        status.check()
    ready = [status for status in found if status.state is ModelState.READY]
    names = ", ".join(status.entry.name for status in ready)
    return Finding("models", Health.WELL, f"{names} verified; embedder {embedder.model.name}")


def _liveness(core: Core) -> Finding:
    mode = core.settings.liveness.mode
    if mode == "off":
        return Finding(
            "liveness",
            Health.NOTICE,
            "off: a photo of an enrolled person opens the door",
            'Set liveness.mode = "auto".',
        )
    if core.liveness.sees_texture:
        return Finding("liveness", Health.WELL, f"{mode}, by depth and by the anti-spoof network")
    return Finding(
        "liveness",
        Health.NOTICE,
        WITHOUT_TEXTURE[mode],
        "Fetch it: `ostiary models fetch`, or put it into the folder OSTIARY_MODEL_MIRROR names.",
    )


def _recognizer(core: Core) -> Finding:
    recognizer = core.recognizer
    return Finding("recognizer", Health.WELL, f"loaded, {recognizer.embedder.dimension} numbers")


def _changeover(core: Core) -> Finding:
    changing = changeover.changing(core.database)
    former = core.former_embedder
    if not changing or former is None:
        return Finding("re-enrolment", Health.WELL, "everybody's vectors are of one embedder")
    missing = sum(each.missing for each in changing)
    return Finding(
        "re-enrolment",
        Health.NOTICE,
        f"from {former.name} to {core.embedder.name}: {missing} people are not enrolled anew",
        "Who they are: `ostiary re-enroll status`."
        if missing
        else "Everybody is: `ostiary re-enroll finish`.",
    )


def _key(core: Core) -> Finding:
    loaded = core.key
    return Finding("key", Health.WELL, f"{len(loaded.secret) * 8} bits, readable by its owner only")


def _database(core: Core) -> Finding:
    core.database.check_integrity()
    collections = Collections(core.database).list()
    held = ", ".join(f"{each.collection_id} ({each.people} people)" for each in collections)
    versions = " and ".join(f"{name} {version(name)}" for name in ("apsw-sqlite3mc", "sqlite-vec"))
    return Finding("database", Health.WELL, f"{held or 'no collection yet'}; {versions}")


def _quarantine(core: Core) -> Finding:
    data = core.settings.storage.folder
    try:
        found = lying_aside(data)
    except OSError as error:
        raise StorageError(
            f"{data / QUARANTINE_FOLDER} cannot be read: {error.strerror}",
            remedy="Let this user read it.",
        ) from error
    if not found:
        return Finding("quarantine", Health.WELL, "no damaged database was put aside")
    fates = [fate for aside in found for fate in aside.fates]
    told = "; ".join(f"{fate.name} was damaged: {fate.outcome}" for fate in fates)
    whole = bool(fates) and all(fate.whole for fate in fates)
    return Finding(
        "quarantine",
        Health.NOTICE if whole else Health.ILL,
        told or f"damaged databases lie in {found[0].folder}",
        f"When everything is as it should be again, remove {data / QUARANTINE_FOLDER}: it holds who "
        "was erased since. Is the card worn out? Replace it.",
    )


def _threshold(core: Core) -> Finding:
    door = core.settings.door
    people = core.gallery.people_count
    threshold = gallery_threshold(people, target_fpir=door.target_fpir, floor=door.similarity)
    rate = min(1.0, people * fmr_of_similarity(threshold))
    return Finding(
        "threshold",
        Health.WELL if people else Health.NOTICE,
        f"more than {threshold:.2f} % for {people} people; "
        f"about {rate * 100:.3f} % of strangers would be taken for one of them",
        "" if people else "Enroll somebody: `ostiary enroll --help`.",
    )


def _audit(core: Core) -> Finding:
    verified = core.audit.verify()
    newest = core.audit.rows.checkpoints.newest()
    whole = f"{verified.entries} events, chain whole"
    if newest is None or newest.at is None:
        return Finding("audit", Health.WELL, f"{whole}, not signed yet")
    age = datetime.now(UTC) - newest.at
    text = f"{whole}; signed up to event {verified.sealed}, {age / _HOUR:.1f} hours ago"
    unsigned = core.audit.count - verified.sealed
    if unsigned and age > 2 * timedelta(minutes=core.settings.audit.checkpoint_minutes):
        return Finding(
            "audit",
            Health.ILL,
            f"{text}; {unsigned} events behind it are not",
            "Is the signing key there? `ostiary audit key` tells; the door signs while it runs.",
        )
    if verified.signers[-1:] != (core.signing_key.public.fingerprint,):
        return Finding(
            "audit",
            Health.NOTICE,
            f"{text}, by a key that is not this device's: {verified.signers[-1]}",
            "Compare it with the fingerprint that was written down. The next event is signed anew.",
        )
    return Finding("audit", Health.WELL, text)


def _record(core: Core) -> Finding:
    audit, now = core.audit, datetime.now(UTC)
    free = shutil.disk_usage(core.settings.storage.folder).free
    size = core.audit_path.stat().st_size
    oldest = next(audit.entries(limit=1), None)
    recent = audit.search.numbers(Wanted(since=now - RECENT))
    seen = outlook(
        size=size,
        entries=audit.count - audit.rows.root()[0],
        recent=0 if recent is None else recent[1] - recent[0] + 1,
        span=RECENT if oldest is None else min(RECENT, now - oldest.event.at),
        free=free,
    )
    days = core.settings.audit.keep_days
    left = (
        "" if seen.days_left is None else f", disk full in {min(seen.days_left, 36_500):,.0f} days"
    )
    text = (
        f"{size / MEBIBYTE:.1f} MB, {seen.per_day / 1024:.0f} kB a day{left}; "
        f"kept {f'{days} days' if days else 'for ever'}"
    )
    if core.reserve is not None and not core.reserve.kept and free < 2 * core.reserve.size:
        return Finding("record", Health.ILL, f"{text}; THE DISK IS FULL", _FREE)
    if seen.days_left is not None and seen.days_left < LEAST_DAYS:
        return Finding("record", Health.NOTICE, text, _FREE)
    return Finding("record", Health.WELL, text)


def _clock(core: Core) -> Finding:
    now = datetime.now(UTC)
    trust = core.audit.clock_trust(now)
    if not trust.plausible:
        since = {
            ClockTrust.BEFORE_BUILD: "this program was written later",
            ClockTrust.BEFORE_RECORD: "the last event was more than a day later",
        }[trust]
        return Finding(
            "clock",
            Health.ILL,
            f"it is {now:%F %T} UTC here, but {since}",
            "Set the clock: `timedatectl`; without a network, add a battery-backed clock.",
        )
    try:
        core.audit.refuse_leap(now)
    except ClockError as error:
        return Finding("clock", Health.NOTICE, error.message, error.remedy)
    return Finding("clock", Health.WELL, f"{now:%F %T} UTC")


def _retention(core: Core) -> Finding:
    overdue = len(People(core.database).overdue(datetime.now(UTC)))
    if not overdue:
        return Finding("retention", Health.WELL, "nobody is stored for longer than she may be")
    return Finding(
        "retention",
        Health.NOTICE,
        f"the retention of {overdue} people has ended",
        "Erase them: `ostiary people sweep`; ostiary-sweep.timer does so every night.",
    )


LIVENESS = Check("liveness", _liveness)

CHECKS: tuple[Check, ...] = (
    Check("settings", _settings),
    Check("models", _models),
    Check("recognizer", _recognizer),
    LIVENESS,
    Check("key", _key),
    Check("database", _database),
    Check("re-enrolment", _changeover),
    Check("quarantine", _quarantine),
    Check("retention", _retention),
    Check("audit", _audit),
    Check("record", _record),
    Check("clock", _clock),
    Check("threshold", _threshold),
)
