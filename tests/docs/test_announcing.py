"""docs/announcing.md: the check of a signature that it shows is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edge.announcing.signing import headers, make_key, read_keys
from edge.config.document import all_settings

DOCUMENT = Path(__file__).parents[2] / "docs/announcing.md"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = b'{"type":"test"}'

Genuine = Callable[..., bool]


@pytest.fixture
def genuine() -> Genuine:
    """Run the example as somebody who copies it would."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own document
    found: Genuine = names["genuine"]
    return found


def test_the_example_believes_what_is_signed_and_nothing_else(
    genuine: Genuine, tmp_path: Path
) -> None:
    """By the line of the key's file, as it is."""
    make_key(tmp_path / "key")
    make_key(tmp_path / "other")
    key, other = ((tmp_path / name).read_text().strip() for name in ("key", "other"))
    signed = headers(read_keys(tmp_path / "key"), BODY, message_id="1-a", now=NOW)
    at = NOW.timestamp()

    assert genuine(signed, BODY, key, now=at + 299)
    assert not genuine(signed, BODY + b" ", key, now=at)
    assert not genuine(signed, BODY, other, now=at)
    assert not genuine(signed | {"webhook-id": "2-a"}, BODY, key, now=at)
    assert not genuine(signed, BODY, key, now=at + 301)
    assert not genuine(signed, BODY, key, now=at - 301)


def test_the_example_believes_either_key_while_it_is_changed(
    genuine: Genuine, tmp_path: Path
) -> None:
    """Two lines in the door's file, one of them at the receiver."""
    make_key(tmp_path / "old")
    make_key(tmp_path / "new")
    old, new = ((tmp_path / name).read_text().strip() for name in ("old", "new"))
    both = tmp_path / "both"
    both.touch(0o600)
    both.write_text(f"{old}\n{new}\n")
    signed = headers(read_keys(both), BODY, message_id="1-a", now=NOW)

    assert genuine(signed, BODY, old, now=NOW.timestamp())
    assert genuine(signed, BODY, new, now=NOW.timestamp())


def test_every_setting_that_it_names_exists() -> None:
    """A document that names what is not there is worse than none."""
    known = {setting.path for setting in all_settings()}
    named = set(re.findall(r"`((?:mqtt|webhooks|lock)\.\w+)", DOCUMENT.read_text(encoding="utf-8")))

    assert len(named) > 8
    assert named <= known
