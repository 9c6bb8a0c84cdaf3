"""Signature Version 4: what botocore signs is accepted, and nothing that was changed afterwards."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from enroll.rekognition.claim import claim_of, headers_of
from enroll.rekognition.errors import ServiceError
from enroll.rekognition.signature import (
    SignedRequest,
    canonical_request,
    signing_key,
    string_to_sign,
)
from tests.enroll.rekognition.signing import HEADERS, NOW, SECRET, check, signed

MISMATCH = "The request signature we calculated does not match the signature you provided."

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
names = st.from_regex(r"X-(Amz|Own)-[A-Z][a-z]{0,9}[0-9]", fullmatch=True)
unreserved = st.from_regex(r"[A-Za-z0-9._~-]{1,9}", fullmatch=True)
encoded = st.from_regex(r"([A-Za-z0-9._~-]|%[0-9A-F]{2}){0,9}", fullmatch=True)


def refused(request: SignedRequest, *, secret: str | None = SECRET) -> str:
    """Return the code with which *request* is refused."""
    with pytest.raises(ServiceError) as error:
        check(request, secret=secret)
    assert error.value.status == 400
    return error.value.code


def with_headers(request: SignedRequest, **changed: str | None) -> SignedRequest:
    """Return *request* with headers changed, or, for None, without them."""
    told = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = dict(request.headers) | told
    return replace(
        request, headers={name: value for name, value in headers.items() if value is not None}
    )


@given(
    body=st.binary(max_size=300),
    headers=st.dictionaries(names, printable, max_size=4),
    region=st.sampled_from(["us-east-1", "eu-central-1", "local", "anywhere-at-all-9"]),
    path=st.lists(st.one_of(encoded, st.sampled_from([".", "..", ""])), max_size=4),
    query=st.lists(st.tuples(encoded.filter(bool), encoded), max_size=4),
    seconds=st.integers(-300, 300),
)
def test_what_botocore_signs(
    body: bytes,
    headers: dict[str, str],
    region: str,
    path: list[str],
    query: list[tuple[str, str]],
    seconds: int,
) -> None:
    """Whatever body, headers, region, path, query and clock: what botocore signed is accepted."""
    url = "https://door.local:8443/" + "/".join(path)
    if query:
        url += "?" + "&".join(f"{name}={value}" for name, value in query)
    at = NOW + timedelta(seconds=seconds)
    check(signed(body=body, headers=HEADERS | headers, region=region, url=url, at=at))


@given(
    place=st.integers(min_value=0),
    bit=st.integers(0, 7),
    body=st.binary(min_size=1, max_size=100),
)
def test_one_bit_of_the_body(place: int, bit: int, body: bytes) -> None:
    """A single changed bit of the body is noticed."""
    request, changed = signed(body=body), bytearray(body)
    changed[place % len(body)] ^= 1 << bit
    assert refused(replace(request, body=bytes(changed))) == "InvalidSignatureException"


@pytest.mark.parametrize("body", [b"", b"{} ", b"{}{}"])
def test_another_length_of_the_body(body: bytes) -> None:
    """A body that was cut off or added to is noticed."""
    assert refused(replace(signed(), body=body)) == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"host": "another.local:8443"}, "InvalidSignatureException"),
        ({"host": "door.local"}, "InvalidSignatureException"),
        ({"content_type": "application/json"}, "InvalidSignatureException"),
        ({"x_amz_target": "RekognitionService.DeleteCollection"}, "InvalidSignatureException"),
        ({"x_amz_date": "20261102T080001Z"}, "InvalidSignatureException"),
        ({"x_amz_target": None}, "InvalidSignatureException"),
        ({"content_type": None}, "InvalidSignatureException"),
        ({"host": None}, "InvalidSignatureException"),
        ({"x_amz_date": None}, "IncompleteSignatureException"),
        ({"authorization": None}, "MissingAuthenticationTokenException"),
        ({"authorization": " "}, "MissingAuthenticationTokenException"),
        ({"x_amz_more": "unsigned"}, "InvalidSignatureException"),
        ({"x_amz_security_token": "AQoDYXdz"}, "UnrecognizedClientException"),
    ],
)
def test_a_changed_header(changed: dict[str, str | None], code: str) -> None:
    """A header that was changed, taken away or added is noticed, and named by the right code."""
    assert refused(with_headers(signed(), **changed)) == code


@pytest.mark.parametrize(
    "changed",
    [
        replace(signed(), method="PUT"),
        replace(signed(), path="/other"),
        replace(signed(), query="a=b"),
        replace(signed(), path="/\u20ac"),
    ],
)
def test_a_changed_address(changed: SignedRequest) -> None:
    """Method, path and query belong to what is signed; what is no byte never was."""
    assert refused(changed) == "InvalidSignatureException"


def test_headers_that_nobody_signs() -> None:
    """What a proxy may add or take away on the way changes nothing."""
    request = signed(headers=HEADERS | {"User-Agent": "Boto3", "Expect": "100-continue"})
    assert "expect" not in claim_of(request.headers, NOW).signed_headers
    check(with_headers(request, user_agent="other", expect=None, x_amzn_trace_id="Root=1"))


@given(secret=st.text("abcZ9", min_size=40, max_size=40))
def test_another_secret(secret: str) -> None:
    """Whoever has another secret is refused, and not told what the signature must be."""
    assume(secret != SECRET)
    request = signed(secret=secret)
    with pytest.raises(ServiceError, match=MISMATCH) as error:
        check(request)
    assert error.value.code == "InvalidSignatureException"
    expected = claim_of(signed().headers, NOW).signature
    assert expected not in str(error.value)


@pytest.mark.parametrize("change", ["region", "day", "key_id", "signature"])
def test_a_changed_scope(change: str) -> None:
    """A signature is good for one day, one region, one key."""
    request = signed()
    header = request.headers["authorization"]
    claim = claim_of(request.headers, NOW)
    changed = {
        "region": header.replace("eu-central-1", "eu-central-2"),
        "day": header.replace("/20261102/", "/20261103/"),
        "key_id": header.replace(claim.key_id, "AKOSQQQQQQQQQQQQQQQQ"),
        "signature": header.replace(claim.signature, claim.signature[::-1]),
    }[change]
    request = with_headers(request, authorization=changed)
    if change == "key_id":
        # The endpoint finds another key's secret, or none.
        assert claim_of(request.headers, NOW).key_id == "AKOSQQQQQQQQQQQQQQQQ"
        assert refused(request, secret="b" * 40) == "InvalidSignatureException"
        assert refused(request, secret=None) == "UnrecognizedClientException"
    else:
        assert refused(request) == "InvalidSignatureException"


def test_an_unknown_key() -> None:
    """Without such a key the answer is the same whatever was signed with whatever."""
    for request in (signed(), signed(secret="0" * 40), replace(signed(), body=b"x")):
        assert refused(request, secret=None) == "UnrecognizedClientException"


def test_a_copy_is_accepted() -> None:
    """The same request again is accepted: it is what a client sends whose answer was lost."""
    request = signed()
    check(request)
    check(request, now=NOW + timedelta(minutes=5))


def test_the_hash_of_the_body_as_a_header() -> None:
    """Where the header is sent it is signed, and must be the body's."""
    digest = hashlib.sha256(b"{}").hexdigest()
    check(signed(headers=HEADERS | {"X-Amz-Content-SHA256": digest}))
    other = hashlib.sha256(b"other").hexdigest()
    lying = signed(headers=HEADERS | {"X-Amz-Content-SHA256": other})
    assert refused(lying) == "InvalidSignatureException"


