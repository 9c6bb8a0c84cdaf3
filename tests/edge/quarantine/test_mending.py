"""A damaged database is noticed, stands aside, and nobody gets in by what comes in its place."""

from __future__ import annotations

import logging
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edge.audit import AuditEvent, EventKind
from edge.backup import back_up
from edge.collection.people import People
from edge.config import Settings
from edge.core import Core
from edge.errors import InUseError, KeyFileError
from edge.health import CHECKS, Health, examine
from edge.quarantine import looked_at, mend
from edge.retention import sweep
from edge.storage.aside import lying_aside
from edge.storage.key import Key
from edge.storage.names import AUDIT_FILE, COLLECTION_FILE, DATABASE_FILES, DESK_FILE, WEB_FILE
from edge.storage.using import hold_with_others
from edge.wiping import wipe
from enroll.store import open_web
from tests.edge.quarantine.device import (
    LATER,
    NAMES,
    enroll,
    erased,
    locked_down,
    lying,
    named,
    people_of,
    spoil,
    told,
)


def without_backups(device: Settings) -> Settings:
    """Take the device's backups away."""
    assert device.backup.folder is not None
    shutil.rmtree(device.backup.folder)
    return device


def test_nothing_is_done_where_nothing_is_damaged(device: Settings) -> None:
    """Not even a folder is made."""
    assert mend(device, now=LATER) is None
    assert not (device.storage.folder / "quarantine").exists()


def test_a_device_that_was_never_used_is_left_alone(tmp_path: Path) -> None:
    """Looking makes no key: whoever writes first makes it."""
    device = Settings()
    device = replace(device, storage=replace(device.storage, folder=tmp_path / "new"))
    assert looked_at(device) is None
    assert not (tmp_path / "new").exists()


