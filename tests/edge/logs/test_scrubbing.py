"""What no text may carry out of this machine, whoever wrote it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.logs.scrubbing import without_people, without_secrets

KEYS = st.binary(min_size=16, max_size=64)
PLAIN = (
    "the door works again",
    "/var/lib/ostiary/ostiary.key: Permission denied.",
    "gpio line 17 of /dev/gpiochip0, its relay off",
    "camera lost: rtsp://10.0.0.9:554 gave no frame in 5 s. Is the cable seated?",
    "entry 4711 is told to nobody: the body is no JSON",
    "https://desk.example/door answered 503",
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_helps_stays(text: str) -> None:
    """A log from which everything is taken out helps nobody."""
    assert without_people(without_secrets(text)) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rtsp://admin:s3cret@cam.local/1 is lost", "rtsp://***@cam.local/1 is lost"),
        ("http://cam/video?user=a&pwd=s3cret, said", "http://cam/video?*** said"),
        ("password=s3cret, user=a", "password=***, user=a"),
        ('{"token": "s3cret", "id": 1}', '{"token": "***", "id": 1}'),
        ("PIN=s3cret", "PIN=***"),
        (
            "once: http://127.0.0.1:8080/set-up/Vi1_O-jk now",
            "once: http://127.0.0.1:8080/set-up/*** now",
        ),
    ],
)
def test_passwords(text: str, told: str) -> None:
    """In addresses, in settings, in JSON."""
    assert without_secrets(text) == told


@given(KEYS, st.sampled_from(["{}", "key {} is used", '"{}"', "x:{},"]))
def test_keys_as_hexadecimal_digits(key: bytes, around: str) -> None:
    """Of 128 bits and more, wherever they stand."""
    assert key.hex() not in without_secrets(around.format(key.hex()))


@given(st.binary(min_size=33, max_size=64).map(lambda key: base64.b64encode(key).decode()))
def test_keys_as_base64(key: str) -> None:
    """Unless signs cut them into parts too short to be told from words."""
    whole = "/" not in key
    assert not whole or key not in without_secrets(f"key {key}.")


@given(st.uuids(), st.sampled_from(["{}", "person {} is", "/admin/people/{}/badges", "'{}'"]))
def test_ids_of_people(person_id: object, around: str) -> None:
    """As people are known to the record, in any case of letters."""
    for text in (str(person_id), str(person_id).upper()):
        found = without_people(around.format(text))
        assert text not in found
        assert "<id>" in found


def test_nothing_is_scrubbed_twice() -> None:
    """What was clean stays as it is."""
    once = without_secrets("rtsp://a:b@c/d?e=f password=g")
    assert without_secrets(once) == once
