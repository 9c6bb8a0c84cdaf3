"""A door and a real broker: what it is told, through restarts, deaths and refusals of either."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge.announcing.broker import Address, Connection
from edge.announcing.commands import Commands
from edge.announcing.condition import to_memory
from edge.announcing.discovery import Described
from edge.announcing.follower import Follower, looked_back
from edge.announcing.ledger import Ledger
from edge.announcing.mqtt import NAME, MqttAnnouncer, MqttPolicy
from edge.announcing.reaching import tls_context
from edge.announcing.topics import Message, Topics
from edge.audit import Audit, EventKind
from edge.desk import Desk
from edge.errors import AnnouncingError
from edge.storage.key import Key
from tests.edge.announcing.authority import Authority
from tests.edge.announcing.conftest import (
    DOOR,
    RELEASE,
    Clock,
    Happens,
    eventually,
    needs_mosquitto,
)
from tests.edge.announcing.mosquitto import Listener, Mosquitto, free_port

pytestmark = needs_mosquitto

BASE = "ostiary/main"
TOPICS = Topics(BASE)
RIGHT, WRONG = "s3cret", "wr0ng"
Running = Callable[[Callable[[threading.Event], None]], threading.Event]
Maker = Callable[..., MqttAnnouncer]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a broker that takes everybody."""
    with Mosquitto(tmp_path, "allow_anonymous true") as broker:
        yield broker


@pytest.fixture
def announcer(record: Audit, ledger: Ledger, clock: Clock) -> Maker:
    """Give a maker of announcers of one installation."""

    def make(port: int, **values: Any) -> MqttAnnouncer:
        return MqttAnnouncer(
            address=Address(
                host=values.pop("host", "127.0.0.1"),
                port=port,
                client_id="ostiary-test",
                tls=values.pop("tls", None),
                username=values.pop("username", ""),
                password=values.pop("password", ""),
            ),
            policy=MqttPolicy(
                door=DOOR,
                release=RELEASE,
                topics=TOPICS,
                introduction=values.pop("introduction", None),
                duress_topic=values.pop("duress_topic", ""),
            ),
            follower=Follower(
                audit=record,
                ledger=ledger,
                name=NAME,
                clock=clock,
                first_memory=lambda: to_memory(looked_back(record, door=DOOR, release=RELEASE)),
            ),
            clock=clock,
            chance=Random(1),
            **values,
        )

    return make


def last_state(listener: Listener) -> dict[str, Any]:
    """Return the newest state."""
    state: dict[str, Any] = json.loads(listener.wait_for(f"{BASE}/state")[-1].payload)
    return state


def test_what_happens_is_told_in_order_and_the_state_waits_for_who_comes_later(
    broker: Mosquitto, announcer: Maker, happens: Happens, running: Running
) -> None:
    """Events are news, the state is retained, and whoever subscribes later still learns it."""
    happens(EventKind.DOOR_STARTED)
    with Listener(broker.port) as listener:
        running(announcer(broker.port).run)
        listener.wait_for(f"{BASE}/status", like=b"online")

        happens(EventKind.DECISION, outcome="grant", reason="MATCH", person_id="p-1")
        happens(EventKind.DOOR_OPENED, detail="grant")

        told = [json.loads(each.payload) for each in listener.wait_for(f"{BASE}/events", count=2)]
        assert [each["kind"] for each in told] == ["decision", "door-opened"]
        assert [each["sequence"] for each in told] == [2, 3]
        (decided,) = listener.wait_for(f"{BASE}/decision")
        assert json.loads(decided.payload)["event_type"] == "granted"
        listener.wait_for(f"{BASE}/state", like=b'"door":"open"')
        state = last_state(listener)
        assert (state["lock"], state["last_person_id"]) == ("UNLOCKED", "p-1")
        assert state["last_person"] is None

    with Listener(broker.port) as late:
        (kept,) = late.wait_for(f"{BASE}/state")
        assert kept.retained
        assert json.loads(kept.payload) == state
        assert late.on(f"{BASE}/events") == []