@pytest.mark.parametrize(
    "told", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "E3B0" * 16]
)
def test_an_unsigned_body(told: str) -> None:
    """A body that nobody vouches for is refused before it is read."""
    request = with_headers(signed(), x_amz_content_sha256=told)
    signed_headers = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target"
    header = request.headers["authorization"].replace(
        "content-type;host;x-amz-date;x-amz-target", signed_headers
    )
    with pytest.raises(ServiceError, match="unsigned and streamed payloads") as error:
        claim_of(dict(request.headers) | {"authorization": header}, NOW)
    assert error.value.code == "InvalidSignatureException"


def test_a_header_sent_twice() -> None:
    """Values of a repeated header are joined by a comma, in order; blanks are folded."""
    pairs = [("X-Own", "  a   b "), ("Host", "door"), ("x-own", "c\td")]
    headers = headers_of(pairs)
    assert headers == {"x-own": "  a   b ,c\td", "host": "door"}
    request = SignedRequest("POST", "/", "", headers, b"")
    assert "\nx-own:a b ,c d\n" in canonical_request(request, ("host", "x-own"), "")


@pytest.mark.parametrize("name", ["host", "x-amz-target", "content-type", "x-amz-date"])
def test_a_second_value(name: str) -> None:
    """Whoever adds a second value to a signed header is refused, whichever a server would take."""
    request = signed()
    pairs = [*request.headers.items(), (name, request.headers[name])]
    with pytest.raises(ServiceError):
        check(replace(request, headers=headers_of(pairs)))


# The examples that AWS publishes: "Examples of the complete Signature Version 4 signing process"
# (IAM ListUsers) and the Signature Version 4 test suite, by the names of its folders.
_DAY = "20150830T123600Z"
_PUBLISHED = {
    "IAM ListUsers": (
        SignedRequest(
            "GET",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            {
                "content-type": "application/x-www-form-urlencoded; charset=utf-8",
                "host": "iam.amazonaws.com",
            },
            b"",
        ),
        "iam",
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ),
    "get-vanilla": (
        SignedRequest("GET", "/", "", {}, b""),
        "service",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-vanilla": (
        SignedRequest("POST", "/", "", {}, b""),
        "service",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "get-header-value-trim": (
        SignedRequest("GET", "/", "", {"my-header1": " value1", "my-header2": ' "a   b   c"'}, b""),
        "service",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "get-vanilla-query-order-key-case": (
        SignedRequest("GET", "/", "Param2=value2&Param1=value1", {}, b""),
        "service",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-utf8": (
        SignedRequest("GET", "/\xe1\x88\xb4", "", {}, b""),
        "service",
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    "get-relative-relative": (
        SignedRequest("GET", "/example1/example2/../..", "", {}, b""),
        "service",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "get-slash-dot-slash": (
        SignedRequest("GET", "/./", "", {}, b""),
        "service",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-x-www-form-urlencoded": (
        SignedRequest(
            "POST",
            "/",
            "",
            {"content-type": "application/x-www-form-urlencoded"},
            b"Param1=value1",
        ),
        "service",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


@pytest.mark.parametrize("example", _PUBLISHED)
def test_published_examples(example: str) -> None:
    """The signatures that AWS publishes come out to the digit."""
    request, service, signature = _PUBLISHED[example]
    headers = {"host": "example.amazonaws.com", "x-amz-date": _DAY} | dict(request.headers)
    request = replace(request, headers=headers)
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = canonical_request(request, tuple(sorted(headers)), digest).encode("latin-1")
    scope = f"20150830/us-east-1/{service}/aws4_request"
    key = signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope)
    told = string_to_sign(_DAY, scope, canonical)
    assert hmac.new(key, told, hashlib.sha256).hexdigest() == signature
