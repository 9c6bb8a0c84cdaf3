"""What a request claims: everything that can be refused before its body is read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enroll.rekognition.claim import claim_of
from enroll.rekognition.errors import ServiceError
from tests.enroll.rekognition.signing import KEY_ID, NOW, SECRET, signed

SENT = dict(signed().headers)
SIGNED = "content-type;host;x-amz-date;x-amz-target"

CODES = {
    "MissingAuthenticationTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
}


def refused(header: str | None = None, *, now: datetime = NOW, **changed: str) -> ServiceError:
    """Return the error for the usual request with another Authorization or other headers."""
    headers = SENT | {name.replace("_", "-"): value for name, value in changed.items()}
    if header is not None:
        headers["authorization"] = header
    with pytest.raises(ServiceError) as error:
        claim_of(headers, now)
    assert error.value.status == 400
    return error.value


def test_a_claim() -> None:
    """Key, region, time and signed headers are read; the signature is not shown."""
    claim = claim_of(SENT, NOW)
    assert (claim.key_id, claim.region, claim.at) == (KEY_ID, "eu-central-1", NOW)
    assert claim.signed_headers == tuple(SIGNED.split(";"))
    assert claim.scope == "20261102/eu-central-1/rekognition/aws4_request"
    assert claim.timestamp == "20261102T080000Z"
    assert claim.signature not in repr(claim)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_five_minutes_either_way(seconds: int) -> None:
    """Clocks may differ by five minutes, the last second included."""
    claim_of(SENT, NOW + timedelta(seconds=seconds))


def test_expired() -> None:
    """An old signature is refused in Amazon's words, which name all three times."""
    error = refused(now=NOW + timedelta(minutes=5, seconds=1))
    assert error.code == "InvalidSignatureException"
    assert error.message == (
        "Signature expired: 20261102T080000Z is now earlier than 20261102T080001Z"
        " (20261102T080501Z - 5 min.)"
    )


def test_not_yet_current() -> None:
    """A signature from the future is refused; the clock's own zone does not matter."""
    here = (NOW - timedelta(minutes=5, seconds=1)).astimezone(timezone(timedelta(hours=2)))
    error = refused(now=here)
    assert error.code == "InvalidSignatureException"
    assert error.message == (
        "Signature not yet current: 20261102T080000Z is still later than 20261102T075959Z"
        " (20261102T075459Z + 5 min.)"
    )


@pytest.mark.parametrize(
    "value",
    ["2026-11-02T08:00:00Z", "20261102", "20261102T080000", "20261102T080000Z0", "20261399T080000Z",
     "20261102T250000Z", "\u0662\u0660261102T080000Z", "Mon, 02 Nov 2026 08:00:00 GMT", "x"],
)  # fmt: skip
def test_a_malformed_date(value: str) -> None:
    """Only the basic format of ISO 8601 in UTC is a date, and only a real day is one."""
    error = refused(x_amz_date=value)
    assert error.code == "IncompleteSignatureException"
    assert "ISO-8601" in error.message


def test_no_date() -> None:
    """Without a date there is nothing to hold the clock against."""
    assert refused(x_amz_date="").code == "IncompleteSignatureException"


def test_another_day() -> None:
    """The day of the scope is the day of the date, even seconds around midnight."""
    midnight = datetime(2026, 11, 3, tzinfo=NOW.tzinfo)
    request = signed(at=midnight - timedelta(seconds=1))
    header = request.headers["authorization"].replace("/20261102/", "/20261103/")
    with pytest.raises(ServiceError, match="Date in Credential scope does not match") as error:
        claim_of(dict(request.headers) | {"authorization": header}, midnight)
    assert error.value.code == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("credential", "code", "words"),
    [
        ("x", "IncompleteSignatureException", "exactly 5 slash-delimited elements"),
        ("a/b/20261102/r/rekognition/aws4_request", "IncompleteSignatureException", "exactly 5"),
        ("/20261102/r/rekognition/aws4_request", "UnrecognizedClientException", "token"),
        ("a b/20261102/r/rekognition/aws4_request", "UnrecognizedClientException", "token"),
        ("A/20261102//rekognition/aws4_request", "InvalidSignatureException", "valid region"),
        ("A/20261102/r/s3/aws4_request", "InvalidSignatureException", "service: 'rekognition'"),
        ("A/20261102/r/rekognition/aws5", "InvalidSignatureException", "terminator"),
        ("A/2026/r/rekognition/aws4_request", "InvalidSignatureException", "Date in Credential"),
    ],
)
def test_a_malformed_credential(credential: str, code: str, words: str) -> None:
    """Each part of the credential has its own answer."""
    error = refused(
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={SIGNED}, Signature={'0' * 64}"
    )
    assert error.code == code
    assert words in error.message