def test_the_lock_is_shown_locked_when_the_time_of_a_grant_is_over(
    broker: Mosquitto, announcer: Maker, happens: Happens, running: Running, clock: Clock
) -> None:
    """No event says so; the clock does."""
    happens(EventKind.DOOR_STARTED)
    with Listener(broker.port) as listener:
        running(announcer(broker.port).run)
        listener.wait_for(f"{BASE}/state")
        happens(EventKind.REMOTE_UNLOCK, outcome="grant", reason="REQUESTED")
        listener.wait_for(f"{BASE}/state", like=b'"lock":"UNLOCKED"')

        clock.now += RELEASE

        listener.wait_for(f"{BASE}/state", count=2, like=b'"lock":"LOCKED"')


def test_a_new_installation_tells_the_state_and_no_old_events(
    broker: Mosquitto, announcer: Maker, happens: Happens
) -> None:
    """It learned how the door is from the record."""
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.TAMPERED)

    with Listener(broker.port) as listener:
        announcer(broker.port).once(threading.Event())

        assert last_state(listener)["tampered"] is True
        listener.wait_for(f"{BASE}/status", like=b"offline")
        assert listener.on(f"{BASE}/events") == []


def test_what_a_dead_broker_missed_is_told_when_it_is_back(
    tmp_path: Path, announcer: Maker, happens: Happens, running: Running, ledger: Ledger
) -> None:
    """It is killed and forgets everything; all that happened comes, the retained things too."""
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    with broker:
        with Listener(broker.port) as listener:
            running(announcer(broker.port).run)
            listener.wait_for(f"{BASE}/status", like=b"online")
            happens(EventKind.DOOR_STARTED)
            listener.wait_for(f"{BASE}/events")
        eventually(lambda: bool((place := ledger.place(NAME)) and place.cursor == 1))
        broker.kill()
        happens(EventKind.DOOR_OPENED)
        happens(EventKind.DOOR_CLOSED)
        eventually(lambda: bool((place := ledger.place(NAME)) and place.fault))

        broker.start()
        with Listener(broker.port) as listener:
            told = listener.wait_for(f"{BASE}/events", count=2)
            listener.wait_for(f"{BASE}/state", like=b'"door":"closed"')
            listener.wait_for(f"{BASE}/status", like=b"online")
        eventually(
            lambda: bool((place := ledger.place(NAME)) and (place.cursor, place.fault) == (3, ""))
        )

    assert [json.loads(each.payload)["sequence"] for each in told] == [2, 3]


def test_what_was_not_confirmed_is_published_again(
    tmp_path: Path, announcer: Maker, happens: Happens, ledger: Ledger, record: Audit, clock: Clock
) -> None:
    """A broker that dies with events in its hands gets them from the record (QoS 1)."""
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    with broker:
        told = announcer(broker.port)
        connection = told._connected()
        told._introduce(connection, threading.Event())
        for _ in range(5):
            happens(EventKind.DOOR_OPENED)
        broker.kill()
        with pytest.raises(AnnouncingError, match="cut the connection"):
            told._tell_all(connection, threading.Event())
        place = ledger.place(NAME)
        assert place is not None
        assert place.cursor == 0

        broker.start()
        with Listener(broker.port) as listener:
            told.once(threading.Event())
            messages = listener.wait_for(f"{BASE}/events", count=5)

    assert [json.loads(each.payload)["sequence"] for each in messages] == [1, 2, 3, 4, 5]


