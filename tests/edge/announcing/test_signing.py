"""Signatures that any library of Standard Webhooks verifies, keys that nobody else can read."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.announcing.private_files import LARGEST, first_line
from edge.announcing.reaching import pause
from edge.announcing.signing import SigningKey, headers, make_key, read_keys
from edge.errors import ConfigError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_signature_is_the_one_that_the_specification_shows() -> None:
    """Standard Webhooks 1.0 gives one example: secret, id, timestamp, body, signature."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    sent = datetime.fromtimestamp(1614265330, UTC)

    signed = headers(
        (SigningKey(secret),),
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        now=sent,
    )

    assert signed["webhook-timestamp"] == "1614265330"
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200), st.binary(min_size=24, max_size=64))
def test_any_body_is_signed_with_its_id_and_its_time(body: bytes, secret: bytes) -> None:
    """Whoever changes one of the three has no signature for it."""
    key = SigningKey(secret)
    signed = headers((key,), body, message_id="7-ab", now=NOON)

    content = b"7-ab." + signed["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
    assert signed["webhook-signature"] == f"v1,{expected}"
    assert signed["ostiary-key-id"] == key.key_id


def test_while_keys_are_changed_both_sign(tmp_path: Path) -> None:
    """A receiver with either of them goes on, and the ids tell which is which."""
    make_key(tmp_path / "old")
    make_key(tmp_path / "new")
    both = tmp_path / "both"
    both.write_text((tmp_path / "old").read_text() + "\n" + (tmp_path / "new").read_text())
    both.chmod(0o600)

    keys = read_keys(both)
    signed = headers(keys, b"{}", message_id="1", now=NOON)

    assert len(signed["webhook-signature"].split(" ")) == 2
    assert signed["ostiary-key-id"].split(" ") == [key.key_id for key in keys]
    assert keys[0] == read_keys(tmp_path / "old")[0]


def test_a_key_is_made_for_its_owner_alone_and_never_shown(tmp_path: Path) -> None:
    """Nor is another one put in its place."""
    path = tmp_path / "desk.key"

    made = make_key(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert read_keys(path) == (made,)
    assert len(made.secret) == 32
    assert str(made.secret) not in repr(made)
    with pytest.raises(ConfigError, match="File exists"):
        make_key(path)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "hunter2\n", "whsec_\n", "whsec_kurz\n", "whsec_!!!!\n", "whsec_" + "QUJD" * 30],
)
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, text: str) -> None:
    """Errors end in logs."""
    path = tmp_path / "desk.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(ConfigError) as caught:
        read_keys(path)

    assert "hunter2" not in str(caught.value)
    assert caught.value.remedy
    assert caught.value.__cause__ is None


def test_a_secret_that_others_can_read_is_none(tmp_path: Path) -> None:
    """Also not one that its group can."""
    path = tmp_path / "password"
    path.write_text("s3cret\n", encoding="utf-8")
    path.chmod(0o640)

    with pytest.raises(ConfigError, match="mode 0640") as caught:
        first_line(path, what="mqtt.password_file")

    assert caught.value.remedy == f"Run: chmod 600 {path}"
    path.chmod(0o600)
    assert first_line(path, what="mqtt.password_file") == "s3cret"


def test_every_way_in_which_a_secret_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, a folder, empty, huge, no text."""
    path = tmp_path / "password"
    with pytest.raises(ConfigError, match="No such file"):
        first_line(path, what="it")
    with pytest.raises(ConfigError, match="is no file"):
        first_line(tmp_path, what="it")
    path.touch(0o600)
    with pytest.raises(ConfigError, match="is empty"):
        first_line(path, what="it")
    path.write_bytes(b"a" * (LARGEST + 1))
    with pytest.raises(ConfigError, match=f"has {LARGEST + 1} bytes"):
        first_line(path, what="it")
    path.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ConfigError, match="it is no text"):
        first_line(path, what="it")


@given(st.integers(1, 10_000), st.randoms())
def test_pauses_double_up_to_a_limit_and_leave_half_to_chance(tries: int, chance: object) -> None:
    """So that a hundred doors do not come back to a broker at the same moment."""
    seconds = pause(tries, longest=60.0, chance=chance)  # type: ignore[arg-type]

    whole = min(60.0, 2.0 ** (tries - 1)) if tries < 10 else 60.0
    assert whole / 2 <= seconds <= whole
