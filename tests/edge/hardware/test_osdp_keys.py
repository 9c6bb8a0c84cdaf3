"""The keys of OSDP's secure channels: random, one file each, for their owner's eyes alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.errors import KeyFileError
from edge.hardware.osdp.keys import (
    DEFAULT_KEY,
    KEY_BYTES,
    ChannelKey,
    KeyFolder,
    is_weak,
    reader_name,
)

NAME = reader_name(0)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    """Give a folder of keys that does not exist yet."""
    return KeyFolder(tmp_path / "osdp")


def test_a_key_comes_back_and_is_its_owners_alone(keys: KeyFolder) -> None:
    """What is kept is what is read; neither the folder nor the file lets anybody else look."""
    key = ChannelKey.random()
    assert keys.get(NAME) is None

    keys.put(NAME, key)

    assert keys.get(NAME) == key
    assert keys.names() == (NAME,)
    assert keys.path(NAME).stat().st_mode & 0o777 == 0o600
    assert keys.path(NAME).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(keys: KeyFolder, mode: int) -> None:
    """A key that somebody may have seen is no key; the remedy is another one."""
    keys.put(NAME, ChannelKey.random())
    keys.path(NAME).chmod(mode)

    with pytest.raises(KeyFileError, match=r"by others .*Take a new key"):
        keys.get(NAME)


def test_a_link_or_a_pipe_is_no_key(keys: KeyFolder) -> None:
    """What is no file is not followed, and does not hang the program."""
    keys.put("other", ChannelKey.random())
    keys.path(NAME).symlink_to(keys.path("other"))
    with pytest.raises(KeyFileError, match="cannot be read"):
        keys.get(NAME)

    os.mkfifo(keys.path("pipe"), 0o600)
    with pytest.raises(KeyFileError, match="not a file"):
        keys.get("pipe")


def test_a_key_is_replaced_whole_or_not_at_all(
    keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails while a key is written leaves the old one and no rest."""
    old = ChannelKey.random()
    keys.put(NAME, old)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyFileError, match="No space left"):
        keys.put(NAME, ChannelKey.random())

    assert keys.get(NAME) == old
    assert [path.name for path in keys.path(NAME).parent.iterdir()] == [keys.path(NAME).name]


@pytest.mark.parametrize(
    "digits",
    [
        DEFAULT_KEY.hex(),
        bytes(KEY_BYTES).hex(),
        bytes(range(KEY_BYTES)).hex(),
        bytes(range(0x40, 0x50)).hex(),
        bytes(range(KEY_BYTES, 0, -1)).hex(),
        "00112233445566778899aabbccddeeff",
        "0011" * 8,
        "0123456789abcdef" * 2,
    ],
)
def test_keys_that_everybody_tries_are_refused(keys: KeyFolder, digits: str) -> None:
    """The default key and those of sample code are refused, also from a file."""
    with pytest.raises(KeyFileError, match="everybody tries"):
        ChannelKey.from_digits(digits)

    keys.put(NAME, ChannelKey.random())
    keys.path(NAME).write_text(digits)
    with pytest.raises(KeyFileError, match="everybody tries"):
        keys.get(NAME)


@settings(deadline=None)
@given(some.binary(min_size=KEY_BYTES, max_size=KEY_BYTES).filter(lambda each: not is_weak(each)))
def test_any_other_key_is_written_as_it_is_read(secret: bytes) -> None:
    """Digits and key are the same thing, and neither the repr nor the fingerprint is the key."""
    key = ChannelKey(secret)

    assert ChannelKey.from_digits(f" {key.digits.upper()}\n") == key
    assert key.digits not in repr(key)
    assert str(secret) not in repr(key)
    assert len(key.fingerprint) == 8
    assert key.fingerprint not in key.digits


@pytest.mark.parametrize(
    "text", ["", "12", "g" * 32, "0" * 31, "8f1c6a3be2905d47a1b3c4d5e6f7081988"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A key has 32 hexadecimal digits; the message holds none of them."""
    with pytest.raises(KeyFileError, match="32 hexadecimal digits") as refused:
        ChannelKey.from_digits(text)
    assert not text or text not in refused.value.message


def test_who_needs_a_key_is_told_how_to_get_it(keys: KeyFolder) -> None:
    """A missing key names the command that hands one over."""
    with pytest.raises(KeyFileError, match="ostiary osdp install reader --address 7"):
        keys.demand(reader_name(7))
    with pytest.raises(KeyFileError, match="ostiary osdp install panel"):
        keys.demand("panel")