def test_a_broker_that_confirms_nothing_is_left_and_told_again_later(
    broker: Mosquitto,
    announcer: Maker,
    happens: Happens,
    running: Running,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It holds the connection and does nothing: silence is no confirmation."""
    monkeypatch.setattr("edge.announcing.broker.CONFIRM_SECONDS", 0.5)
    monkeypatch.setattr("edge.announcing.broker.CONNECT_SECONDS", 0.5)
    with Listener(broker.port) as listener:
        running(announcer(broker.port).run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        broker.freeze()
        try:
            happens(EventKind.DOOR_OPENED)
            eventually(
                lambda: bool((p := ledger.place(NAME)) and p.fault)  # "confirms nothing", or worse
            )
            place = ledger.place(NAME)
        finally:
            broker.thaw()
        assert place is not None
        assert (place.cursor, place.delivered) == (0, 0)

        listener.wait_for(f"{BASE}/events", like=b'"sequence":1,')
        eventually(lambda: bool((p := ledger.place(NAME)) and p.cursor == 1))


def test_a_fault_of_the_program_itself_is_logged_and_survived(
    broker: Mosquitto,
    announcer: Maker,
    happens: Happens,
    running: Running,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Other destinations share the process."""
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.DECISION, outcome="grant", person_id="p-1")
    asked: list[str] = []

    def name_of(person_id: str) -> str:
        asked.append(person_id)
        if len(asked) == 1:
            raise ZeroDivisionError
        return "Ada"

    with Listener(broker.port) as listener:
        running(announcer(broker.port, name_of=name_of).run)
        listener.wait_for(f"{BASE}/state", like=b'"last_person":"Ada"')

    assert "this is a fault in Ostiary" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_the_broker_tells_of_an_announcer_that_was_killed(
    broker: Mosquitto, tmp_path: Path, folder: Path, key: Key, door: Audit
) -> None:
    """The last will: a process that gets SIGKILL says nothing itself."""
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{folder}"\n[door]\nname = "{DOOR}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ntls = false\n',
        encoding="utf-8",
    )
    with Listener(broker.port) as listener:
        child = subprocess.Popen(
            [sys.executable, "-m", "edge", "--config", str(config), "announce"],
            env=os.environ | {"OSTIARY_KEY": key.digits},
            stdout=subprocess.DEVNULL,
        )
        try:
            listener.wait_for("ostiary/Main-door/status", like=b"online")
        finally:
            child.kill()
            child.wait()

        listener.wait_for("ostiary/Main-door/status", like=b"offline")


def test_an_announcer_that_ends_gently_says_so_itself(
    broker: Mosquitto, announcer: Maker, running: Running, record: Audit
) -> None:
    """Offline, retained: nobody keeps the state up to date from here on."""
    with Listener(broker.port) as listener:
        stop = running(announcer(broker.port).run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        stop.set()
        listener.wait_for(f"{BASE}/status", like=b"offline")


def test_what_is_older_than_three_days_is_passed_over_and_counted(
    broker: Mosquitto, announcer: Maker, happens: Happens, ledger: Ledger, clock: Clock
) -> None:
    """The state it leads to is told all the same."""
    told = announcer(broker.port)
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.TAMPERED)
    clock.pass_by(days=4)
    happens(EventKind.DOOR_OPENED)

    with Listener(broker.port) as listener:
        told.once(threading.Event())
        (event,) = listener.wait_for(f"{BASE}/events")
        assert json.loads(event.payload)["kind"] == "door-opened"
        listener.wait_for(f"{BASE}/state", like=b'"tampered":true')

    place = ledger.place(NAME)
    assert place is not None
    assert (place.delivered, place.passed_over) == (1, 2)


def test_duress_is_on_no_topic_but_the_one_that_is_set_for_it(
    broker: Mosquitto, announcer: Maker, happens: Happens
) -> None:
    """And the grant beside it looks like any other."""
    silent = announcer(broker.port)
    happens(EventKind.DECISION, outcome="grant", reason="MATCH", person_id="p-1")
    happens(EventKind.DURESS, person_id="p-1")
    with Listener(broker.port) as listener:
        silent.once(threading.Event())
        happens(EventKind.DURESS, person_id="p-1")
        announcer(broker.port, duress_topic="guard/alarm").once(threading.Event())
        (alarm,) = listener.wait_for("guard/alarm")

        assert json.loads(alarm.payload)["kind"] == "duress"
        assert not alarm.retained
        others = [each for each in listener.heard if each.topic != "guard/alarm"]
        assert not [each for each in others if b"duress" in each.payload.lower()]
        (decision,) = listener.on(f"{BASE}/events")
        assert set(json.loads(decision.payload)) == {
            "sequence",
            "kind",
            "at",
            "door",
            "outcome",
            "reason",
            "person_id",
        }


def test_names_are_told_only_where_they_are_given(
    broker: Mosquitto, announcer: Maker, happens: Happens
) -> None:
    """In the event and in the state."""
    told = announcer(broker.port, name_of={"p-1": "Ada"}.get)
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.DECISION, outcome="grant", reason="MATCH", person_id="p-1")
    with Listener(broker.port) as listener:
        told.once(threading.Event())
        listener.wait_for(f"{BASE}/events", like=b'"person":"Ada"')
        listener.wait_for(f"{BASE}/state", like=b'"last_person":"Ada"')


