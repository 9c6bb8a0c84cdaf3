"""What lies on the desk of whoever edits the rules: those that hold, and her draft of others."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from edge.access.document import from_json, to_json, to_toml
from edge.access.rules import Rules
from edge.access.ruleset import Ruleset
from edge.collection.memberships import Memberships
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleDraft, RuleVersion, RuleVersions
from edge.errors import RulesError
from edge.foresight import Foresight, foresee
from enroll.admin.person import MANAGING, actor
from enroll.auth import signed_in
from enroll.office import office


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules that hold, since *newest*, and the *draft* of others with its *ruleset*, if any."""

    holding: Rules
    newest: RuleVersion | None
    draft: RuleDraft | None
    drafted: Rules | None

    @property
    def version(self) -> int:
        """The version that holds, 0 before any was written."""
        return self.newest.version if self.newest else 0

    @property
    def base(self) -> int:
        """The version that the draft is made of, or would be."""
        return self.draft.base if self.draft else self.version

    @property
    def rules(self) -> Rules:
        """What is edited: the draft, or else what holds."""
        return self.drafted or self.holding

    @property
    def overtaken(self) -> bool:
        """Whether somebody applied other rules since the draft was begun."""
        return self.base != self.version

    @property
    def changed(self) -> bool:
        """Whether the draft says anything else than what holds."""
        return self.drafted is not None and _same(self.drafted) != _same(self.holding)


def desk() -> Desk:
    """Return what lies on the desk of who is signed in."""
    versions = RuleVersions(office().database)
    with office().database.snapshot():
        newest, holding = versions.newest(), rules_of(versions).rules
        draft = versions.draft(actor()) if signed_in().role in MANAGING else None
    if draft is None:
        return Desk(holding, newest, None, None)
    try:
        return Desk(holding, newest, draft, Rules(from_json(draft.document)))
    except RulesError:
        return Desk(holding, newest, None, None)  # of an Ostiary before; it is written over


def keep(ruleset: Ruleset, on: Desk) -> None:
    """Put a draft on the desk, in place of the former one.

    :raises RulesError: if it is not good; the former one stays.
    """
    document = to_json(ruleset)
    from_json(document)
    RuleVersions(office().database).keep_draft(
        actor(), base=on.base, document=document, at=office().clock()
    )


def doors_known(*rules: Rules) -> tuple[str, ...]:
    """Return the doors that the rules name, and this installation's own."""
    named = {door.name for each in rules for door in each.ruleset.doors}
    return tuple(sorted({*named, office().core.settings.door.name}))


def foreseen(before: Rules, after: Rules) -> Foresight:
    """Return what a change will mean in the coming week."""
    here = office()
    return foresee(
        before,
        after,
        doors=doors_known(),
        crews=Memberships(here.database).crews(here.collection_id),
        since=here.clock(),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what differs: "new", "gone", "same", or "" between places."""

    kind: str
    text: str


def differences(before: Ruleset, after: Ruleset) -> tuple[Line, ...]:
    """Return what differs, as lines of TOML with two around each."""
    return tuple(_differences(to_toml(before).splitlines(), to_toml(after).splitlines()))


def _differences(before: list[str], after: list[str]) -> Iterator[Line]:
    for line in difflib.unified_diff(before, after, n=2, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        kind = {"+": "new", "-": "gone", " ": "same"}.get(line[0], "")
        yield Line(kind, line[1:] if kind else "")


def _same(rules: Rules) -> str:
    return to_json(rules.ruleset)
