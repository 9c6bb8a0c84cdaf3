from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import KeyFileError
from edge.storage.key import Key
from edge.storage.sealing import RecoveryKey, RecoveryPublic, seal, unseal


@given(st.binary(max_size=200))
def test_what_is_sealed_is_unsealed(content: bytes) -> None:
    """Whatever it is; and the sealed bytes differ every time."""
    key = Key.random()

    assert unseal(key, b"one", seal(key, b"one", content)) == content
    assert seal(key, b"one", content) != seal(key, b"one", content)


@given(st.data())
def test_no_byte_of_it_can_be_changed(data: st.DataObject) -> None:
    """One flipped bit, or a cut end, is refused."""
    key = Key.random()
    sealed = bytearray(seal(key, b"one", b"content"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(KeyFileError, match="was changed"):
        unseal(key, b"one", bytes(sealed))
    with pytest.raises(KeyFileError):
        unseal(key, b"one", bytes(sealed[:place]))


def test_neither_another_key_nor_another_purpose_opens_it() -> None:
    """What was sealed for one purpose is never taken for another's."""
    key = Key.random()
    sealed = seal(key, b"one", b"content")

    for other, purpose in ((Key.random(), b"one"), (key, b"two")):
        with pytest.raises(KeyFileError):
            unseal(other, purpose, sealed)


def test_the_recovery_key_opens_what_its_public_half_sealed() -> None:
    """The device seals without being able to open; the paper opens."""
    key, paper = Key.random(), RecoveryKey.random()

    sealed = paper.public.seal(key)

    assert key.secret not in sealed
    assert RecoveryKey.from_words(paper.words).unseal(sealed) == key
    with pytest.raises(KeyFileError, match="does not open"):
        RecoveryKey.random().unseal(sealed)
    with pytest.raises(KeyFileError, match="does not open"):
        paper.unseal(sealed[:-1])


@given(st.integers(0, 67), st.sampled_from("0123456789abcdef"))
def test_a_slip_of_the_pen_is_told(place: int, digit: str) -> None:
    """A wrong digit is a wrong digit, not a wrong backup."""
    paper = RecoveryKey(bytes(range(32)))
    digits = paper.words.replace(" ", "")
    slipped = digits[:place] + digit + digits[place + 1 :]

    if slipped == digits:
        assert RecoveryKey.from_words(slipped.upper()) == paper
    else:
        with pytest.raises(KeyFileError, match="a digit of it is wrong"):
            RecoveryKey.from_words(slipped)


def test_neither_half_is_printed() -> None:
    """Not in a log, and not in an error."""
    paper = RecoveryKey.random()

    assert paper.secret.hex() not in repr(paper)
    assert str(paper.secret) not in repr(paper)
    assert paper.public.digits not in repr(paper.public)


def test_the_public_half_is_not_for_everybody(tmp_path: Path) -> None:
    """Who has it could make a backup that the paper opens."""
    path = tmp_path / "public"
    assert RecoveryPublic.read(path) is None
    public = RecoveryKey.random().public
    public.write(path)
    assert RecoveryPublic.read(path) == public

    path.chmod(0o644)

    with pytest.raises(KeyFileError, match="everybody"):
        RecoveryPublic.read(path)
