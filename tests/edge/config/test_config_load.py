"""Where settings come from, and what happens to a file that is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import Settings, load_settings
from edge.errors import ConfigError

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Give a way to write a settings file."""

    def write(text: str) -> Path:
        path = tmp_path / "ostiary.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults_of(path: Path) -> list[str]:
    """Return what is said about a wrong file, one fault an item."""
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)
    return caught.value.message.partition(": ")[2].split("; ")


def test_without_a_file_everything_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The appliance, which systemd has started, runs with no file at all."""
    monkeypatch.setattr("edge.config.load.SYSTEMD", tmp_path)
    settings = load_settings(environment={}, system=True, system_file=tmp_path / "none.toml")

    assert settings == Settings()


def test_a_setting_of_the_file_replaces_its_default_and_no_other(written: Written) -> None:
    """Sections and settings that are left out stay as they are."""
    path = written('[door]\nname = "Lab"\nframes = 5\n[camera]\nsource = "rtsp://a:b@c/d"\n')

    settings = load_settings(path, environment={}, system=True)

    assert (settings.door.name, settings.door.frames) == ("Lab", 5)
    assert settings.camera.source == "rtsp://a:b@c/d"
    assert settings.lock == Settings().lock


def test_every_fault_is_told_at_once_with_its_path(written: Written) -> None:
    """Nobody corrects a file line by line against a program that stops at the first fault."""
    path = written(
        """
        dr = 5
        web = 5
        [dor]
        [door]
        nmae = "Lab"
        chip = "/dev/gpiochip0"
        colour = "red"
        similarity = 98.0
        frames = true
        margin = nan
        [lock]
        kind = "relay"
        chip = "gpiochip0"
        state_file = 5
        release_seconds = "5"
        [camera]
        rotate = 45
        source = "ftp://user:secret@host"
        width = 640.5
        """
    )

    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)

    assert caught.value.message.startswith(f"16 problems in {path}: ")
    assert set(faults_of(path)) == {
        "dr: unknown section, did you mean door?",
        "web: should be a section, [web]",
        "dor: unknown section, did you mean door?",
        "door.nmae: unknown setting, did you mean door.name?",
        "door.chip: unknown setting, did you mean lock.chip?",
        "door.colour: unknown setting",
        "door.similarity: should be greater than or equal to 99, not 98.0",
        "door.frames: should be a valid integer, not True",
        "door.margin: should be a finite number, not nan",
        "lock.kind: should be 'gpio', 'none' or 'fake'",
        "lock.chip: should be an absolute path, or one that begins with ~/",
        "lock.state_file: should be a path in double quotes",
        "lock.release_seconds: should be a valid number",
        "camera.rotate: should be 0, 90, 180 or 270",
        "camera.source: should be an address of rtsp, rtsps, http, https, or no address",
        "camera.width: should be a valid integer, not 640.5",
    }


def test_no_text_of_the_file_is_repeated(written: Written) -> None:
    """A camera's address holds a password, and errors end in logs."""
    path = written('[camera]\nsource = "ftp://user:secret@host"\nwidth = "secret"\n')

    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "secret" not in repr(load_settings(written('[camera]\nsource = "rtsp://u:secret@h"\n')))


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("door.similarity", ["99", "99.0", "99.99"], ["98.999", "100", "inf", '"99"']),
        ("door.target_fpir", ["0.003", "0.1"], ["0", "0.2", "-1"]),
        ("door.frames", ["3", "30"], ["2", "31", "3.0"]),
        ("door.collection", ['"badges"', '"A-1_b.c"'], ['""', '"a b"', '"a\\nb"', '"ä"']),
        ("lock.release_seconds", ["0.5", "30", "5"], ["0.49", "30.1", "true"]),
        ("lock.active_high", ["true", "false"], ["1", '"true"']),
        ("lock.line", ["0", "511"], ["-1", "512", "17.0"]),
        ("camera.rotate", ["0", "90", "180", "270"], ["45", "90.0", "false", "-90"]),
        ("camera.source", ['"auto"', '"0"', '"https://c"'], ['""', '"file://x"', "0"]),
        ("camera.timeout_seconds", ["1", "60"], ["0", "61"]),
        ("recognition.threads", ["1", "16"], ["0", "17", "true"]),
        ("web.port", ["1", "65535"], ["0", "65536"]),
        ("storage.folder", ['"/srv/x"', '"~/x"'], ['"x"', '""', "5"]),
        ("storage.key_file", ['"/k"', '"k"'], ["5", "true"]),
        ("models.mirror", ['""', '"/mirror"'], ['"mirror"', "false"]),
        (
            "rekognition.buckets",
            ["{}", '{ photos = "/srv/photos", "a.b-c_1" = "~/videos" }'],
            ['{ ab = "/x" }', '{ "a b c" = "/x" }', '{ photos = "photos" }', "{ photos = 5 }", "5"],
        ),
        ("mqtt.port", ["1", "65535"], ["0", "65536", '"1883"']),
        (
            "mqtt.topic",
            ['"ostiary"', '"a/b-c/d_1"'],
            ['""', '"a/"', '"/a"', '"a//b"', '"a/+"', '"#"', '"$SYS"', '"a b"', '"ä"', "5"],
        ),
        ("mqtt.discovery", ['""', '"homeassistant"'], ['"home assistant"', "false"]),
        ("mqtt.duress_topic", ['""', '"guard/alarm"'], ['"guard/#"']),
        ("mqtt.ca_file", ['""', '"/etc/ca.pem"'], ['"ca.pem"', "5"]),
        ("mqtt.accept_commands", ["true", "false"], ["1", '"yes"']),
        ("webhooks.addresses", ["{}"], ["5", '"https://h"', '["https://h"]']),
        ("webhooks.timeout_seconds", ["1", "60"], ["0.5", "61"]),
        ("webhooks.refusals", ["1", "100"], ["0", "101", "5.0"]),
        (
            "rekognition.cameras",
            ["{}", '{ lobby = "rtsp://u:p@h/s", b = "/dev/video1" }'],
            [
                '{ "a b" = "0" }',
                '{ lobby = "ftp://h" }',
                '{ lobby = "" }',
                "{ lobby = 0 }",
                '["0"]',
            ],
        ),
    ],
)
def test_each_setting_takes_its_range_and_nothing_else(
    written: Written, setting: str, good: list[str], bad: list[str]
) -> None:
    """A number in quotes is no number, 1 is not true, and no limit can be passed."""
    section, _, name = setting.partition(".")

    for value in good:
        load_settings(written(f"[{section}]\n{name} = {value}\n"), environment={}, system=True)
    for value in bad:
        told = faults_of(written(f"[{section}]\n{name} = {value}\n"))
        assert len(told) == 1, value
        assert told[0].startswith((f"{setting}: ", f"{setting}.")), value


