"""The device's signing key: made once, read by its owner alone, refused when it is no such key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from edge.errors import KeyFileError
from edge.storage.key import CREDENTIALS_VARIABLE
from edge.storage.signing import (
    SIGNING_KEY_NAME,
    PublicKey,
    SigningKey,
    load_or_create_signing_key,
    load_signing_key,
)


def test_it_is_made_once(tmp_path: Path) -> None:
    """For its owner alone; whoever comes later gets the same."""
    path = tmp_path / "data" / "signing.key"
    first = load_or_create_signing_key(path)
    assert load_or_create_signing_key(path).public == first.public
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" in path.read_bytes()
    assert "PRIVATE" not in repr(first)


def test_programs_that_start_together_get_one_key(tmp_path: Path) -> None:
    """The door and the pages make it at the same moment."""
    program = (
        "import sys; from pathlib import Path;"
        "from edge.storage.signing import load_or_create_signing_key;"
        "sys.stdin.read(); print(load_or_create_signing_key(Path(sys.argv[1])).public.digits)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "signing.key")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None
    assert len({child.communicate()[0] for child in children}) == 1


def test_a_key_that_others_may_use_is_refused(tmp_path: Path) -> None:
    """It says what helps."""
    path = tmp_path / "signing.key"
    load_or_create_signing_key(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_or_create_signing_key(path)


def test_another_user_s_service_is_handed_the_same_key(tmp_path: Path) -> None:
    """By the service manager; of the file itself it need not know."""
    credentials = tmp_path / "credentials"
    made = load_or_create_signing_key(credentials / SIGNING_KEY_NAME)
    (credentials / SIGNING_KEY_NAME).chmod(0o440)  # as systemd may leave it, for the service alone
    environment = {CREDENTIALS_VARIABLE: str(credentials)}

    found = load_signing_key(tmp_path / "nowhere" / "signing.key", environment=environment)

    assert found.public == made.public
    assert not (tmp_path / "nowhere").exists()


def test_a_key_that_is_handed_over_broken_is_not_replaced(tmp_path: Path) -> None:
    """Another key would sign as another device."""
    (tmp_path / SIGNING_KEY_NAME).write_text("nonsense", encoding="ascii")

    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        load_signing_key(tmp_path / "own.key", environment={CREDENTIALS_VARIABLE: str(tmp_path)})

    assert not (tmp_path / "own.key").exists()


def test_without_a_service_manager_it_is_the_file(tmp_path: Path) -> None:
    """Also where the manager hands over other things, and not this key."""
    environment = {CREDENTIALS_VARIABLE: str(tmp_path)}

    found = load_signing_key(tmp_path / "own.key", environment=environment)

    assert found.public == load_or_create_signing_key(tmp_path / "own.key").public


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\x00", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """It is never replaced by itself: the old one may be what somebody looks for."""
    path = tmp_path / "signing.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        load_or_create_signing_key(path)
    assert path.read_bytes() == content


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    """In either half."""
    other = generate_private_key(SECP256R1())
    path = tmp_path / "signing.key"
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        load_or_create_signing_key(path)
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(KeyFileError, match="not one of Ed25519"):
        PublicKey.from_pem(public)
    with pytest.raises(KeyFileError, match="no public key"):
        PublicKey.from_pem(b"nonsense")


def test_the_public_half_goes_through_pem() -> None:
    """And its fingerprint is SHA-256, in groups of four."""
    public = SigningKey.random().public
    assert PublicKey.from_pem(public.pem.encode()) == public
    assert public.fingerprint.replace(" ", "") == public.fingerprint_digits
    assert {len(group) for group in public.fingerprint.split()} == {4}
    for digits in ("", "AB" * 32, "zz" * 32, "ab" * 31):
        with pytest.raises(KeyFileError):
            PublicKey(digits)


def test_one_signature_is_written_in_one_way() -> None:
    """Large letters, blanks or more digits are not the same signature."""
    key = SigningKey.random()
    signature = key.sign(b"so it was")
    assert key.public.signed(b"so it was", signature)
    assert not key.public.signed(b"so it is", signature)
    assert not SigningKey.random().public.signed(b"so it was", signature)
    for other in (signature.upper(), f" {signature}", f"{signature}\n", signature + "00", ""):
        assert not key.public.signed(b"so it was", other)


def test_what_another_program_signed_is_known() -> None:
    """RFC 8032, 7.1, test 2."""
    public = PublicKey("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert public.signed(bytes([0x72]), signature)