def test_the_secret_in_the_wrong_place() -> None:
    """Whoever swaps key id and secret does not get the secret back, nor into a log."""
    request = signed(key_id=f"{SECRET[:20]}/{SECRET[20:]}")
    error = refused(request.headers["authorization"])
    assert error.code == "IncompleteSignatureException"
    assert SECRET[20:] not in error.message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("AWS4-HMAC-SHA256", "missing equal-sign"),
        ("AWS4-HMAC-SHA256 Credential= x", "requires 'SignedHeaders' parameter"),
        ("AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=", "requires 'Credential'"),
        ("AWS4-HMAC-SHA256 Credential", "missing equal-sign"),
        ("AWS4-HMAC-SHA256 Credential=a, Credential=b", "twice"),
        ("AWS4-HMAC-SHA256 Credential=a, Expires=9", "other than"),
        ("Basic YTpi", "Unsupported signing algorithm"),
        ("Bearer x", "Unsupported signing algorithm"),
        ("AWS4-ECDSA-P256-SHA256 Credential=a", "Unsupported signing algorithm"),
        ("aws4-hmac-sha256 Credential=a", "Unsupported signing algorithm"),
    ],
)
def test_a_malformed_header(header: str, words: str) -> None:
    """What is no signature of this version is incomplete."""
    error = refused(header)
    assert error.code == "IncompleteSignatureException"
    assert words in error.message


def test_a_header_sent_twice() -> None:
    """Two Authorization headers, joined by a server, are refused."""
    header = SENT["authorization"]
    assert refused(f"{header}, {header}").code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ("content-type;x-amz-date;x-amz-target", "InvalidSignatureException"),
        ("content-type;host;x-amz-target", "InvalidSignatureException"),
        ("content-type;host;x-amz-date", "InvalidSignatureException"),
        ("host;x-amz-date;x-amz-target", "InvalidSignatureException"),
        (f"{SIGNED};x-own", "InvalidSignatureException"),
        ("host;content-type;x-amz-date;x-amz-target", "IncompleteSignatureException"),
        ("content-type;host;host;x-amz-date;x-amz-target", "IncompleteSignatureException"),
        ("content-type;Host;x-amz-date;x-amz-target", "IncompleteSignatureException"),
        (f";{SIGNED}", "IncompleteSignatureException"),
        (SIGNED.replace(";", "; "), "IncompleteSignatureException"),
    ],
)
def test_what_must_be_signed(listed: str, code: str) -> None:
    """Host, date, kind and target are signed, whatever is listed was sent, sorted and once."""
    header = SENT["authorization"].replace(SIGNED, listed)
    assert refused(header).code == code


@pytest.mark.parametrize("signature", ["0" * 63, "0" * 65, "G" * 64, "A" * 64, "\u0661" * 64])
def test_a_signature_that_is_none(signature: str) -> None:
    """What are not 64 hexadecimal digits is no signature."""
    header = SENT["authorization"].rpartition("=")[0]
    assert refused(f"{header}={signature}").code == "InvalidSignatureException"


def test_blanks_between_the_parts() -> None:
    """With or without blanks after the commas: clients write both."""
    header = SENT["authorization"]
    tight = claim_of(SENT | {"authorization": header.replace(", ", ",")}, NOW)
    assert tight == claim_of(SENT | {"authorization": f"{header}  "}, NOW)


pieces = st.sampled_from(
    ["AWS4-HMAC-SHA256", " ", ",", "=", "/", ";", "Credential", "SignedHeaders", "Signature",
     "20261102", "rekognition", "aws4_request", "host", "x-amz-date", "0" * 64, "\x00", "\n",
     "\u0661", "\ud800", "%s", "{}"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=30).map("".join)))
@example("AWS4-HMAC-SHA256 =")
def test_any_header(header: str) -> None:
    """No text whatever makes anything but an error of the service."""
    assert refused(header).code in CODES


@given(st.data())
def test_a_header_with_a_hole(data: st.DataObject) -> None:
    """A good header with any piece cut out or put in is refused or still says the same."""
    header = SENT["authorization"]
    begin = data.draw(st.integers(0, len(header)))
    end = data.draw(st.integers(begin, len(header)))
    changed = header[:begin] + data.draw(st.text(max_size=3)) + header[end:]
    try:
        claim_of(SENT | {"authorization": changed}, NOW)
    except ServiceError as error:
        assert error.code in CODES  # noqa: PT017 - most are refused, some only mean another key


@given(
    st.dictionaries(
        st.sampled_from(["host", "x-amz-date", "x-amz-content-sha256", "content-type"]),
        st.text(max_size=40),
        min_size=1,
    )
)
def test_any_other_header(changed: dict[str, str]) -> None:
    """Nor does any text in the other headers."""
    try:
        claim_of(SENT | changed, NOW)
    except ServiceError as error:
        assert error.code in CODES  # noqa: PT017 - a host may be anything until it is verified