def test_a_table_shows_neither_addresses_nor_what_may_be_one(written: Written) -> None:
    """Somebody may have written the address before the name, where a name is told in a fault."""
    wrong = written(
        '[rekognition]\ncameras = { "rtsp://u:secret@h" = "lobby", b = "ftp://secret" }'
    )

    for_the_name, for_the_address = faults_of(wrong)

    assert for_the_name.startswith("rekognition.cameras.***: the name of a camera should be 1 to")
    assert for_the_address.startswith("rekognition.cameras.b: should be an address of rtsp")
    right = written('[rekognition]\ncameras = { lobby = "rtsp://u:secret@h" }\n')
    assert load_settings(right).rekognition.cameras == {"lobby": "rtsp://u:secret@h"}
    assert "secret" not in repr(load_settings(right))


@pytest.mark.parametrize(
    "address",
    [
        "https://desk.example/door?token=t0ken",
        "https://desk.example:8443",
        "http://127.0.0.1:8000/",
        "http://[::1]/",
        "http://localhost/x",
    ],
)
def test_a_webhook_has_an_address_and_a_key(written: Written, address: str) -> None:
    """By TLS, or on this machine; a token in the address is not shown."""
    path = written(f'[webhooks]\naddresses = {{ a = "{address}" }}\nkeys = {{ a = "/a.key" }}\n')

    settings = load_settings(path)

    assert settings.webhooks.addresses == {"a": address}
    assert "t0ken" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('addresses = { a = "https://h" }', "webhooks: a has no key (ostiary announce"),
        ('keys = { a = "/a.key" }', "webhooks: a has no address"),
        ('kinds = { a = "alarm" }', "webhooks: a has no address"),
        (
            'addresses = { a = "http://desk.example/" }\nkeys = { a = "/a" }',
            "webhooks: a should begin with https://, or set allow_http = true",
        ),
        ('addresses = { a = "ftp://h" }', "webhooks.addresses.a: should be an address that begins"),
        (
            'addresses = { a = "https://" }',
            "webhooks.addresses.a: should be an address that begins",
        ),
        (
            'addresses = { a = "https://h:99999" }',
            "webhooks.addresses.a: should be an address that",
        ),
        ('addresses = { a = "https://h/a b" }', "webhooks.addresses.a: should be an address that"),
        (
            'addresses = { a = "https://u:t0ken@h" }',
            "webhooks.addresses.a: should hold no user, no",
        ),
        (
            'addresses = { A = "https://h" }',
            "webhooks.addresses.A: a webhook's name should be 1 to",
        ),
        (
            'kinds = { a = "alarm,duress" }',
            "webhooks.kinds.a: should be kinds of events with blank",
        ),
    ],
)
def test_a_webhook_that_is_half_set_is_refused(written: Written, text: str, fault: str) -> None:
    """Without what is written in the address."""
    (told,) = faults_of(written(f"[webhooks]\n{text}\n"))

    assert told.startswith(fault)
    assert "t0ken" not in told


