"""``ostiary re-enroll``: a site changes its embedder, with real faces and two real networks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edge.collection.changeover import missing
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.config import load_settings
from edge.core import Core
from edge.demonstration.footage import CARPHONE, locate
from tests.edge.commands.conftest import Ostiary

MAN = ("man-0.png", "man-20.png", "man-40.png")


@pytest.fixture(autouse=True)
def _without_liveness(site: Path) -> None:
    """Let photographs be shown to the door: who they are of is what is asked here."""
    text = site.read_text(encoding="utf-8")
    site.write_text(text.replace('mode = "passive"', 'mode = "off"'), encoding="utf-8")


def use(site: Path, embedder: str | Path) -> None:
    """Have the settings name *embedder*."""
    lines = site.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("embedder")]
    lines.insert(lines.index("[models]") + 1, f'embedder = "{embedder}"')
    site.write_text("\n".join(lines) + "\n", encoding="utf-8")


def enroll_man(ostiary: Ostiary, photos: Path) -> str:
    """Enroll the man in the car; return his id."""
    answer = ostiary("enroll", *(photos / each for each in MAN), "--name", "Karl Bell",
                     "--badge", "77", "--json")  # fmt: skip
    assert answer.status == 0, answer.err
    return str(answer.json["person_id"])


def enroll_woman(ostiary: Ostiary, photos: Path) -> str:
    """Enroll the astronaut; return her id."""
    answer = ostiary("enroll", photos / "stranger.png", "--name", "Eileen C", "--badge", "78",
                     "--json")  # fmt: skip
    assert answer.status == 0, answer.err
    return str(answer.json["person_id"])


@pytest.fixture
def her_photos(photos: Path, tmp_path: Path) -> Path:
    """Show the astronaut to a camera, frame after frame."""
    folder = tmp_path / "her"
    folder.mkdir()
    for number in range(12):
        shutil.copy(photos / "stranger.png", folder / f"{number:02}.png")
    return folder


def granted(ostiary: Ostiary, camera: Path) -> bool:
    """Tell whether the door lets whoever *camera* shows in."""
    answer = ostiary("door", "--camera", camera)
    assert answer.status == 0, answer.err
    return "GRANT MATCH" in answer.out


@pytest.mark.slow
def test_nobody_stands_outside_while_the_embedder_is_changed(
    ostiary: Ostiary,
    site: Path,
    photos: Path,
    her_photos: Path,
    other_embedder: Path,
    tmp_path: Path,
) -> None:
    """The door knows him by the former one and her by the new one; in the end both by the new one."""
    man = enroll_man(ostiary, photos)
    use(site, other_embedder)
    refused = ostiary("people", "list")
    assert refused.status == 5
    assert "ostiary re-enroll begin" in refused.err

    begun = ostiary("re-enroll", "begin", "--json")

    assert begun.status == 0, begun.err
    assert begun.json["collections"] == ["badges"]
    status = ostiary("re-enroll", "status", "--json").json
    assert [each["person_id"] for each in status["missing"]] == [man]
    woman = enroll_woman(ostiary, photos)
    assert granted(ostiary, locate(CARPHONE))
    assert granted(ostiary, her_photos)
    found = ostiary("search", photos / "man-100.png", "--json").json
    assert [each["person_id"] for each in found["matches"]][:1] == [man], found

    too_early = ostiary("re-enroll", "finish", "--yes")
    assert too_early.status == 5
    assert "people who are not enrolled anew: 1" in too_early.err
    wrong = ostiary("re-enroll", "person", "77", photos / "stranger.png")
    assert wrong.status == 3
    assert "do not show the person" in wrong.err
    anew = ostiary("re-enroll", "person", "77", *(photos / each for each in MAN))
    assert anew.status == 0, anew.err
    assert "Everybody is enrolled anew" in ostiary("re-enroll", "status").out
    finished = ostiary("re-enroll", "finish", "--yes")

    assert finished.status == 0, finished.err
    assert granted(ostiary, locate(CARPHONE))
    assert granted(ostiary, her_photos)
    assert "Nothing is being changed" in ostiary("re-enroll", "status").out
    events = [entry["event"] for entry in ostiary("audit", "list", "--json").json]
    kinds = [event["kind"] for event in events if event["kind"].startswith("embedder-change")]
    assert kinds == ["embedder-change-began", "embedder-change-finished"]
    assert {event["person_id"] for event in events if event["outcome"] == "grant"} == {man, woman}
    assert ostiary("audit", "verify").status == 0


def test_whoever_is_erased_meanwhile_leaves_no_vector_of_either(
    ostiary: Ostiary, site: Path, photos: Path, other_embedder: Path, tmp_path: Path
) -> None:
    """He has vectors of both embedders; no byte of them is left, and he comes in no more."""
    enroll_man(ostiary, photos)
    use(site, other_embedder)
    ostiary("re-enroll", "begin")
    ostiary("re-enroll", "person", "77", *(photos / each for each in MAN))
    core = Core(load_settings(site))
    try:
        rows = core.database.rows("SELECT vector, former_vector FROM people")
        rows += core.database.rows("SELECT vector, NULL FROM faces")
        rows += core.database.rows("SELECT vector, NULL FROM former_faces")
        key = core.key
    finally:
        core.close()
    assert len(rows) == 7
    vectors = [vector for row in rows for vector in row if vector is not None]
    assert len(vectors) == 8

    assert ostiary("people", "delete", "77", "--yes").status == 0

    with open_collection(tmp_path / "data" / "collection.db", key) as database:
        database.copy_to(tmp_path / "copy.db")
        left = [
            database.row(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this test
            for table in ("people", "faces", "former_faces")
        ]
        assert left == [(0,)] * 3
        assert missing(database, "badges") == ()
    assert not granted(ostiary, locate(CARPHONE))


def test_it_can_be_taken_back(
    ostiary: Ostiary, site: Path, photos: Path, other_embedder: Path, tmp_path: Path
) -> None:
    """He is known by what he had, to the bit; she, who came meanwhile, has a badge and no face."""
    enroll_man(ostiary, photos)
    before = vectors_of(site)
    use(site, other_embedder)
    ostiary("re-enroll", "begin")
    enroll_woman(ostiary, photos)
    ostiary("re-enroll", "person", "77", *(photos / each for each in MAN))

    back = ostiary("re-enroll", "take-back", "--yes")

    assert back.status == 0, back.err
    assert "models.embedder must name sface-int8" in back.out
    use(site, "sface-int8")
    assert vectors_of(site) == before
    faces = {each["name"]: each["faces"] for each in ostiary("people", "list", "--json").json}
    assert faces == {"Karl Bell": 3, "Eileen C": 0}
    assert granted(ostiary, locate(CARPHONE))


def vectors_of(site: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that is stored of faces, but for the rows' numbers."""
    core = Core(load_settings(site))
    try:
        assert len(Collections(core.database).list()) == 1
        return {
            "people": core.database.rows(
                "SELECT person_id, vector, coherence, faces FROM people WHERE faces ORDER BY 1"
            ),
            "faces": core.database.rows(
                "SELECT face_id, image_id, weight, vector, created_at FROM faces ORDER BY 1"
            ),
        }
    finally:
        core.close()


def test_a_beginning_needs_everything_to_be_stopped_and_something_to_change(
    ostiary: Ostiary, site: Path, photos: Path, other_embedder: Path
) -> None:
    """A door that runs has one embedder; and a second change waits for the first."""
    enroll_man(ostiary, photos)
    same = ostiary("re-enroll", "begin")
    assert same.status == 5
    assert "vectors of sface-int8 already" in same.err
    use(site, other_embedder)
    core = Core(load_settings(site))
    try:
        _ = core.hold
        in_use = ostiary("re-enroll", "begin")
        assert in_use.status == 5
        assert "systemctl stop" in in_use.err
    finally:
        core.close()

    assert ostiary("re-enroll", "begin").status == 0
    again = ostiary("re-enroll", "begin", "--from", "sface-int8")

    assert again.status == 5
    assert "already" in again.err
    use(site, "sface-int8")
    back = ostiary("people", "list")
    assert back.status == 5
    assert "models.embedder" in back.err or "made with" in back.err
