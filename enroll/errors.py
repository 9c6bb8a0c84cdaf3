"""What the web pages refuse on purpose, beside the errors of :mod:`edge.errors`."""

from __future__ import annotations

from datetime import timedelta

from edge.errors import OstiaryError


class AccountError(OstiaryError):
    """Error raised when an account cannot be made or changed as asked."""


class WeakPasswordError(AccountError):
    """Error raised when a password would be guessed."""


class InvitationError(AccountError):
    """Error raised when an invitation was used, has expired, or never existed."""


class AccessKeyError(OstiaryError):
    """Error raised when a key for the API cannot be made as asked."""


class SignInRefusedError(OstiaryError):
    """Error raised when name and password do not belong together; never says which is wrong."""


class TooManyAttemptsError(OstiaryError):
    """Error raised while attempts to sign in must wait; *wait* says how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many attempts to sign in.", remedy="Wait, then try again.")
        self.wait = wait
