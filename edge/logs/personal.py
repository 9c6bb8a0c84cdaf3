"""What a log may name only where the settings allow it."""

from __future__ import annotations


class Personal:
    """A *value* that tells of a person, as an argument of a log call; *what* it is, in a word.

    As text it is that word: only :mod:`edge.logs.rendering` looks inside, so that no other handler
    can print it by mistake. Nothing secret (a PIN, a key) may be logged even so.
    """

    __slots__ = ("value", "what")

    def __init__(self, value: object, what: str) -> None:
        self.value = value
        self.what = what

    def __str__(self) -> str:
        return f"<{self.what}>"

    __repr__ = __str__
