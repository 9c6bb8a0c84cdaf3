"""Accounts of the web pages and what each may do, and the links by which people make their own."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from edge.collection.text import is_presentable
from edge.errors import ConstraintError
from edge.storage.database import Database
from edge.storage.times import from_text, to_text
from enroll.errors import AccountError, InvitationError
from enroll.store import hash_of, new_token

LONGEST_NAME = 80

INVITATION_LIFE = timedelta(hours=24)
"""Long enough to pass a link on to a colleague, short enough to be forgotten in a mailbox."""


class Role(StrEnum):
    """What somebody may do. The values are stored: never rename one."""

    OWNER = "owner"
    MANAGER = "manager"
    ENROLLER = "enroller"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    account_id: str
    name: str
    role: Role
    created_at: datetime
    password_hash: str = field(repr=False)


class Accounts:
    """The accounts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, *, name: str, role: Role, password_hash: str, now: datetime) -> Account:
        """Store a new account.

        :raises AccountError: if the name is taken, empty, too long, or holds control characters.
        """
        name = " ".join(name.split())
        if not is_presentable(name, longest=LONGEST_NAME):
            raise AccountError(f"A name has 1 to {LONGEST_NAME} printable characters.")
        account = Account(str(uuid.uuid4()), name, role, now, password_hash)
        try:
            self._database.execute(
                "INSERT INTO accounts"
                " (account_id, name, name_key, role, password_hash, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (account.account_id, name, name_key(name), role, password_hash, to_text(now)),
            )
        except ConstraintError as error:
            raise AccountError(
                f"The name {name} is taken.", remedy="Choose another name."
            ) from error
        return account

    def by_name(self, name: str) -> Account | None:
        """Return the account of that name, without regard to case, or None."""
        return self._one("name_key", name_key(name))

    def by_id(self, account_id: str) -> Account | None:
        """Return the account of that id, or None."""
        return self._one("account_id", account_id)

    def list(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        return tuple(map(_account, self._database.rows(f"{_SELECT} ORDER BY name_key")))

    def set_password_hash(self, account_id: str, password_hash: str) -> None:
        """Replace an account's password."""
        self._database.execute(
            "UPDATE accounts SET password_hash = ? WHERE account_id = ?",
            (password_hash, account_id),
        )

    def remove(self, account_id: str) -> None:
        """Remove an account with its sessions; harmless if it is gone.

        :raises AccountError: if it is the last owner's: nobody could make accounts any more.
        """
        with self._database.transaction():
            self._database.execute("DELETE FROM accounts WHERE account_id = ?", (account_id,))
            if self.none_owns():
                raise AccountError(
                    "The last owner cannot be removed.", remedy="Invite another owner first."
                )

    def none_owns(self) -> bool:
        """Return whether there is no owner: nobody can sign in and make accounts."""
        return self._database.row("SELECT 1 FROM accounts WHERE role = ?", (Role.OWNER,)) is None

    def _one(self, column: str, value: str) -> Account | None:
        row = self._database.row(f"{_SELECT} WHERE {column} = ?", (value,))
        return None if row is None else _account(row)


class Invitations:
    """The invitations of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, role: Role, *, now: datetime) -> str:
        """Return the token of a new invitation; it is stored nowhere but as its hash."""
        token = new_token()
        with self._database.transaction():
            self._database.execute("DELETE FROM invitations WHERE expires_at < ?", (to_text(now),))
            self._database.execute(
                "INSERT INTO invitations (token_hash, role, expires_at) VALUES (?, ?, ?)",
                (hash_of(token), role, to_text(now + INVITATION_LIFE)),
            )
        return token

    def role(self, token: str, *, now: datetime) -> Role:
        """Return what the bearer of *token* may become.

        :raises InvitationError: if it was used, has expired, or never existed.
        """
        row = self._database.row(
            "SELECT role FROM invitations WHERE token_hash = ? AND expires_at >= ?",
            (hash_of(token), to_text(now)),
        )
        if row is None:
            raise InvitationError(
                "This link was used, has expired, or never existed.",
                remedy="Ask for a new one.",
            )
        return Role(row[0])

    def redeem(self, token: str, *, name: str, password_hash: str, now: datetime) -> Account:
        """Make an account and use up the invitation, both or neither.

        :raises InvitationError: if it was used, has expired, or never existed.
        :raises AccountError: as :meth:`Accounts.create` does.
        """
        with self._database.transaction():
            role = self.role(token, now=now)
            self._database.execute(
                "DELETE FROM invitations WHERE token_hash = ?", (hash_of(token),)
            )
            return Accounts(self._database).create(
                name=name, role=role, password_hash=password_hash, now=now
            )

    def withdraw(self, role: Role) -> None:
        """Let no invitation for *role* that is still open be used."""
        self._database.execute("DELETE FROM invitations WHERE role = ?", (role,))


_SELECT = "SELECT account_id, name, role, created_at, password_hash FROM accounts"


def _account(row: tuple[str, str, str, str, str]) -> Account:
    account_id, name, role, created_at, password_hash = row
    return Account(account_id, name, Role(role), from_text(created_at), password_hash)


def name_key(name: str) -> str:
    """Return *name* as names are compared: without regard to case, width and outer blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