def test_an_erased_person_leaves_what_is_retained(
    broker: Mosquitto, announcer: Maker, happens: Happens
) -> None:
    """What waits at a broker would name her to everybody who comes later."""
    names = {"p-1": "Ada"}
    told = announcer(broker.port, name_of=names.get)
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.DECISION, outcome="grant", reason="MATCH", person_id="p-1")
    told.once(threading.Event())
    names.clear()
    happens(EventKind.PERSON_DELETED, door=None)
    told.once(threading.Event())

    with Listener(broker.port) as listener:
        (kept,) = listener.wait_for(f"{BASE}/state")

    assert b"Ada" not in kept.payload
    assert b"p-1" not in kept.payload


def test_home_assistant_finds_descriptions_at_once(broker: Mosquitto, announcer: Maker) -> None:
    """Retained, of every entity, and no command topic where none is listened to."""
    introduction = Described(
        prefix="homeassistant",
        topics=TOPICS,
        unique="0123456789ab",
        name=DOOR,
        site="Ostiary",
        version="1",
        commands=False,
        names=False,
    )
    announcer(broker.port, introduction=introduction).once(threading.Event())

    with Listener(broker.port) as listener:
        listener.wait_for(f"{BASE}/status")
        found = [each for each in listener.heard if each.topic.startswith("homeassistant/")]

    assert len(found) == 10
    assert all(each.retained and json.loads(each.payload)["unique_id"] for each in found)
    assert not [each for each in found if b"command_topic" in each.payload]