def test_people_come_back_from_the_backup(
    device: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """All six, as they were; the damaged file lies aside to the byte; one loud line with a remedy."""
    damaged = spoil(device, COLLECTION_FILE)
    with caplog.at_level(logging.ERROR):
        done = mend(device, now=LATER)
    assert done is not None
    assert [fate.name for fate in done.fates] == [COLLECTION_FILE]
    assert done.fates[0].whole
    assert lying(device) == {COLLECTION_FILE: damaged}
    assert people_of(device) == dict.fromkeys(NAMES, False)
    assert not locked_down(device)
    (line,) = (record.getMessage() for record in caplog.records)
    assert "collection.db was damaged" in line
    assert "ostiary doctor" in line
    (detail,) = told(device, EventKind.DATABASE_DAMAGED)
    assert "put back from backup-" in detail
    assert mend(device, now=LATER) is None


def test_who_was_erased_since_stays_erased(device: Settings) -> None:
    """The record does not say who it was; that her key is gone from it does."""
    with closing(Core(device)) as core:
        erased(core, NAMES[0])
        erased(core, NAMES[3])
    spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    assert people_of(device) == dict.fromkeys((NAMES[1], NAMES[2], NAMES[4], NAMES[5]), False)
    database = device.storage.folder / COLLECTION_FILE
    with closing(Core(device)) as core:
        assert not core.database.rows("SELECT 1 FROM people WHERE name = ?", (NAMES[0],))
    assert database.with_name(f"{COLLECTION_FILE}-wal").exists() is False


def test_who_lost_a_right_since_comes_back_suspended(device: Settings) -> None:
    """And of whom a face may have been taken, not at all."""
    with closing(Core(device)) as core:
        revoked, suspended, changed, welcome = (named(core, name) for name in NAMES[:4])
        for kind, person, reason in (
            (EventKind.BADGE_REVOKED, revoked, None),
            (EventKind.PERSON_CHANGED, suspended, "SUSPENDED"),
            (EventKind.PERSON_CHANGED, changed, "TOLD"),
            (EventKind.PERSON_CHANGED, welcome, "RESUMED"),
        ):
            event = AuditEvent(kind, LATER, person_id=person.person_id, reason=reason)
            core.audit.append(event)
    spoil(device, COLLECTION_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert not done.fates[0].whole
    assert people_of(device) == dict.fromkeys(NAMES[3:], False) | dict.fromkeys(NAMES[:2], True)


def test_rules_that_changed_since_lock_the_door_down(device: Settings) -> None:
    """The older rules may let in whom the newer do not: somebody must look."""
    with closing(Core(device)) as core:
        core.audit.append(AuditEvent(EventKind.RULES_CHANGED, LATER, detail="version 2"))
    spoil(device, COLLECTION_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert done.lockdown
    assert locked_down(device)
    assert people_of(device) == dict.fromkeys(NAMES, False)


@pytest.mark.parametrize("kind", [EventKind.FACE_DELETED, EventKind.COLLECTION_DELETED])
def test_what_was_erased_without_a_name_keeps_everybody_out(
    device: Settings, kind: EventKind
) -> None:
    """Whose it was is not told, so nothing comes back, and the door is locked down."""
    with closing(Core(device)) as core:
        core.audit.append(AuditEvent(kind, LATER, detail="1 faces of badges"))
    spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    assert people_of(device) == {}
    assert locked_down(device)


def test_without_a_backup_it_begins_empty_and_locked(device: Settings) -> None:
    """Whoever is enrolled then does not pass before somebody ends the lockdown: the rules are gone."""
    damaged = spoil(without_backups(device), COLLECTION_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert done.fates[0].outcome.startswith("begun empty")
    assert people_of(device) == {}
    assert locked_down(device)
    assert lying(device) == {COLLECTION_FILE: damaged}


def test_a_backup_of_another_history_is_not_used(device: Settings, tmp_path: Path) -> None:
    """A record that the backup's is not the beginning of cannot tell what happened since."""
    record = (device.storage.folder / AUDIT_FILE).read_bytes()
    with closing(Core(device)) as core:
        core.audit.append(AuditEvent(EventKind.FAULT, LATER, detail="one"))
        back_up(core, now=LATER, actor="test")
    assert device.backup.folder is not None
    oldest, _ = sorted(device.backup.folder.iterdir())
    shutil.rmtree(oldest)
    (device.storage.folder / AUDIT_FILE).write_bytes(record)
    with closing(Core(device)) as core:
        core.audit.append(AuditEvent(EventKind.FAULT, LATER, detail="another"))
        core.audit.append(AuditEvent(EventKind.FAULT, LATER, detail="and another"))
    spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    assert people_of(device) == {}
    assert locked_down(device)


def test_a_damaged_backup_is_passed_over_for_an_older_one(device: Settings) -> None:
    """Who was enrolled in between is lost, and told."""
    with closing(Core(device)) as core:
        enroll(core, "New", LATER)
        newest = back_up(core, now=LATER, actor="test").path
    (newest / COLLECTION_FILE).write_bytes(b"worn out")
    spoil(device, COLLECTION_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert "1 enrolled since are lost" in done.fates[0].outcome
    assert people_of(device) == dict.fromkeys(NAMES, False)


def test_a_damaged_record_goes_on_from_the_backup_locked_down(device: Settings) -> None:
    """Whether the door was in lockdown stood in it. Who was erased since is not readable again."""
    with closing(Core(device)) as core:
        gone = named(core, NAMES[2]).person_id
        erased(core, NAMES[2])
    damaged = spoil(device, AUDIT_FILE)
    mend(device, now=LATER)
    assert locked_down(device)
    assert lying(device) == {AUDIT_FILE: damaged}
    with closing(Core(device)) as core:
        core.audit.verify()
        assert gone not in core.audit.people()
        assert len(core.audit.people()) == len(NAMES) - 1
    assert "later events are lost" in told(device, EventKind.DATABASE_DAMAGED)[0]
    assert set(people_of(device)) == set(NAMES) - {NAMES[2]}


def test_people_and_record_together_begin_without_anybody(device: Settings) -> None:
    """Nothing is left that could tell who was erased since the backup."""
    spoil(device, COLLECTION_FILE)
    spoil(device, AUDIT_FILE)
    mend(device, now=LATER)
    assert people_of(device) == {}
    assert locked_down(device)
    with closing(Core(device)) as core:
        core.audit.verify()
        assert len(core.audit.people()) == len(NAMES)


def test_a_new_record_is_begun_where_no_backup_has_one(device: Settings) -> None:
    """Its first events tell what it does not begin with."""
    spoil(without_backups(device), AUDIT_FILE)
    mend(device, now=LATER)
    with closing(Core(device)) as core:
        kinds = [entry.event.kind for entry in core.audit.entries()]
    assert kinds[:2] == [EventKind.DATABASE_DAMAGED, EventKind.LOCKDOWN_BEGAN]


def test_what_waits_at_the_desk_is_not_done_late(device: Settings) -> None:
    """Requests to unlock begin empty, though the backup has some; people are not touched."""
    spoil(device, DESK_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert done.fates[0].outcome == "begun empty"
    assert not locked_down(device)
    assert people_of(device) == dict.fromkeys(NAMES, False)


@pytest.mark.parametrize("changed", [False, True])
def test_accounts_come_back_only_if_none_changed_since(device: Settings, *, changed: bool) -> None:
    """A clerk who was removed must not sign in again: then an owner is invited anew, by the log."""
    with closing(Core(device)) as core:
        if changed:
            core.audit.append(AuditEvent(EventKind.ACCOUNT_REMOVED, LATER, detail="by account 1"))
    spoil(device, WEB_FILE)
    done = mend(device, now=LATER)
    assert done is not None
    assert done.fates[0].whole is not changed
    with closing(Core(device)) as core, open_web(core.web_path, core.key) as database:
        assert database.row("SELECT count(*) FROM invitations") == (0 if changed else 1,)


def test_all_at_once(device: Settings) -> None:
    """With every database damaged the backup still tells that the key is right."""
    damaged = {name: spoil(device, name) for name in DATABASE_FILES}
    mend(device, now=LATER)
    assert lying(device) == damaged
    assert people_of(device) == {}
    assert locked_down(device)


def test_a_wrong_key_is_no_damage(device: Settings) -> None:
    """Nothing is moved: with the right key all of it is whole."""
    before = {path: path.read_bytes() for path in device.storage.folder.glob("*.db")}
    device.storage.key_file.write_text(Key.random().digits, encoding="ascii")
    with pytest.raises(KeyFileError, match="does not open"):
        mend(device, now=LATER)
    assert {path: path.read_bytes() for path in device.storage.folder.glob("*.db")} == before


def test_while_others_use_the_files_nothing_is_moved(device: Settings) -> None:
    """It says how to go on; the door, which called it, ends locked."""
    damaged = spoil(device, COLLECTION_FILE)
    with (
        hold_with_others(device.storage.folder),
        pytest.raises(InUseError, match=r"damaged.*another program.*restart"),
    ):
        mend(device, now=LATER, patience=0.2)
    assert (device.storage.folder / COLLECTION_FILE).read_bytes() == damaged
    assert not lying_aside(device.storage.folder)


def test_while_others_use_sound_files_a_door_starts(device: Settings) -> None:
    """What is whole is not waited for."""
    with hold_with_others(device.storage.folder):
        assert mend(device, now=LATER, patience=0) is None


def test_the_doctor_tells_until_somebody_has_removed_it(device: Settings) -> None:
    """A fault as long as something is missing; the folder is named."""
    (check,) = (each for each in CHECKS if each.subject == "quarantine")
    with closing(Core(device)) as core:
        assert examine(check, core).health is Health.WELL
    spoil(without_backups(device), COLLECTION_FILE)
    mend(device, now=LATER)
    with closing(Core(device)) as core:
        found = examine(check, core)
    assert found.health is Health.ILL
    assert "collection.db was damaged: begun empty" in found.text
    shutil.rmtree(device.storage.folder / "quarantine")
    with closing(Core(device)) as core:
        assert examine(check, core).health is Health.WELL


def test_the_record_forgets_nobody_while_people_lie_aside(device: Settings) -> None:
    """The nightly sweep would take everybody for gone, and the record could not tell who was erased."""
    spoil(without_backups(device), COLLECTION_FILE)
    mend(device, now=LATER)
    with closing(Core(device)) as core:
        sweep(core.database, core.audit, LATER, actor="test")
        assert len(core.audit.people()) == len(NAMES)
        shutil.rmtree(device.storage.folder / "quarantine")
        sweep(core.database, core.audit, LATER, actor="test")
        assert core.audit.people() == ()


def test_erasing_the_device_erases_what_lies_aside(device: Settings) -> None:
    """It holds people."""
    spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    wiped = wipe(device, backups=True, models=False)
    assert wiped.left == ()
    assert not (device.storage.folder / "quarantine").exists()


def test_twice_in_one_second_makes_two_folders(device: Settings) -> None:
    """Nothing that lies aside is ever written over."""
    first = spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    second = spoil(device, COLLECTION_FILE)
    mend(device, now=LATER)
    assert [
        (each.folder / COLLECTION_FILE).read_bytes() for each in lying_aside(device.storage.folder)
    ] == [first, second]


def test_nobody_is_enrolled_by_looking(device: Settings) -> None:
    """People of a sound file stay who they are."""
    before = people_of(device)
    mend(device, now=LATER)
    with closing(Core(device)) as core:
        assert {each.name for each in People(core.database).list("badges")} == set(before)
