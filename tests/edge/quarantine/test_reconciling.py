"""Whatever happened since a backup, nobody comes back by it who had gone, or with more than she had."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.audit.subjects import Known
from edge.quarantine.reconciling import (
    ACCOUNTS,
    HARMLESS,
    Survivors,
    accounts_are_as_they_were,
    survivors,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
IDS = ("ada", "bea", "cleo", "dora")


@dataclass
class Office:
    """A site as it really is: who is there with what, and what the record of events keeps of it."""

    rights: dict[str, int] = field(default_factory=dict)
    faces: dict[str, int] = field(default_factory=dict)
    version: int = 0
    entries: list[AuditEntry] = field(default_factory=list)
    subjects: dict[str, Known] = field(default_factory=dict)
    root: int = 0
    keys: int = 0

    def record(self, kind: EventKind, who: str | None = None, reason: str | None = None) -> None:
        number = len(self.entries) + 1
        if who is not None:
            known = self.subjects.get(who)
            if known is None:
                self.keys += 1
                known = Known(bytes([self.keys % 256]) * 32, 0)
            self.subjects[who] = Known(known.key, number)
        event = AuditEvent(kind, NOON, person_id=who, reason=reason)
        self.entries.append(AuditEntry(number, event, ""))

    def do(self, what: str, who: str) -> None:
        """Let *what* happen to *who*, if it can."""
        if what in {"rules", "prune"}:
            getattr(self, what)()
        elif (what in {"enroll", "index"}) is (who not in self.rights):
            getattr(self, what)(who)

    def enroll(self, who: str) -> None:
        self.rights[who], self.faces[who] = 3, 3
        self.record(EventKind.ENROLLED, who)

    def index(self, who: str) -> None:
        """Enrol as programs do it: nobody is named."""
        self.rights[who], self.faces[who] = 3, 3
        self.record(EventKind.FACES_INDEXED)

    def erase(self, who: str) -> None:
        del self.rights[who], self.faces[who]
        self.subjects.pop(who, None)
        self.entries = [
            AuditEntry(each.sequence, AuditEvent(each.event.kind, NOON), "", erased=True)
            if each.event.person_id == who
            else each
            for each in self.entries
        ]
        self.record(EventKind.PERSON_DELETED)

    def revoke(self, who: str) -> None:
        self.rights[who] -= 1
        self.record(EventKind.BADGE_REVOKED, who)

    def suspend(self, who: str) -> None:
        self.rights[who] -= 1
        self.record(EventKind.PERSON_CHANGED, who, "SUSPENDED")

    def resume(self, who: str) -> None:
        self.rights[who] += 1
        self.record(EventKind.PERSON_CHANGED, who, "RESUMED")

    def decline(self, who: str) -> None:
        self.faces[who] = 0
        self.record(EventKind.PERSON_CHANGED, who, "TOLD")

    def unface(self, who: str) -> None:
        self.faces[who] = 0
        self.record(EventKind.FACE_DELETED)

    def go_through(self, who: str) -> None:
        self.record(EventKind.DECISION, who)

    def rules(self) -> None:
        self.version += 1
        self.record(EventKind.RULES_CHANGED)

    def prune(self) -> None:
        self.root = len(self.entries)
        self.subjects = {
            each: known for each, known in self.subjects.items() if known.newest > self.root
        }
        self.record(EventKind.AUDIT_PRUNED)


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("enroll", "enroll", "index", "erase", "erase", "revoke", "suspend", "resume"),
                *("decline", "unface", "go_through", "go_through", "rules", "prune"),
            ]
        ),
        st.sampled_from(IDS),
    ),
    max_size=14,
)


def restored(then: Office, now: Office) -> Survivors:
    """Return who may come back of what the office was *then*."""
    return survivors(
        then.rights,
        then=then.subjects,
        now=now.subjects,
        root=now.root,
        since=now.entries[len(then.entries) :],
    )


@settings(max_examples=1500, deadline=None)
@given(before=HAPPENINGS, after=HAPPENINGS)
def test_nobody_comes_back_who_had_gone_or_with_more_than_she_had(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Over any history: erasures hold, nameless ones too, and rights are none but what she has."""
    office = Office()
    for each in before:
        office.do(*each)
    then = copy.deepcopy(office)
    for each in after:
        office.do(*each)
    may = restored(then, office)
    if may.refused:
        return
    for who in set(then.rights) - may.erased - may.out:
        assert who in office.rights, f"{who} was erased and comes back"
        assert office.faces[who] >= then.faces[who], f"a face of {who} comes back"
        if not may.lockdown and who not in may.suspended:
            assert office.rights[who] >= then.rights[who], f"{who} gains a right"
            assert office.version == then.version


@given(before=HAPPENINGS, passing=st.lists(st.sampled_from(IDS), max_size=5))
def test_after_a_day_on_which_nothing_was_taken_all_come_back(
    before: list[tuple[str, str]], passing: list[str]
) -> None:
    """The common case needs nobody: whoever was in the backup passes as before."""
    office = Office()
    for each in before:
        office.do(*each)
    then = copy.deepcopy(office)
    for who in passing:
        office.do("go_through", who)
    office.do("prune", IDS[0])
    assert restored(then, office) == Survivors()


def test_who_was_erased_and_came_again_under_the_same_id_is_another() -> None:
    """Her key in the record tells the two apart: what the backup has is of the one who left."""
    office = Office()
    office.do("enroll", "ada")
    then = copy.deepcopy(office)
    office.do("erase", "ada")
    office.do("enroll", "ada")
    assert restored(then, office).erased == {"ada"}


@pytest.mark.parametrize("kind", sorted(set(EventKind) - HARMLESS - {EventKind.PERSON_DELETED}))
def test_what_is_not_known_to_be_harmless_takes_something(kind: EventKind) -> None:
    """A kind of event that is added one day is taken for the worst until somebody has thought of it."""
    known = {"ada": Known(b"k" * 32, 1)}
    entry = AuditEntry(2, AuditEvent(kind, NOON, person_id="ada"), "")
    may = survivors(["ada"], then=known, now=known, root=0, since=[entry])
    assert may.refused or may.lockdown or may.suspended or may.out


@pytest.mark.parametrize("kind", list(EventKind))
def test_accounts_are_as_they_were_unless_one_changed(kind: EventKind) -> None:
    """Signing in changes none; a new password does."""
    entry = AuditEntry(1, AuditEvent(kind, NOON), "")
    assert accounts_are_as_they_were([entry]) is (kind not in ACCOUNTS)
    account_like = kind.value.startswith(("account-", "password-", "second-step-", "key-"))
    assert account_like == (kind in ACCOUNTS)
