"""``ostiary announce``, as an installer calls it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.announcer import kinds_of, site_key, wired_announcers
from edge.announcing.running import only_announcer
from edge.announcing.signing import make_key
from edge.announcing.topics import Topics
from edge.audit import Audit, AuditEvent, EventKind
from edge.config import load_settings
from edge.errors import ConfigError
from tests.edge.announcing.conftest import needs_mosquitto
from tests.edge.announcing.mosquitto import Listener, Mosquitto, free_port
from tests.edge.announcing.receiver import Receiver, answer
from tests.edge.commands.conftest import Ostiary

NOW = datetime.now(UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Switch a server on."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def hooked(site: Path, tmp_path: Path, receiver: Receiver) -> Path:
    """Add a webhook to the settings of the site."""
    make_key(tmp_path / "desk.key")
    with site.open("a", encoding="utf-8") as file:
        file.write(
            f'[webhooks]\naddresses = {{ desk = "{receiver.url}" }}\n'
            f'keys = {{ desk = "{tmp_path}/desk.key" }}\n'
        )
    return site


def happens(config: Path, kind: EventKind) -> None:
    """Record that something happens."""
    settings = load_settings(config)
    with Audit(settings.storage.folder / "audit.db", site_key(settings)) as audit:
        audit.append(AuditEvent(kind, datetime.now(UTC), door="door"))


def test_without_a_destination_it_says_what_to_set(ostiary: Ostiary) -> None:
    """A service that tells nobody would look as if all were well; systemd does not try again."""
    for arguments in ((), ("--once",), ("test",)):
        answered = ostiary("announce", *arguments)
        assert answered.status == 2
        assert "mqtt.host, or webhooks.addresses" in answered.err


def test_a_test_before_the_first_event_tells_of_every_destination(
    ostiary: Ostiary, hooked: Path, receiver: Receiver
) -> None:
    """A new installation has no record yet; one destination's fault does not hide the other's luck."""
    with hooked.open("a", encoding="utf-8") as file:
        file.write(f'[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\ntls = false\n')

    answered = ostiary("announce", "test")

    assert answered.status == 1
    assert "nothing listens at the broker" in answered.err
    assert "Is it running" in answered.err
    assert "took a signed test with status 204" in answered.out
    assert [each.json["type"] for each in receiver.posted] == ["test"]


def test_once_tells_what_has_happened_since_the_last_time(
    ostiary: Ostiary, hooked: Path, receiver: Receiver
) -> None:
    """The first time nothing: it begins from now on."""
    happens(hooked, EventKind.DOOR_STARTED)
    assert ostiary("announce", "--once").status == 0
    happens(hooked, EventKind.DOOR_OPENED)
    happens(hooked, EventKind.DURESS)
    assert ostiary("announce", "--once").status == 0

    assert [each.json["type"] for each in receiver.posted] == ["door-opened"]
    receiver.behaviours.append(answer(500))
    happens(hooked, EventKind.DOOR_CLOSED)
    failed = ostiary("announce", "--once")
    assert failed.status == 1
    assert "entry 4 waits" in failed.err
    assert "answers 500" in failed.err


def test_there_is_one_announcer_at_a_time(ostiary: Ostiary, hooked: Path) -> None:
    """Two would tell everything twice."""
    ostiary("announce", "--once")
    with only_announcer(load_settings(hooked).storage.folder) as alone:
        assert alone
        answered = ostiary("announce", "--once")

    assert answered.status == 1
    assert "Another announcer is at it already" in answered.out


def test_a_key_is_made_and_not_shown(ostiary: Ostiary, tmp_path: Path) -> None:
    """What is on a screen is in somebody's scrollback."""
    answered = ostiary("announce", "key", tmp_path / "new.key")

    text = (tmp_path / "new.key").read_text(encoding="ascii").strip()
    assert answered.status == 0
    assert text.startswith("whsec_")
    assert text not in answered.out
    assert ostiary("announce", "key", tmp_path / "new.key").status == 2


def test_a_file_of_a_key_that_others_can_read_is_refused(
    ostiary: Ostiary, hooked: Path, tmp_path: Path
) -> None:
    """Before anything is sent."""
    (tmp_path / "desk.key").chmod(0o644)

    answered = ostiary("announce", "--once")

    assert answered.status == 2
    assert "chmod 600" in answered.err


def test_a_kind_of_event_that_does_not_exist_is_named_with_the_nearest() -> None:
    """Otherwise an alarm would be waited for that never comes."""
    assert kinds_of("desk", "forced-open duress") == {EventKind.FORCED_OPEN, EventKind.DURESS}
    with pytest.raises(ConfigError, match="no kind of event is called forced-opened") as caught:
        kinds_of("desk", "forced-opened tampered")
    assert caught.value.remedy == "Did you mean forced-open?"


