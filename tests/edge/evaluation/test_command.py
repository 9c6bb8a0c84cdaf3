import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.__main__ import main
from edge.evaluation import measure as evaluation_measure
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import FaceRecognizer, Measured
from edge.evaluation.subject import FacePolicy
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(models: ModelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``ostiary evaluate`` with the prepared models and folders of its own."""
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[models]\nfolder = "{models.path("sface").parent}"\n[storage]\nfolder = "{tmp_path}"\n'
    )

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(config), "evaluate", *map(str, arguments)])
        captured = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int | None)
        return code or 0, captured.out, captured.err

    return call


def evaluated(run: Run, *arguments: object) -> dict[str, Any]:
    """Return the JSON report of a successful run."""
    code, output, errors = run(*arguments, "--jobs", 1, "--json")
    assert code == 0, errors
    report: dict[str, Any] = json.loads(output)
    return report


def test_a_folder_of_people_is_evaluated(run: Run, people: Path) -> None:
    """Three photos of her, six of him, and an empty scene in which nobody is found."""
    report = evaluated(run, people, "--fuse", 3)

    assert (report["photos"], report["people"]) == (10, 3)
    assert report["failures"]["photos"] == {"nobody/1.png": "no face"}
    photos, sets = report["comparisons"]
    assert (photos["genuine_pairs"], photos["impostor_pairs"]) == (15 + 3, 6 * 3)
    assert (sets["genuine_pairs"], sets["impostor_pairs"]) == (1, 2)
    assert photos["equal_error_rate"] == 0


def test_the_report_for_people_says_the_same(run: Run, people: Path) -> None:
    """Two processes, a table, and progress kept off standard output."""
    code, output, _ = run(people, "--jobs", 2)

    assert code == 0
    assert "10 photos of 3 people" in output
    assert "nobody/1.png: no face" in output
    assert "18 genuine, 18 impostor" in output
    assert "finding faces" not in output


def test_nothing_is_written_unless_asked_for(run: Run, people: Path, tmp_path: Path) -> None:
    """Vectors are biometric data; the folder of photos is only read."""
    before = {path: path.stat().st_mtime_ns for path in (*people.rglob("*"), *tmp_path.rglob("*"))}

    evaluated(run, people)

    after = {path: path.stat().st_mtime_ns for path in (*people.rglob("*"), *tmp_path.rglob("*"))}
    assert after == before


def test_a_cache_saves_the_second_evaluation_the_work(
    run: Run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run needs no network at all, and says the same."""
    cache = tmp_path / "cache.npz"
    first = evaluated(run, people, "--cache", cache)
    monkeypatch.setattr(Recognizer, "load", None)  # calling it would fail

    assert evaluated(run, people, "--cache", cache) == first


def test_an_interrupted_evaluation_goes_on_where_it_stopped(
    run: Run, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was measured until then is in the cache, and is not measured again."""
    cache = tmp_path / "cache.npz"
    seen: list[str] = []
    measure_photo = evaluation_measure.measure_photo

    def interrupted(recognizer: FaceRecognizer, photo: Photo, policy: FacePolicy) -> Measured:
        if len(seen) == 4:
            seen.append("interrupt")
            raise KeyboardInterrupt
        seen.append(photo.name)
        return measure_photo(recognizer, photo, policy)

    monkeypatch.setattr(evaluation_measure, "measure_photo", interrupted)

    assert run(people, "--jobs", 1, "--cache", cache)[0] == 130
    assert evaluated(run, people, "--cache", cache)["photos"] == 10
    assert len(seen) == len(set(seen)) == 11


def test_the_curve_and_listed_pairs_and_exclusions(run: Run, people: Path, tmp_path: Path) -> None:
    """Every option at once."""
    det, pairs, exclude = (tmp_path / name for name in ("det.png", "pairs.txt", "out.txt"))
    pairs.write_text("2\t1\nman\t0\t20\nman\t0\twoman\t1\nman\t40\t60\nman\t20\twoman\t2\n")
    exclude.write_text("nobody\n")

    report = evaluated(
        run, people, "--det", det, "--pairs", pairs, "--exclude", exclude, "--good-only",
        "--face", "largest",
    )  # fmt: skip

    assert det.read_bytes().startswith(b"\x89PNG")
    assert report["ten_fold"]["pairs"] == 4
    assert report["excluded"] == {"photos": 1, "pairs_of_people": 0}
    assert report["failures"]["count"] == 0
    assert [one["title"] for one in report["comparisons"]] == [
        "all photos",
        "photos of good quality",
    ]


def test_what_cannot_be_evaluated_is_told_with_its_remedy(run: Run, tmp_path: Path) -> None:
    """A flat folder, before any network is loaded."""
    code, output, errors = run(tmp_path)

    assert code != 0
    assert output == ""
    assert "one folder per person" in errors


def test_names_stay_out_of_the_log(
    run: Run, people: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Folders are named after people."""
    with caplog.at_level(logging.DEBUG):
        evaluated(run, people)

    assert "woman" not in caplog.text


@pytest.fixture
def staff(people: Path, tmp_path: Path) -> Path:
    """The same people as a site's own, with a table of who said what."""
    folder = tmp_path / "staff"
    shutil.copytree(people, folder)
    (folder / "groups.csv").write_text("person,shift\nman,night\nwoman,day\n")
    return folder


def test_a_sites_own_people_are_counted_by_group(run: Run, staff: Path) -> None:
    """Two people are too few to be shown by group; everybody's totals are there."""
    report = evaluated(run, staff, "--own")

    every = report["everybody"]
    assert (every["people"], every["photos"]) == (3, 10)
    assert (every["not_found"]["events"], every["not_found"]["trials"]) == (1, 10)
    assert (every["missed"]["events"], every["missed"]["trials"]) == (0, 15 + 3)
    assert (every["accepted"]["events"], every["accepted"]["trials"]) == (0, 18)
    assert report["door"]["similarity"] == 99.0
    (division,) = report["divisions"]
    assert division["column"] == "shift"
    assert (division["groups"], division["people_in_groups_too_small"]) == ([], 2)
    assert division["people_without_a_group"] == 1


def test_own_people_may_be_compared_as_a_door_does(run: Run, staff: Path) -> None:
    """Sets of three frames: he has two of them, she one."""
    every = evaluated(run, staff, "--own", "--fuse", 3)["everybody"]

    assert (every["missed"]["events"], every["missed"]["trials"]) == (0, 1)
    assert (every["accepted"]["events"], every["accepted"]["trials"]) == (0, 2)
    assert every["not_found"]["trials"] == 10


def test_of_a_sites_own_people_nothing_is_kept_and_nobody_named(
    run: Run, staff: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No file is written; neither the report nor the log holds a name of a person or a file."""
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    with caplog.at_level(logging.DEBUG):
        code, output, errors = run(staff, "--own", "--jobs", 1)

    assert code == 0
    assert "rule of three" in output
    for text in (output, errors, caplog.text):
        assert not any(name in text for name in ("woman", "nobody", ".png"))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("option", [("--cache", "x"), ("--det", "x"), ("--good-only",)])
def test_own_people_are_never_cached_or_drawn(
    run: Run, staff: Path, option: tuple[object, ...]
) -> None:
    """Refused before anything is measured."""
    code, output, errors = run(staff, "--own", *option)

    assert code == 2
    assert output == ""
    assert "--own" in errors


def test_a_table_of_groups_that_does_not_fit_stops_before_the_work(run: Run, staff: Path) -> None:
    """Told by line, not by name."""
    (staff / "groups.csv").write_text("person,shift\nmann,night\n")

    code, _, errors = run(staff, "--own")

    assert code != 0
    assert "line 2" in errors
    assert "mann" not in errors


def test_groups_are_for_own_people(run: Run, people: Path, tmp_path: Path) -> None:
    """A table that would be ignored is refused."""
    code, _, errors = run(people, "--groups", tmp_path / "groups.csv")

    assert code == 2
    assert "--own" in errors
