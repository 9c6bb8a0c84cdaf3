"""Enrolling, finding and erasing people from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.edge.commands.conftest import Ostiary


def enrolled(ostiary: Ostiary, photos: Path) -> str:
    """Enroll the man and return his id."""
    answer = ostiary(
        "enroll", photos / "man-0.png", photos / "man-20.png", photos / "man-40.png",
        "--name", "Karl Bell", "--badge", "77", "--consent", "v1", "--json",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    return str(answer.json["person_id"])


def test_whoever_is_enrolled_is_found_in_another_photo(ostiary: Ostiary, photos: Path) -> None:
    """Search names him above the door's threshold, and nobody for a stranger."""
    person_id = enrolled(ostiary, photos)

    found = ostiary("search", photos / "man-100.png", "--json")
    stranger = ostiary("search", photos / "stranger.png", "--json")

    assert found.status == 0
    assert found.json["recognized"]
    assert found.json["matches"][0]["person_id"] == person_id
    assert found.json["matches"][0]["similarity"] > 99
    assert stranger.status == 1
    assert not stranger.json["recognized"]


def test_a_search_among_one_group_finds_nobody_else(ostiary: Ostiary, photos: Path) -> None:
    """He is found among those of his group alone, and the answer tells what is missing."""
    person_id = enrolled(ostiary, photos)

    before = ostiary("search", photos / "man-100.png", "--group", "Staff")
    ostiary("people", "groups", "77", "--add", "Staff")
    found = ostiary("search", photos / "man-100.png", "--group", "Staff", "--json")
    others = ostiary("search", photos / "man-100.png", "--group", "Visitors", "--json")

    assert before.status == 1
    assert "Staff" in before.out
    assert found.status == 0
    assert [match["person_id"] for match in found.json["matches"]] == [person_id]
    assert (others.status, others.json["matches"]) == (1, [])


def test_a_search_in_an_empty_collection_says_what_to_do(ostiary: Ostiary, photos: Path) -> None:
    """Nobody is enrolled: the answer is no, and the way forward is told."""
    answer = ostiary("search", photos / "stranger.png")

    assert answer.status == 1
    assert "ostiary enroll" in answer.out


def test_nobody_is_enrolled_twice(ostiary: Ostiary, photos: Path) -> None:
    """The same face under another name is refused, and nothing is stored."""
    enrolled(ostiary, photos)

    answer = ostiary("enroll", photos / "man-100.png", "--name", "Carl", "--badge", "78")

    assert answer.status == 3
    assert len(ostiary("people", "list", "--json").json) == 1


def test_a_photo_without_a_face_is_refused(ostiary: Ostiary, photos: Path) -> None:
    """The photo is named, with what is wrong with it."""
    answer = ostiary("enroll", photos / "cup.png", "--name", "Cup", "--badge", "1")

    assert answer.status == 3
    assert "cup.png" in answer.err
    assert ostiary("people", "list", "--json").json == []


def test_erasing_a_person_leaves_nothing_but_an_event(ostiary: Ostiary, photos: Path) -> None:
    """She is gone from people, badges and search; the audit says so without telling whom."""
    person_id = enrolled(ostiary, photos)

    assert ostiary("people", "delete", "Karl Bell", "--yes").status == 0

    assert ostiary("people", "list", "--json").json == []
    assert ostiary("badges", "list", "--json").json == []
    assert ostiary("search", photos / "man-100.png").status == 1
    record = ostiary("audit", "list", "--json")
    assert "person-deleted" in record.out
    assert person_id not in record.out
    assert "Karl" not in record.out
    assert ostiary("audit", "verify").status == 0


def test_people_are_found_by_name_badge_and_id(ostiary: Ostiary, photos: Path) -> None:
    """Whatever is at hand names a person."""
    person_id = enrolled(ostiary, photos)

    for query in ("karl", "77", person_id):
        assert ostiary("people", "show", query, "--json").json["person_id"] == person_id
    assert ostiary("people", "show", "nobody").status == 5


def test_a_badge_is_revoked_and_reinstated(ostiary: Ostiary, photos: Path) -> None:
    """Its state is told; unknown numbers are an error with the number in it."""
    enrolled(ostiary, photos)

    assert ostiary("badges", "add", "Karl Bell", "78", "--until", "2031-01-01").status == 0
    assert ostiary("badges", "revoke", "77").status == 0
    revoked = {each["badge"]["number"]: each["badge"]["revoked_at"] for each in _badges(ostiary)}
    assert revoked["77"] is not None
    assert revoked["78"] is None

    assert ostiary("badges", "reinstate", "77").status == 0
    assert ostiary("badges", "remove", "78").status == 0
    assert [each["badge"]["revoked_at"] for each in _badges(ostiary)] == [None]
    missing = ostiary("badges", "revoke", "99")
    assert missing.status == 5
    assert "99" in missing.err