def test_the_kinds_of_events_are_listed(ostiary: Ostiary) -> None:
    """With which of them go to a broker as well; duress is named, and does not."""
    listed = {each["kind"]: each["mqtt"] for each in ostiary("announce", "kinds", "--json").json}

    assert set(listed) == {kind.value for kind in EventKind}
    assert (listed["forced-open"], listed["duress"], listed["sign-in"]) == (True, False, False)
    assert "forced-open" in ostiary("announce", "kinds").out


def test_names_are_allowed_before_anybody_is_enrolled(ostiary: Ostiary, site: Path) -> None:
    """There is no collection yet, and the service must not fail over it."""
    with site.open("a", encoding="utf-8") as file:
        file.write(f'[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\ntls = false\nnames = true\n')

    with wired_announcers(load_settings(site)) as (announcer,):
        assert announcer._name_of("p-1") is None  # type: ignore[attr-defined]


def test_the_doctor_tells_how_far_each_destination_is(
    ostiary: Ostiary, hooked: Path, receiver: Receiver
) -> None:
    """Whether it is told, since when not and why, and that nobody runs."""

    def finding(subject: str) -> tuple[str, str, str]:
        found = next(
            each for each in ostiary("doctor", "--json").json if each["subject"] == subject
        )
        return found["health"], found["text"], found["remedy"]

    health, text, remedy = finding("webhooks")
    assert (health, text) == (
        "notice",
        "desk: not begun; `ostiary announce` is not running",
    )
    assert "ostiary-announce" in remedy
    ostiary("announce", "--once")
    happens(hooked, EventKind.DOOR_OPENED)
    receiver.behaviours.append(answer(500))
    ostiary("announce", "--once")
    with only_announcer(load_settings(hooked).storage.folder):
        health, text, _ = finding("webhooks")
    assert health == "notice"
    assert "entries behind: 1" in text
    assert "answers 500" in text
    ostiary("announce", "--once")
    with only_announcer(load_settings(hooked).storage.folder):
        health, text, _ = finding("webhooks")
    assert health == "ok"
    assert text.startswith("desk: last at ")
    assert finding("mqtt") == ("ok", "not set, nobody is told", "")


@needs_mosquitto
def test_a_door_with_every_setting_tells_a_broker(
    ostiary: Ostiary, site: Path, photos: Path, tmp_path: Path
) -> None:
    """Names where they are allowed, a user with a password, commands, discovery: all wired up."""
    passwords = tmp_path / "passwords"
    passwords.write_text("door:s3cret\nhome:home\n", encoding="utf-8")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    (tmp_path / "mqtt").write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "mqtt").chmod(0o600)
    with Mosquitto(tmp_path, f"password_file {passwords}") as broker:
        with site.open("a", encoding="utf-8") as file:
            file.write(
                f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ntls = false\n'
                f'username = "door"\npassword_file = "{tmp_path}/mqtt"\nnames = true\n'
                "accept_commands = true\n"
            )
        enrolled = ostiary(
            "enroll", photos / "man-0.png", photos / "man-20.png", photos / "man-40.png",
            "--name", "Karl Bell", "--badge", "77", "--json",
        )  # fmt: skip
        assert enrolled.status == 0, enrolled.err
        assert ostiary("announce", "--once").status == 0
        settings = load_settings(site)
        with Audit(settings.storage.folder / "audit.db", site_key(settings)) as audit:
            (person_id,) = {
                entry.event.person_id for entry in audit.entries() if entry.event.person_id
            }
            audit.append(
                AuditEvent(
                    EventKind.DECISION,
                    datetime.now(UTC),
                    door="door",
                    outcome="grant",
                    reason="MATCH",
                    person_id=person_id,
                )
            )
        with Listener(broker.port, username="home", password="home") as listener:  # noqa: S106
            answered = ostiary("announce", "--once")
            assert answered.status == 0, answered.err
            (event,) = listener.wait_for("ostiary/door/events")
            assert json.loads(event.payload)["person"] == "Karl Bell"
            listener.wait_for("ostiary/door/state", like=b'"last_person":"Karl Bell"')
            lock = [each for each in listener.heard if each.topic.endswith("-lock/config")]
            assert json.loads(lock[0].payload)["command_topic"] == Topics("ostiary/door").command
        finding = next(
            each for each in ostiary("doctor", "--json").json if each["subject"] == "mqtt"
        )
        assert "takes this door" in finding["text"]
        assert ostiary("announce", "test").status == 0
        assert "s3cret" not in answered.out + answered.err


def test_what_is_wired_is_what_is_set(hooked: Path) -> None:
    """One announcer a destination, in the order of the settings."""
    with wired_announcers(load_settings(hooked)) as announcers:
        assert [each.name for each in announcers] == ["webhook desk"]
