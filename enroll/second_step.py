"""The second step of signing in: a code of an app (RFC 6238), or a recovery code, after a password.

A stolen password alone opens nothing then. A code is accepted once, and a few seconds early or
late, because clocks differ.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
import segno

from edge.storage.database import Database
from edge.storage.times import from_text, to_text
from enroll.accounts import Account
from enroll.errors import AccountError, SignInRefusedError
from enroll.store import hash_of, new_token

RECOVERY_CODES = 10

_RECOVERY_BYTES = 10
"""80 bits each: 16 characters to type, and beyond guessing even for who has their hashes."""

TIME_TO_TYPE = timedelta(minutes=5)
"""Between the password and the code."""

_DRIFT = (0, -1, 1)
"""Intervals of 30 seconds by which a telephone's clock may differ (RFC 6238, 5.2)."""


class SecondSteps:
    """The second steps of one database's accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account_id: str) -> None:
        """Make a new secret, which is usable once it is confirmed.

        :raises AccountError: if the account has a second step already.
        """
        with self._database.transaction():
            if self.is_on(account_id):
                raise AccountError("The second step is on already.", remedy="Turn it off first.")
            self._database.execute(
                "INSERT OR REPLACE INTO second_steps (account_id, secret) VALUES (?, ?)",
                (account_id, pyotp.random_base32()),
            )

    def pending(self, account: Account, *, site: str) -> tuple[str, str] | None:
        """Return a secret that is not confirmed yet, and its QR code as SVG; or None.

        *site* is what the app calls the place.
        """
        row = self._database.row(
            "SELECT secret FROM second_steps WHERE account_id = ? AND NOT confirmed",
            (account.account_id,),
        )
        if row is None:
            return None
        uri = pyotp.TOTP(row[0]).provisioning_uri(name=account.name, issuer_name=site)
        return row[0], qr_code(uri)

    def confirm(self, account_id: str, code: str, *, now: datetime) -> tuple[str, ...]:
        """Turn the second step on if *code* is right; return the recovery codes, kept as hashes.

        :raises AccountError: if it is wrong, or nothing was begun.
        """
        with self._database.transaction():
            if self.is_on(account_id) or not self._takes(account_id, code, now=now):
                raise AccountError(
                    "This code is wrong.",
                    remedy="Type the one the app shows now, and look whether the telephone's "
                    "clock is right.",
                )
            self._database.execute(
                "UPDATE second_steps SET confirmed = TRUE WHERE account_id = ?", (account_id,)
            )
            return self.new_recovery_codes(account_id)

    def new_recovery_codes(self, account_id: str) -> tuple[str, ...]:
        """Return new recovery codes; the former ones are worth nothing any more."""
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        with self._database.transaction():
            self._database.execute("DELETE FROM recovery_codes WHERE account_id = ?", (account_id,))
            self._database.execute_many(
                "INSERT INTO recovery_codes (account_id, code_hash) VALUES (?, ?)",
                ((account_id, hash_of(_plain(code))) for code in codes),
            )
        return codes

    def is_on(self, account_id: str) -> bool:
        """Return whether an account needs a code to sign in."""
        return (
            self._database.row(
                "SELECT 1 FROM second_steps WHERE account_id = ? AND confirmed", (account_id,)
            )
            is not None
        )

    def recovery_codes_left(self, account_id: str) -> int:
        """Return how many recovery codes have not been used."""
        row = self._database.row(
            "SELECT count(*) FROM recovery_codes WHERE account_id = ?", (account_id,)
        )
        return int(row[0]) if row else 0

    def turn_off(self, account_id: str) -> None:
        """Forget the secret and the recovery codes; harmless if there are none."""
        self._database.execute("DELETE FROM second_steps WHERE account_id = ?", (account_id,))

    def check(self, account_id: str, code: str, *, now: datetime) -> None:
        """Use up a code of the app, or a recovery code.

        :raises SignInRefusedError: if it is neither, or was used before.
        """
        with self._database.transaction():
            used = self._database.execute(
                "DELETE FROM recovery_codes WHERE account_id = ? AND code_hash = ?",
                (account_id, hash_of(_plain(code))),
            )
            if not used and not self._takes(account_id, code, now=now):
                raise SignInRefusedError("This code is wrong, or was used before.")

    def password_was_right(self, account_id: str, *, now: datetime) -> str:
        """Return the token of somebody who gave her password and owes the code."""
        token = new_token()
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM half_signed_in WHERE begun_at < ?", (to_text(now - TIME_TO_TYPE),)
            )
            self._database.execute(
                "INSERT INTO half_signed_in (token_hash, account_id, begun_at) VALUES (?, ?, ?)",
                (hash_of(token), account_id, to_text(now)),
            )
        return token

    def who(self, token: str, *, now: datetime) -> str | None:
        """Return the id of the account whose password was given with *token*, or None."""
        row = self._database.row(
            "SELECT account_id, begun_at FROM half_signed_in WHERE token_hash = ?",
            (hash_of(token),),
        )
        if row is None or not timedelta(0) <= now - from_text(row[1]) <= TIME_TO_TYPE:
            return None
        return str(row[0])

    def forget(self, token: str) -> None:
        """Let *token* be worth nothing; harmless if it is."""
        self._database.execute("DELETE FROM half_signed_in WHERE token_hash = ?", (hash_of(token),))

    def _takes(self, account_id: str, code: str, *, now: datetime) -> bool:
        """Return whether *code* is one of the app's for about *now*, and note that it was used."""
        row = self._database.row(
            "SELECT secret, used_step FROM second_steps WHERE account_id = ?", (account_id,)
        )
        if row is None:
            return False
        app, given = pyotp.TOTP(row[0]), _plain(code).encode()
        step = app.timecode(now)
        for drift in _DRIFT:
            wanted = app.generate_otp(step + drift).encode()
            if hmac.compare_digest(wanted, given) and step + drift > row[1]:
                self._database.execute(
                    "UPDATE second_steps SET used_step = ? WHERE account_id = ?",
                    (step + drift, account_id),
                )
                return True
        return False


def qr_code(text: str) -> str:
    """Return *text* as a QR code, black on white whatever the page's colours: SVG for a page."""
    return segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title="QR code"
    )


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode("ascii").lower()
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _plain(code: str) -> str:
    """Return a code without what people add to read it better."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