def _badges(ostiary: Ostiary) -> list[dict[str, dict[str, str | None]]]:
    listed: list[dict[str, dict[str, str | None]]] = ostiary("badges", "list", "--json").json
    return listed


def test_collections_are_made_and_erased(ostiary: Ostiary) -> None:
    """A collection of one's own beside the door's."""
    assert ostiary("collections", "create", "visitors").status == 0
    assert ostiary("collections", "create", "visitors").status == 5
    assert ostiary("collections", "delete", "visitors", "--yes").status == 0
    assert ostiary("collections", "list", "--json").json == []


def test_a_collection_that_is_erased_takes_its_people_s_events_along(
    ostiary: Ostiary, photos: Path
) -> None:
    """What happened stays; that it was about one of them does not."""
    person_id = enrolled(ostiary, photos)
    assert person_id in ostiary("audit", "list", "--json").out
    collection = ostiary("collections", "list", "--json").json[0]["collection_id"]

    assert ostiary("collections", "delete", collection, "--yes").status == 0

    told = ostiary("audit", "list", "--json")
    assert person_id not in told.out
    assert {entry["event"]["kind"] for entry in told.json if entry["erased"]} == {"enrolled"}
    assert ostiary("audit", "verify").status == 0


def test_a_suspended_person_is_shown_as_such(ostiary: Ostiary, photos: Path) -> None:
    """Until she is resumed; both are recorded, by id."""
    person_id = enrolled(ostiary, photos)

    assert ostiary("people", "suspend", "77").status == 0
    suspended = ostiary("people", "show", "77", "--json").json["suspended_at"]
    assert ostiary("people", "resume", "77").status == 0
    resumed = ostiary("people", "show", "77", "--json").json["suspended_at"]

    assert suspended is not None
    assert resumed is None
    record = ostiary("audit", "list", "--json").out
    assert "suspended, by" in record
    assert "resumed, by" in record
    assert person_id in record


def test_a_person_enrolled_twice_is_merged(ostiary: Ostiary, photos: Path) -> None:
    """One person is left, with the badges of both."""
    enrolled(ostiary, photos)
    twin = ostiary(
        "enroll", photos / "man-100.png", "--name", "Carl", "--badge", "78", "--somebody-else",
        "--json",
    )  # fmt: skip
    assert twin.json["look_alikes"] != []

    assert ostiary("people", "merge", "77", "78", "--yes").status == 0

    (person,) = ostiary("people", "list", "--json").json
    assert (person["name"], person["faces"], person["look_alikes"]) == ("Karl Bell", 4, [])
    assert [badge["number"] for badge in person["badges"]] == ["77", "78"]


def test_everything_about_a_person_is_exported(
    ostiary: Ostiary, photos: Path, tmp_path: Path
) -> None:
    """To the screen, or to a file that only its owner may read; that it was is recorded."""
    person_id = enrolled(ostiary, photos)
    target = tmp_path / "karl.json"

    shown = ostiary("people", "export", "77")
    assert ostiary("people", "export", "77", "--to", target).status == 0

    document = json.loads(target.read_text(encoding="utf-8"))
    assert document == shown.json
    assert document["person"]["person_id"] == person_id
    assert len(document["faces"]) == 3
    assert target.stat().st_mode & 0o777 == 0o600
    assert ostiary("audit", "list", "--json").out.count("person-exported") == 2


def test_a_sweep_spares_whoever_may_be_kept(ostiary: Ostiary, photos: Path) -> None:
    """Nobody's time has come; see the retention's own tests for the others."""
    enrolled(ostiary, photos)
    assert ostiary("people", "sweep", "--json").json == []
    assert len(ostiary("people", "list", "--json").json) == 1


def test_whoever_declines_is_enrolled_with_a_badge_only(ostiary: Ostiary, photos: Path) -> None:
    """Without a photo, which everybody else needs; and is swept when her time has come."""
    assert ostiary("enroll", "--name", "Karl", "--badge", "77").status == 3
    declined = ("--name", "Karl", "--badge", "77", "--declined", "--keep-until", "2026-01-31")
    assert ostiary("enroll", photos / "man-0.png", *declined).status == 5

    person = ostiary("enroll", *declined, "--json").json

    assert (person["faces"], person["declined"]) == (0, True)
    assert [each["person_id"] for each in ostiary("people", "sweep", "--json").json] == [
        person["person_id"]
    ]
    assert ostiary("people", "list", "--json").json == []
