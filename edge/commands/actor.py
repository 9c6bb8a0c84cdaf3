"""Who is at the keyboard, for the audit."""

from __future__ import annotations

import getpass
import os


def actor() -> str:
    """Return who runs this command, for the audit: the system's user, by number if nameless."""
    try:
        return f"user {getpass.getuser()}"
    except (KeyError, OSError):
        return f"user {os.getuid()}"
