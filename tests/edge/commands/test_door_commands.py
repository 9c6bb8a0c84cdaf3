"""The daemon, the lock and the record, as an installer and systemd call them."""

from __future__ import annotations

from pathlib import Path

from edge.demonstration.footage import CARPHONE, locate
from tests.edge.commands.conftest import Ostiary


def test_the_door_watches_footage_and_lets_the_man_in(
    ostiary: Ostiary, photos: Path, tmp_path: Path
) -> None:
    """A video file stands for the camera: one grant, the lock secured at the end."""
    ostiary("enroll", photos / "man-0.png", photos / "man-20.png", photos / "man-40.png",
            "--name", "Karl Bell", "--badge", "77")  # fmt: skip

    answer = ostiary("door", "--camera", locate(CARPHONE))

    assert answer.status == 0, answer.err
    assert answer.out.count("GRANT MATCH") == 1
    assert "Karl" not in answer.out
    assert (tmp_path / "lock").read_text(encoding="utf-8").strip() == "secured"
    reasons = [entry["event"]["reason"] for entry in ostiary("audit", "list", "--json").json]
    assert reasons.count("MATCH") == 1


def test_a_door_without_a_camera_says_so(ostiary: Ostiary, tmp_path: Path) -> None:
    """A camera that cannot be is a hardware error; the lock is secured all the same."""
    answer = ostiary("door", "--camera", tmp_path / "nowhere.mp4")

    assert answer.status == 6
    assert (tmp_path / "lock").read_text(encoding="utf-8").strip() == "secured"


def test_the_lock_is_secured_by_hand(ostiary: Ostiary, tmp_path: Path) -> None:
    """What runs after a crash leaves the lock secured."""
    (tmp_path / "lock").write_text("released", encoding="utf-8")

    assert ostiary("lock", "secure").status == 0

    assert (tmp_path / "lock").read_text(encoding="utf-8").strip() == "secured"


def test_an_installer_can_try_the_lock(ostiary: Ostiary) -> None:
    """Released once, then secured, and both are said."""
    answer = ostiary("lock", "test")

    assert answer.status == 0
    assert answer.out.index("Released") < answer.out.index("Secured")


def test_the_doctor_names_faults_with_remedies(ostiary: Ostiary) -> None:
    """On a machine without a camera all is well but that, and help is offered."""
    answer = ostiary("doctor", "--json")

    health = {each["subject"]: each["health"] for each in answer.json}
    for subject in ("settings", "models", "recognizer", "key", "database", "audit", "clock"):
        assert health[subject] == "ok", answer.out
    assert health["lock"] == "notice"
    for finding in answer.json:
        assert finding["health"] == "ok" or finding["remedy"]
    assert answer.status == ("fault" in health.values())


def test_wrong_settings_are_told_all_at_once(ostiary: Ostiary, site: Path) -> None:
    """Every fault with its path, and the status of a usage error."""
    site.write_text("[door]\nsimilarity = 80\ntreshold = 3\n", encoding="utf-8")

    answer = ostiary("people", "list")

    assert answer.status == 2
    assert "door.similarity" in answer.err
    assert "door.treshold" in answer.err


def test_help_names_every_command_and_exit_status(ostiary: Ostiary) -> None:
    """The overview needs no manual."""
    answer = ostiary("--help")

    for command in ("run", "door", "demo", "enroll", "import", "search", "compare", "detect",
                    "people", "badges", "collections", "models", "audit", "announce", "evaluate",
                    "backup", "restore", "key", "erase",
                    "doctor", "lock", "web"):  # fmt: skip
        assert f"\n  {command} " in answer.out
    assert "Exit status" in answer.out


def test_an_unknown_command_is_a_usage_error(ostiary: Ostiary) -> None:
    """As with every other program."""
    assert ostiary("opne").status == 2
