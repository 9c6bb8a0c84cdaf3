"""Changing the rules of a site, whoever asks for it: written and recorded, or neither."""

from __future__ import annotations

from datetime import datetime

from edge.access.document import from_json, to_json
from edge.access.ruleset import Ruleset
from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.rule_versions import RuleVersion, RuleVersions
from edge.storage.database import Database


def apply_rules(
    database: Database,
    audit: Audit,
    ruleset: Ruleset,
    *,
    base: int | None,
    actor: str,
    at: datetime,
    note: str = "",
) -> RuleVersion:
    """Let *ruleset* hold from now on; doors know it with their next question.

    *base* is the version it was made of, None not to ask. *actor* says in the audit who does it: an
    account's id or a system user, no name; *note* is why, for the history.

    :raises RulesError: if it is not good; nothing is changed then, nor after any other error.
    :raises ConflictError: if another version than *base* holds by now.
    :raises CollectionError: if the note is too long.
    :raises AuditError: if it cannot be recorded.
    """
    return _write(
        database, audit, to_json(ruleset), base=base, actor=actor, at=at, note=note, what="changed"
    )


def revert_rules(
    database: Database, audit: Audit, version: int, *, base: int | None, actor: str, at: datetime
) -> RuleVersion:
    """Let the rules of an older *version* hold again, as a new one.

    :raises NotFoundError: if there is no such version.

    Otherwise raises as :func:`apply_rules` does.
    """
    former = RuleVersions(database).get(version)
    what = f"reverted to version {version}"
    return _write(
        database, audit, former.document, base=base, actor=actor, at=at, note=what, what=what
    )


def _write(
    database: Database,
    audit: Audit,
    document: str,
    *,
    base: int | None,
    actor: str,
    at: datetime,
    note: str,
    what: str,
) -> RuleVersion:
    from_json(document)
    with database.transaction():
        written = RuleVersions(database).write(document, base=base, actor=actor, at=at, note=note)
        audit.append(
            AuditEvent(
                kind=EventKind.RULES_CHANGED,
                at=at,
                detail=f"{what}, version {written.version} holds, by {actor}",
            )
        )
    return written