def test_a_command_becomes_a_request_and_a_retained_one_does_not(
    broker: Mosquitto, announcer: Maker, running: Running, folder: Path, key: Key, clock: Clock
) -> None:
    """Also one that waited at the broker before the door came."""
    seconds = iter(range(1000))
    with Listener(broker.port) as listener, Desk(folder / "desk.db", key) as desk:
        listener.publish(f"{BASE}/command", b"UNLOCK", retain=True)
        commands = Commands(
            requests=desk, door=DOOR, clock=clock, monotonic=lambda: float(next(seconds))
        )
        running(announcer(broker.port, commands=commands).run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        listener.publish(f"{BASE}/command", b"UNLOCK", retain=True)
        listener.publish(f"{BASE}/command", b"NONSENSE")
        listener.publish(f"{BASE}/command", b"UNLOCK")

        requests: list[str] = []

        def requested() -> bool:
            requests.extend(request.actor for request in at_the_door.take())
            return bool(requests)

        with Desk(folder / "desk.db", key) as at_the_door:
            eventually(requested)

    assert requests == ["mqtt"]


def test_commands_sent_while_nobody_listened_are_not_carried_out_later(
    broker: Mosquitto, announcer: Maker, running: Running, folder: Path, key: Key, clock: Clock
) -> None:
    """No session is kept at the broker, whatever the sender's QoS."""
    with Listener(broker.port) as listener, Desk(folder / "desk.db", key) as desk:
        commands = Commands(requests=desk, door=DOOR, clock=clock, monotonic=lambda: 1e9)
        stop = running(announcer(broker.port, commands=commands).run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        stop.set()
        listener.wait_for(f"{BASE}/status", like=b"offline")
        listener.publish(f"{BASE}/command", b"UNLOCK", qos=1)
        running(announcer(broker.port, commands=commands).run)
        listener.wait_for(f"{BASE}/status", count=2, like=b"online")

        with Desk(folder / "desk.db", key) as at_the_door:
            assert at_the_door.take() == ()


def test_without_commands_nothing_is_subscribed_to(
    broker: Mosquitto, announcer: Maker, running: Running, tmp_path: Path
) -> None:
    """Which is how it is unless somebody switches it on."""
    with Listener(broker.port) as listener:
        told = announcer(broker.port)
        running(told.run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        assert told._commands is None
        listener.publish(f"{BASE}/command", b"UNLOCK")
        listener.wait_for(f"{BASE}/command")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a broker that knows one user, who may write below BASE only."""
    passwords = tmp_path / "passwords"
    passwords.write_text(f"door:{RIGHT}\n", encoding="utf-8")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    rights = tmp_path / "rights"
    rights.write_text(f"user door\ntopic readwrite {BASE}/#\n", encoding="utf-8")
    with Mosquitto(tmp_path, f"password_file {passwords}", f"acl_file {rights}") as broker:
        yield broker


def test_a_wrong_password_is_told_with_a_remedy_and_never_shown(
    guarded: Mosquitto, announcer: Maker
) -> None:
    """Neither the right one nor the wrong one."""
    told = announcer(guarded.port, username="door", password=WRONG)

    with pytest.raises(AnnouncingError) as caught:
        told.once(threading.Event())

    assert "refuses this door: Not authorized" in caught.value.message
    assert "mqtt.password_file" in caught.value.remedy
    assert WRONG not in str(caught.value) + repr(told._address)
    assert announcer(guarded.port, username="door", password=RIGHT).test().endswith(TOPICS.test)


def test_a_topic_that_the_broker_refuses_is_named(
    guarded: Mosquitto, announcer: Maker, happens: Happens, ledger: Ledger
) -> None:
    """What it refuses is not done with: rights can be given."""
    told = announcer(guarded.port, username="door", password=RIGHT, duress_topic="guard/alarm")
    happens(EventKind.DURESS)

    with pytest.raises(AnnouncingError, match="refuses the topic guard/alarm: Not authorized"):
        told.once(threading.Event())

    place = ledger.place(NAME)
    assert place is not None
    assert place.cursor == 0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Found an authority."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    """Run a broker by TLS that asks for a certificate of the authority."""
    certificate, key = authority.issue("broker")
    with Mosquitto(
        tmp_path,
        "allow_anonymous true",
        f"cafile {authority.file}",
        f"certfile {certificate}",
        f"keyfile {key}",
        "require_certificate true",
    ) as broker:
        yield broker


def test_by_tls_both_ends_prove_who_they_are(
    secure: Mosquitto, authority: Authority, announcer: Maker
) -> None:
    """The broker by the authority's word, the door by a certificate of its own."""
    certificate, key = authority.issue("door")
    context = tls_context(
        section="mqtt", ca_file=authority.file, certificate_file=certificate, key_file=key
    )

    announcer(secure.port, tls=context).once(threading.Event())


def test_a_broker_of_another_authority_or_name_is_not_believed(
    secure: Mosquitto, announcer: Maker, tmp_path: Path, authority: Authority
) -> None:
    """Nothing is sent to it, and the remedy names the setting."""
    stranger = tls_context(section="mqtt", ca_file=Authority(tmp_path / "other").file)
    known = tls_context(section="mqtt", ca_file=authority.file)

    for told in (
        announcer(secure.port, tls=stranger),
        announcer(secure.port, tls=known, host="localhost"),
    ):
        with pytest.raises(AnnouncingError, match="certificate that is not trusted") as caught:
            told.once(threading.Event())
        assert "mqtt.ca_file" in caught.value.remedy


def test_a_door_without_the_certificate_that_is_asked_for_is_refused(
    secure: Mosquitto, announcer: Maker, authority: Authority
) -> None:
    """Which TLS 1.3 tells only after the handshake."""
    context = tls_context(section="mqtt", ca_file=authority.file)

    with pytest.raises(AnnouncingError):
        announcer(secure.port, tls=context).once(threading.Event())


def test_nobody_at_the_port_is_told_with_a_remedy(announcer: Maker) -> None:
    """As is a name that nobody knows."""
    with pytest.raises(AnnouncingError, match="nothing listens at the broker"):
        announcer(free_port()).once(threading.Event())
    with pytest.raises(AnnouncingError, match="is not known here"):
        announcer(1883, host="broker.invalid").once(threading.Event())


def test_tls_to_a_port_without_it_is_told_as_that(
    broker: Mosquitto, announcer: Maker, authority: Authority
) -> None:
    """Rather than as silence."""
    context = tls_context(section="mqtt", ca_file=authority.file)

    with pytest.raises(AnnouncingError):
        announcer(broker.port, tls=context).once(threading.Event())


def test_a_test_does_not_push_the_service_out(
    broker: Mosquitto, announcer: Maker, running: Running
) -> None:
    """Two connections by one name would; the test has another, and no will."""
    with Listener(broker.port) as listener:
        told = announcer(broker.port)
        running(told.run)
        listener.wait_for(f"{BASE}/status", like=b"online")
        address = told._address

        connection = Connection(address.for_a_test())
        connection.deliver([Message(TOPICS.test, b"test")])
        connection.close()
        listener.wait_for(TOPICS.test)

        assert not [each for each in listener.on(f"{BASE}/status") if each.payload == b"offline"]
