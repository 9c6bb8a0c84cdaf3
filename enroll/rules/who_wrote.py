"""Who wrote a version of the rules, in words: an account by its name, or whoever typed a command."""

from __future__ import annotations

from edge.collection.rule_versions import RuleVersion
from enroll.admin.event_words import Names

_ACCOUNT = "account "


def author_of(version: RuleVersion, names: Names) -> str:
    """Return who wrote *version*."""
    if not version.actor.startswith(_ACCOUNT):
        return version.actor
    return names.account(version.actor.removeprefix(_ACCOUNT)) or "a removed account"
