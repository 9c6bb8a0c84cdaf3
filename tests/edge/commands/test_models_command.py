from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.__main__ import main
from edge.vision.catalogue import CATALOGUE
from edge.vision.models import ModelStore

PACKAGED = tuple(entry for entry in CATALOGUE if not entry.optional)
OPTIONAL = tuple(entry for entry in CATALOGUE if entry.optional)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(models: ModelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``ostiary models`` on a folder with copies of the prepared files."""
    folder = tmp_path / "models"
    folder.mkdir()
    for file in {models.path(entry.name) for entry in PACKAGED}:  # two embedders may share one
        (folder / file.name).symlink_to(file)
    config = tmp_path / "ostiary.toml"
    config.write_text(f'[models]\nfolder = "{folder}"\n')

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(config), "models", *arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int | None)
        return code or 0, captured.out, captured.err

    return call


def described(output: str) -> dict[str, dict[str, Any]]:
    """Read the JSON listing by name."""
    return {model["name"]: model for model in json.loads(output)}


def test_listing_verifies_and_says_whose_each_model_is(run: Run) -> None:
    """The table names every model with licence, source and state; status 0 says all are right.

    What is optional may be missing.
    """
    code, output, _ = run()
    assert code == 0
    for entry in CATALOGUE:
        assert entry.name in output
        assert entry.origin in output
    assert output.count("ready") == len(PACKAGED)
    assert output.count("missing") == len(OPTIONAL)


def test_a_tampered_file_is_listed_and_told(run: Run, tmp_path: Path) -> None:
    """The listing stays readable, the error names file and digests, the status is 4."""
    file = tmp_path / "models" / "sface_int8.tflite"
    file.unlink()
    file.write_bytes(b"tampered")
    code, output, errors = run("--json")
    assert code == 4
    sface = described(output)["sface-int8"]
    assert sface["state"] == "tampered"
    for fact in (str(file), sface["expected_sha256"], sface["found_sha256"], "models prepare"):
        assert fact in errors


def test_preparing_repairs_and_says_where_the_files_are(run: Run, tmp_path: Path) -> None:
    """A missing file is made anew; afterwards the listing is right."""
    file = tmp_path / "models" / "face_landmark.tflite"
    file.unlink()
    assert described(run("--json")[1])["face-mesh"]["state"] == "missing"
    code, output, _ = run("prepare", "face-mesh")
    assert (code, output) == (0, f"Ready: {file}\n")
    assert run()[0] == 0


def test_preparing_everything_answers_in_json(run: Run, tmp_path: Path) -> None:
    """A program gets the paths of all files."""
    code, output, _ = run("prepare", "--json")
    assert code == 0
    assert json.loads(output) == [
        str(tmp_path / "models" / entry.prepared.name)
        for entry in PACKAGED
        if not entry.alternative
    ]


def test_an_alternative_is_prepared_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    """Nobody misses it, until the settings or an operator name it."""
    file = tmp_path / "models" / "sface.tflite"
    file.unlink()
    assert run("prepare")[0] == 0
    assert not file.exists()
    code, output, _ = run("--json")
    assert (code, described(output)["sface"]["state"]) == (0, "not asked for")
    assert run("prepare", "sface")[:2] == (0, f"Ready: {file}\n")


def test_an_address_belongs_to_one_model(run: Run) -> None:
    """Without a name, nobody knows what should be there."""
    code, _, errors = run("fetch", "--url", "https://example.org/model.onnx")
    assert code == 2
    assert "--url" in errors


def test_what_is_missing_is_fetched_from_the_mirror_first(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site without a network copies the files; the digest decides all the same."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for entry in OPTIONAL:
        (mirror / entry.source.name).write_bytes(b"another file")
    monkeypatch.setenv("OSTIARY_MODEL_MIRROR", str(mirror))
    code, _, errors = run("fetch")
    assert code == 4
    for entry in OPTIONAL:
        assert entry.source.sha256 in errors


@pytest.mark.shared_data
def test_the_optional_network_comes_from_the_mirror(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command fetches whatever is missing, and prepares it to the catalogued bytes."""
    monkeypatch.setenv(
        "OSTIARY_MODEL_MIRROR", str(Path(os.environ["OSTIARY_TEST_DATA"]) / "models")
    )
    code, output, _ = run("fetch")
    assert code == 0
    assert str(tmp_path / "models" / "minifasnet_v2_se_128.tflite") in output
    assert run()[1].count("ready") == len(CATALOGUE)


def test_an_unknown_model_cannot_be_fetched(run: Run) -> None:
    """The error lists the names there are."""
    code, _, errors = run("fetch", "arcface")
    assert code == 4
    assert "yunet, face-mesh, iris, sface" in errors
