"""A real server that takes events: signed, in order, each until it has it, through all its moods."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge.announcing.follower import Follower
from edge.announcing.ledger import Ledger
from edge.announcing.posting import Answer, Poster
from edge.announcing.reaching import tls_context
from edge.announcing.signing import SigningKey
from edge.announcing.webhooks import (
    LONGEST_PAUSE,
    Verdict,
    WebhookAnnouncer,
    WebhookPolicy,
    judged,
)
from edge.audit import Audit, AuditEntry, AuditEvent, EventKind
from edge.errors import AnnouncingError
from tests.edge.announcing.authority import Authority
from tests.edge.announcing.conftest import Clock, Happens, eventually
from tests.edge.announcing.receiver import (
    Posted,
    Receiver,
    answer,
    drip,
    flood,
    hang_up,
    talk_nonsense,
)

KEY = SigningKey(b"k" * 32)
NAME = "webhook desk"
Maker = Callable[..., WebhookAnnouncer]
Running = Callable[[Callable[[threading.Event], None]], threading.Event]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Switch a server on."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def announcer(record: Audit, ledger: Ledger, clock: Clock) -> Maker:
    """Give a maker of announcers of one installation, which begin before the first event."""
    ledger.begin(NAME, cursor=0)

    def make(url: str, **values: Any) -> WebhookAnnouncer:
        return WebhookAnnouncer(
            poster=Poster(
                url,
                timeout=values.pop("timeout", 5.0),
                tls=tls_context(section="webhooks", ca_file=values.pop("ca_file", None)),
            ),
            keys=(KEY,),
            policy=WebhookPolicy(name="desk", site="Ostiary", **values),
            follower=Follower(audit=record, ledger=ledger, name=NAME, clock=clock),
            clock=clock,
            chance=Random(1),
        )

    return make


def _at_once(stop: threading.Event) -> None:
    """Stand for the pauses between tries, which would make a test take minutes."""
    stop.wait(0.01)


def verified(posted: Posted) -> bool:
    """Tell whether a request is signed by KEY: the check of docs/announcing.md."""
    content = b".".join(
        (
            posted.headers["webhook-id"].encode(),
            posted.headers["webhook-timestamp"].encode(),
            posted.body,
        )
    )
    expected = base64.b64encode(hmac.digest(KEY.secret, content, hashlib.sha256)).decode()
    return any(
        hmac.compare_digest(each, f"v1,{expected}")
        for each in posted.headers["webhook-signature"].split(" ")
    )


def cursor(ledger: Ledger) -> int:
    """Return how far the server has come."""
    place = ledger.place(NAME)
    return -1 if place is None else place.cursor


def fault(ledger: Ledger) -> str:
    """Return why it does not come further."""
    place = ledger.place(NAME)
    return "" if place is None else place.fault


def test_events_are_posted_signed_and_in_order(
    receiver: Receiver, announcer: Maker, happens: Happens, running: Running
) -> None:
    """Each with an id that never changes, by which one that comes twice is known."""
    running(announcer(receiver.url).run)
    first = happens(EventKind.DOOR_OPENED)
    happens(EventKind.DECISION, outcome="deny", reason="NO_MATCH", similarity=97.1)

    opened, denied = receiver.wait_for(2)

    assert opened.path == "/door?token=t0ken"
    assert opened.headers["content-type"] == "application/json"
    assert opened.headers["webhook-id"] == f"1-{first.hash[:24]}"
    assert opened.json["type"] == "door-opened"
    assert opened.json["data"]["site"] == "Ostiary"
    assert (opened.sequence, denied.sequence) == (1, 2)
    assert "similarity" not in denied.json["data"]
    assert verified(opened)
    assert verified(denied)
    assert not verified(Posted(opened.path, opened.headers, opened.body + b" "))


def test_what_is_not_wanted_is_not_posted(
    receiver: Receiver, announcer: Maker, happens: Happens
) -> None:
    """Without a choice everything but duress; with one, nothing else."""
    everything = announcer(receiver.url)
    happens(EventKind.DURESS)
    happens(EventKind.SIGN_IN)
    everything.once(threading.Event())
    chosen = announcer(receiver.url, kinds=frozenset({EventKind.FORCED_OPEN, EventKind.DURESS}))
    happens(EventKind.DOOR_OPENED)
    happens(EventKind.DURESS)
    happens(EventKind.FORCED_OPEN)
    chosen.once(threading.Event())

    assert [each.json["type"] for each in receiver.posted] == ["sign-in", "duress", "forced-open"]


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (None, False),
        (frozenset({EventKind.ALARM}), False),
        (frozenset({EventKind.ALARM, EventKind.DURESS}), True),
    ],
)
def test_an_alarm_that_speaks_of_duress_goes_to_who_named_duress(
    kinds: frozenset[EventKind] | None, *, wanted: bool, clock: Clock
) -> None:
    """Whatever its kind."""
    alarm = AuditEntry(1, AuditEvent(EventKind.ALARM, clock(), detail="duress"), "")

    assert WebhookPolicy(name="desk", site="", kinds=kinds).wants(alarm) is wanted


def test_a_server_that_fails_holds_up_what_comes_behind(
    receiver: Receiver, announcer: Maker, happens: Happens, running: Running, ledger: Ledger
) -> None:
    """A receiver may rely on the order: nothing overtakes, nothing is left out."""
    receiver.behaviours += [answer(500), answer(503), hang_up, talk_nonsense]
    told = announcer(receiver.url)
    # Without the pauses.
    told._wait_on = _at_once  # type: ignore[method-assign]
    happens(EventKind.DOOR_OPENED)
    happens(EventKind.DOOR_CLOSED)

    running(told.run)

    assert [each.sequence for each in receiver.wait_for(6)] == [1, 1, 1, 1, 1, 2]
    assert len({each.headers["webhook-id"] for each in receiver.posted}) == 2
    eventually(lambda: (cursor(ledger), fault(ledger)) == (2, ""))


def test_pauses_grow_and_outlive_the_process(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger, clock: Clock
) -> None:
    """The next one goes on where the last one waited."""
    receiver.behaviours += [answer(500)] * 20
    happens(EventKind.DOOR_OPENED)
    pauses: list[float] = []
    for number in range(1, 16):
        with pytest.raises(AnnouncingError, match="answers 500"):
            announcer(receiver.url).once(threading.Event())
        place = ledger.place(NAME)
        assert place is not None
        assert place.tries == number
        assert place.try_after is not None
        pauses.append((place.try_after - clock()).total_seconds())

    assert all(2.0**number / 2 <= each <= 2.0**number for number, each in enumerate(pauses[:11]))
    assert max(pauses) <= LONGEST_PAUSE
    assert pauses[-1] >= LONGEST_PAUSE / 2


def test_a_server_may_ask_for_a_longer_pause(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger, clock: Clock
) -> None:
    """In seconds, up to the longest; what is no number is ignored."""
    happens(EventKind.DOOR_OPENED)
    pauses = []
    for asked in ("120", "999999", "Fri, 31 Dec 2026 23:59:59 GMT"):
        receiver.behaviours.append(answer(429, Retry_After=asked))
        with pytest.raises(AnnouncingError):
            announcer(receiver.url).once(threading.Event())
        place = ledger.place(NAME)
        assert place is not None
        assert place.try_after is not None
        pauses.append((place.try_after - clock()).total_seconds())

    assert pauses[:2] == [120.0, LONGEST_PAUSE]
    assert pauses[2] < 10


def test_what_a_server_refuses_is_given_up_after_some_tries_and_listed(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger
) -> None:
    """The next event is not held up for ever by one that the server does not understand."""
    receiver.behaviours += [answer(422)] * 3
    happens(EventKind.DOOR_OPENED)
    happens(EventKind.DOOR_CLOSED)
    for _ in range(2):
        with pytest.raises(AnnouncingError, match="answers 422"):
            announcer(receiver.url, refusals=3).once(threading.Event())

    announcer(receiver.url, refusals=3).once(threading.Event())

    assert [each.sequence for each in receiver.posted] == [1, 1, 1, 2]
    (given_up,) = ledger.given_up(NAME)
    assert given_up.sequence == 1
    assert "answers 422" in given_up.why
    assert cursor(ledger) == 2


@pytest.mark.parametrize(
    ("status", "tries", "verdict"),
    [
        (200, 1, Verdict.DONE),
        (299, 9, Verdict.DONE),
        (301, 99, Verdict.AGAIN),
        (308, 99, Verdict.AGAIN),
        (400, 4, Verdict.AGAIN),
        (400, 5, Verdict.GIVEN_UP),
        (404, 6, Verdict.GIVEN_UP),
        (408, 99, Verdict.AGAIN),
        (410, 5, Verdict.GIVEN_UP),
        (429, 99, Verdict.AGAIN),
        (500, 99, Verdict.AGAIN),
        (None, 99, Verdict.AGAIN),
    ],
)
def test_what_follows_from_an_answer(status: int | None, tries: int, verdict: Verdict) -> None:
    """Only what the server itself refuses is given up, and not at once."""
    given = None if status is None else Answer(status)

    assert judged(given, tries=tries, refusals=5) is verdict


def test_redirects_are_not_followed(receiver: Receiver, announcer: Maker, happens: Happens) -> None:
    """An event goes where the settings say, and nowhere else."""
    happens(EventKind.DOOR_OPENED)
    with Receiver() as elsewhere:
        receiver.behaviours.append(answer(307, Location=elsewhere.url))

        with pytest.raises(AnnouncingError, match="answers 307 Redirects are not followed"):
            announcer(receiver.url).once(threading.Event())

        assert elsewhere.posted == []


def test_a_server_that_answers_byte_by_byte_is_cut_off(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger
) -> None:
    """No read takes long, and all together would never end."""
    happens(EventKind.DOOR_OPENED)
    receiver.behaviours.append(drip)

    with pytest.raises(AnnouncingError, match=r"did not answer within 0\.5 s"):
        announcer(receiver.url, timeout=0.5).once(threading.Event())

    assert "did not answer" in fault(ledger)


def test_an_answer_without_end_is_not_read_to_the_end(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger
) -> None:
    """The status was the answer."""
    happens(EventKind.DOOR_OPENED)
    receiver.behaviours.append(flood)

    announcer(receiver.url).once(threading.Event())

    assert cursor(ledger) == 1


def test_a_server_that_is_away_gets_everything_when_it_is_back(
    announcer: Maker, happens: Happens, running: Running, ledger: Ledger
) -> None:
    """Nothing listens, then somebody does."""
    receiver = Receiver()
    told = announcer(receiver.url)
    told._wait_on = _at_once  # type: ignore[method-assign]
    for _ in range(3):
        happens(EventKind.DOOR_OPENED)
    running(told.run)
    eventually(lambda: "nothing listens" in fault(ledger))

    with receiver:
        assert [each.sequence for each in receiver.wait_for(3)] == [1, 2, 3]


def test_after_three_days_an_event_is_passed_over_and_counted(
    announcer: Maker, happens: Happens, ledger: Ledger, clock: Clock
) -> None:
    """The rest of the outbox is told, however long the server was away."""
    receiver = Receiver()
    told = announcer(receiver.url)
    happens(EventKind.DOOR_OPENED)
    clock.pass_by(days=2)
    happens(EventKind.DOOR_CLOSED)
    with pytest.raises(AnnouncingError):
        told.once(threading.Event())
    clock.now += timedelta(days=1, seconds=1)

    with receiver:
        told.once(threading.Event())

    place = ledger.place(NAME)
    assert place is not None
    assert [each.sequence for each in receiver.posted] == [2]
    assert (place.delivered, place.passed_over) == (1, 1)


def test_neither_the_address_s_token_nor_the_key_is_in_any_log(
    receiver: Receiver, announcer: Maker, happens: Happens, ledger: Ledger, caplog: Any
) -> None:
    """Some services put a token into the address."""
    caplog.set_level(logging.DEBUG)
    happens(EventKind.DOOR_OPENED)
    receiver.behaviours += [answer(500), hang_up, answer(403), talk_nonsense]
    told = announcer(receiver.url)
    for _ in range(4):
        with pytest.raises(AnnouncingError) as caught:
            told.once(threading.Event())
        assert "t0ken" not in str(caught.value)
    receiver.switch_off()
    with pytest.raises(AnnouncingError):
        told.test()

    assert "t0ken" not in caplog.text + fault(ledger)
    assert "kkkk" not in caplog.text + repr(KEY)


def test_a_test_is_signed_and_told_in_words(receiver: Receiver, announcer: Maker) -> None:
    """With an id of its own each time, so that no receiver takes it for known."""
    told = announcer(receiver.url)

    assert "took a signed test with status 204" in told.test()
    told.test()

    first, second = receiver.posted
    assert first.json["type"] == "test"
    assert verified(first)
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    receiver.behaviours.append(answer(401))
    with pytest.raises(AnnouncingError, match="answers 401 Does it have the key"):
        told.test()


def test_the_end_does_not_wait_for_a_server_that_hangs(
    receiver: Receiver, announcer: Maker, happens: Happens, running: Running
) -> None:
    """What is under way is cut, and told again by the next process."""
    receiver.behaviours.append(drip)
    told = announcer(receiver.url, timeout=60.0)
    happens(EventKind.DOOR_OPENED)
    thread = threading.Thread(target=told.run, args=(stop := threading.Event(),))
    thread.start()
    receiver.wait_for(1)

    stop.set()
    told.cut()
    thread.join(10)

    assert not thread.is_alive()


def test_by_tls_a_server_is_believed_by_its_authority_and_name_alone(
    announcer: Maker, happens: Happens, tmp_path: Path
) -> None:
    """Events of a building are not told to whoever answers."""
    authority, other = Authority(tmp_path / "ca"), Authority(tmp_path / "other")
    happens(EventKind.DOOR_OPENED)
    with Receiver(certificate=authority.issue("receiver")) as receiver:
        named = receiver.url.replace("127.0.0.1", "localhost")
        for url, file in (
            (receiver.url, other.file),
            (receiver.url, None),
            (named, authority.file),
        ):
            with pytest.raises(AnnouncingError, match=r"not trusted.*webhooks\.ca_file"):
                announcer(url, ca_file=file).test()
        assert receiver.posted == []

        assert "took a signed test" in announcer(receiver.url, ca_file=authority.file).test()