def test_plain_http_is_taken_where_that_is_said(written: Written) -> None:
    """Never by itself."""
    load_settings(
        written(
            '[webhooks]\naddresses = { a = "http://desk.example/" }\nkeys = { a = "/a" }\n'
            "allow_http = true\n"
        )
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('certificate_file = "/a"', "mqtt: certificate_file and certificate_key_file should be"),
        ('tls = false\nca_file = "/a"', "mqtt: certificates should be set only where tls = true"),
        ('password_file = "/a"', "mqtt: password_file should be set only beside username"),
    ],
)
def test_settings_of_a_broker_that_contradict_each_other_are_refused(
    written: Written, text: str, fault: str
) -> None:
    """Rather than one of them being ignored."""
    (told,) = faults_of(written(f"[mqtt]\n{text}\n"))

    assert told.startswith(fault)


def test_limits_that_leave_no_room_are_refused(written: Written) -> None:
    """No face is brighter than the most and darker than the least."""
    path = written("[recognition]\nmin_brightness = 60\nmax_brightness = 60\n")

    assert faults_of(path) == ["recognition: min_brightness should be below max_brightness"]


def test_what_is_no_toml_is_refused_with_its_line(written: Written, tmp_path: Path) -> None:
    """Also bytes that are no text at all."""
    with pytest.raises(ConfigError, match=r"not TOML.*line 2"):
        load_settings(written("[door]\nname = Lab\n"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not TOML"):
        load_settings(tmp_path / "bytes.toml")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A door that ignores the file it was given would run with other settings than its owner's."""
    missing = tmp_path / "missing.toml"

    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read"):
        load_settings(missing)
    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read"):
        load_settings(environment={"OSTIARY_CONFIG": str(missing)})
    with pytest.raises(ConfigError, match="Is a directory"):
        load_settings(tmp_path)


def test_the_nearest_file_is_taken(written: Written, tmp_path: Path) -> None:
    """The command line goes before the environment, and that before the system's file."""
    named = written('[site]\nname = "named"\n')
    of_environment = tmp_path / "environment.toml"
    of_environment.write_text('[site]\nname = "environment"\n')
    of_system = tmp_path / "system.toml"
    of_system.write_text('[site]\nname = "system"\n')
    environment = {"OSTIARY_CONFIG": str(of_environment)}

    def site(path: Path | None, environment: dict[str, str]) -> str:
        return load_settings(path, environment=environment, system_file=of_system).site.name

    assert site(named, environment) == "named"
    assert site(None, environment) == "environment"
    assert site(None, {}) == "system"


def test_every_user_has_folders_of_their_own(tmp_path: Path) -> None:
    """Root and the service have the appliance's; others theirs, by the XDG specification."""

    def folders(environment: dict[str, str], *, system: bool) -> tuple[str, str, str]:
        settings = load_settings(
            environment=environment, system=system, system_file=tmp_path / "none"
        )
        storage, models = settings.storage, settings.models
        return str(storage.folder), str(storage.key_file), str(models.folder)

    assert folders({}, system=True) == (
        "/var/lib/ostiary",
        "/var/lib/ostiary/ostiary.key",
        "/var/lib/ostiary/models",
    )
    assert folders({"STATE_DIRECTORY": "/srv/a:/srv/b"}, system=True)[0] == "/srv/a"
    assert folders({"HOME": "/home/ada"}, system=False) == (
        "/home/ada/.local/share/ostiary",
        "/home/ada/.local/share/ostiary/ostiary.key",
        "/home/ada/.cache/ostiary/models",
    )
    assert folders(
        {"HOME": "/home/ada", "XDG_DATA_HOME": "/data", "XDG_CACHE_HOME": "relative"}, system=False
    ) == ("/data/ostiary", "/data/ostiary/ostiary.key", "/home/ada/.cache/ostiary/models")


def test_the_key_lies_in_the_folder_unless_it_is_put_elsewhere(written: Written) -> None:
    """A name is relative to the folder; a whole path is kept, for a key on another medium."""
    inside = load_settings(written('[storage]\nfolder = "/srv/door"\nkey_file = "a.key"\n'))
    outside = load_settings(written('[storage]\nfolder = "/srv/door"\nkey_file = "/media/a.key"\n'))

    assert inside.storage.key_file == Path("/srv/door/a.key")
    assert outside.storage.key_file == Path("/media/a.key")


def test_the_mirror_of_the_environment_goes_before_the_file(written: Written) -> None:
    """So that a build can be pointed at its mirror without writing a file."""
    path = written('[models]\nmirror = "/from/file"\nembedder = "own"\n')

    settings = load_settings(path, environment={"OSTIARY_MODEL_MIRROR": "/from/environment"})

    assert settings.models.mirror == Path("/from/environment")
    assert settings.models.embedder == "own"


def test_a_section_that_is_none_is_told_whatever_the_environment_says(written: Written) -> None:
    """What the program lays under and over the file hides no fault of it."""
    path = written("models = 5\nstorage = 'x'\n")

    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={"OSTIARY_MODEL_MIRROR": "/m"}, system=True)

    assert "models: should be a section, [models]" in caught.value.message
    assert "storage: should be a section, [storage]" in caught.value.message


OWN = f"/dev/shm/ostiary-{os.geteuid()}"  # noqa: S108 - named, not used


@pytest.mark.parametrize(
    ("system", "booted", "folder"),
    [
        (True, True, "/run/ostiary"),
        (True, False, OWN),
        (False, True, OWN),
    ],
)
def test_the_live_picture_has_a_folder_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: bool, booted: bool, folder: str
) -> None:
    """Below /run where systemd keeps that in memory, and for a user of one's own in /dev/shm."""
    monkeypatch.setattr("edge.config.load.SYSTEMD", tmp_path if booted else tmp_path / "none")
    settings = load_settings(environment={}, system=system, system_file=tmp_path / "none")
    assert str(settings.live.folder) == folder
