"""Many people at once, resumable, nothing half-written."""

from __future__ import annotations

import csv
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

from edge.days import end_of
from tests.edge.commands.conftest import Ostiary


def test_a_folder_of_badge_photos_is_imported(
    ostiary: Ostiary, photos: Path, tmp_path: Path
) -> None:
    """Named by badge and person; a person's folder holds several photos."""
    folder = tmp_path / "badges"
    (folder / "77_Karl_Bell").mkdir(parents=True)
    for number in (0, 20, 40):
        shutil.copy(photos / f"man-{number}.png", folder / "77_Karl_Bell")
    shutil.copy(photos / "stranger.png", folder / "78_Eva_Star.png")

    answer = ostiary("import", folder, "--json")

    assert answer.status == 0, answer.err
    assert answer.json["counts"] == {"enrolled": 2, "already enrolled": 0, "refused": 0}
    faces = {each["name"]: each["faces"] for each in ostiary("people", "list", "--json").json}
    assert faces == {"Karl Bell": 3, "Eva Star": 1}


def test_a_second_run_goes_on_where_the_first_ended(
    ostiary: Ostiary, photos: Path, tmp_path: Path
) -> None:
    """Whoever is enrolled is passed over; a photo that was mended is taken."""
    folder = tmp_path / "badges"
    folder.mkdir()
    shutil.copy(photos / "cup.png", folder / "77_Karl_Bell.png")
    shutil.copy(photos / "stranger.png", folder / "78_Eva_Star.png")

    first = ostiary("import", folder, "--json")
    shutil.copy(photos / "man-0.png", folder / "77_Karl_Bell.png")
    second = ostiary("import", folder, "--json")

    assert first.status == 1
    assert first.json["refused"][0]["badge"] == "77"
    assert "no face" in first.json["refused"][0]["reason"]
    assert second.json["counts"] == {"enrolled": 1, "already enrolled": 1, "refused": 0}


def test_people_come_with_their_groups(ostiary: Ostiary, photos: Path) -> None:
    """And it is recorded into which they came."""
    table = photos / "staff.csv"
    table.write_text(
        "name,badge,photo,groups\nKarl Bell,77,man-0.png,Staff;Guards\n", encoding="utf-8"
    )
    assert ostiary("import", table).status == 0
    assert ostiary("people", "groups", "77", "--json").json["groups"] == ["Guards", "Staff"]
    events = [entry["event"] for entry in ostiary("audit", "list", "--json").json]
    details = {each["kind"]: each["detail"].partition(", by")[0] for each in events}
    assert details["enrolled"] == "faces 1, badges 1"
    assert details["membership-changed"] == "joined Guards, Staff"


def test_a_table_is_imported_with_a_report(ostiary: Ostiary, photos: Path, tmp_path: Path) -> None:
    """Photos are found beside the table; each row's fate stands in the report."""
    table, report = photos / "staff.csv", tmp_path / "report.csv"
    table.write_text(
        "name;badge;photo;external_id;valid_until\n"
        "Karl Bell;77;man-0.png ; E1;2031-12-31\n"
        "Cup;79;cup.png;E2;\n"
        "Nobody;80;nowhere.png;E3;\n".replace("man-0.png ;", "man-0.png;"),
        encoding="utf-8",
    )

    answer = ostiary("import", table, "--report", report)

    assert answer.status == 1
    rows = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [(row["badge"], row["result"]) for row in rows] == [
        ("77", "enrolled"), ("79", "refused"), ("80", "refused"),
    ]  # fmt: skip
    assert "nowhere.png" in rows[2]["reason"]
    person = ostiary("people", "show", "77", "--json").json
    assert person["external_id"] == "E1"
    assert datetime.fromisoformat(person["valid_until"]) == end_of("2031-12-31")


def test_faults_of_the_table_are_told_before_anything_is_stored(
    ostiary: Ostiary, photos: Path
) -> None:
    """Missing columns, doubled badges, bad dates: all at once, and nothing is imported."""
    table = photos / "staff.csv"
    table.write_text(
        "name,badge,photo,valid_until\n"
        "Karl Bell,77,man-0.png,\n"
        "Eva Star,77,stranger.png,\n"
        ",79,man-0.png,\n"
        "Ada,80,man-0.png,soon\n",
        encoding="utf-8",
    )

    answer = ostiary("import", table)

    assert answer.status == 3
    for fault in ("line 3", "line 4: no name", "line 5", "nothing was imported"):
        assert fault in answer.err
    assert ostiary("people", "list", "--json").json == []


def test_a_table_with_wrong_columns_is_refused(ostiary: Ostiary, photos: Path) -> None:
    """Unknown and missing columns are named."""
    table = photos / "staff.csv"
    table.write_text("name,batch,photo\nKarl,77,man-0.png\n", encoding="utf-8")

    answer = ostiary("import", table)

    assert answer.status == 3
    assert "'badge' is missing" in answer.err
    assert "'batch'" in answer.err


def test_a_badge_of_somebody_else_is_not_taken_over(
    ostiary: Ostiary, photos: Path, tmp_path: Path
) -> None:
    """A row with a number that another person carries is refused."""
    folder = tmp_path / "badges"
    folder.mkdir()
    shutil.copy(photos / "man-0.png", folder / "77_Karl_Bell.png")
    ostiary("import", folder)
    (folder / "77_Karl_Bell.png").rename(folder / "77_Eva_Star.png")

    answer = ostiary("import", folder, "--json")

    assert answer.status == 1
    assert "belongs to somebody else" in answer.json["refused"][0]["reason"]


def test_a_dry_run_says_what_would_become_of_every_row(ostiary: Ostiary, photos: Path) -> None:
    """Of a ZIP as well; one person in two rows shows; nothing is stored or recorded."""
    table = (
        "name,badge,photo\nKarl Bell,77,man-0.png;man-20.png\nEva Star,78,stranger.png\n"
        "Carl B,79,man-100.png\nCup,80,cup.png\nGone,81,nowhere.png\n"
    )
    staff = photos / "staff.zip"
    with zipfile.ZipFile(staff, "w") as made:
        made.writestr("staff.csv", table)
        for photo in photos.glob("*.png"):
            made.write(photo, photo.name)

    dry = ostiary("import", staff, "--dry-run", "--json")

    assert dry.status == 1
    assert dry.json["counts"] == {"enrolled": 2, "already enrolled": 0, "refused": 3}
    reasons = {each["badge"]: each["reason"] for each in dry.json["refused"]}
    assert "show the person of line 2, too" in reasons["79"]
    assert "no face" in reasons["80"]
    assert "nowhere.png is not in" in reasons["81"]
    assert ostiary("people", "list", "--json").json == []
    assert ostiary("audit", "list", "--json").json == []

    done = ostiary("import", staff, "--json")

    assert done.json["counts"] == dry.json["counts"]
    assert {each["badge"] for each in done.json["refused"]} == {*reasons}
    again = ostiary("import", staff, "--dry-run", "--json")
    assert again.json["counts"] == {"enrolled": 0, "already enrolled": 2, "refused": 3}
