"""The net under a whole bundle: everything in it passes here, whatever it is.

Nothing in a bundle is taken from the people, so nothing is found here, as a rule. What is looked for
all the same: what has the form of an id, a key or a password, every word by which somebody in the
collections is known, and this device's own keys.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from edge.logs.scrubbing import without_people, without_secrets

KNOWN = "<known>"


class Redactor:
    """Takes out *words* (case does not matter), *secrets*, and the name of the *home* folder."""

    def __init__(
        self,
        *,
        words: Iterable[str] = (),
        secrets: Iterable[bytes] = (),
        home: Path | None = None,
    ) -> None:
        # The longest first: of "Ada Lovelace" no part is to be left.
        self._words = sorted(words, key=len, reverse=True)
        self._secrets = [form for secret in secrets for form in _forms_of(secret)]
        self._home = None if home is None or len(home.parts) < 3 else str(home)

    def text(self, text: str) -> str:
        """Return *text*, written by anybody, without any of it."""
        return without_people(without_secrets(self.known(text)))

    def known(self, text: str) -> str:
        """Return *text*, written by this program, without what is known by its words."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        if self._home is not None:
            text = text.replace(self._home, "~")
        folded = text.casefold()
        for word in self._words:
            if word.casefold() in folded:
                text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", KNOWN, text, flags=re.IGNORECASE)
        return text

    def value(self, value: object) -> object:
        """Return *value*, as JSON knows them, with every text in it redacted as one of anybody."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.value(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(each) for each in value]
        return value


def _forms_of(secret: bytes) -> tuple[str, ...]:
    standard = base64.b64encode(secret).decode()
    url = base64.urlsafe_b64encode(secret).decode()
    return (
        secret.hex(),
        secret.hex().upper(),
        standard,
        standard.rstrip("="),
        url,
        url.rstrip("="),
    )
