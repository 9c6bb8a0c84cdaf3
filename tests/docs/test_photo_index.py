"""The photo index, run as its user runs it, on real faces and a real appliance."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.domain import Pixels
from tests.appliance import Appliance, contents
from tests.docs.conftest import EXAMPLES, Terminal, terminal

SCRIPT = EXAMPLES / "photo_index.py"
NOTHING_FOUND = 1


@pytest.fixture
def shell(tmp_path: Path, appliance: Appliance) -> Terminal:
    """Give a terminal with a key that may DetectFaces and nothing else."""
    return terminal(tmp_path, appliance, appliance.key("DetectFaces"))


@pytest.fixture
def woman(photos: Path, astronaut: Pixels) -> Path:
    """Lay down the photo of one woman, taken on a day that it tells."""
    path = photos / "woman.jpg"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:02 08:15:00"
    Image.fromarray(astronaut[:, :, ::-1]).save(path, quality=95, exif=exif)
    return path


@pytest.fixture
def man(photos: Path, carphone: list[Pixels]) -> Path:
    """Lay down the photo of one man, in a folder below."""
    (photos / "car").mkdir()
    path = photos / "car" / "man.PNG"
    path.write_bytes(png(carphone[0]))
    return path


@pytest.fixture
def both(photos: Path, astronaut: Pixels, carphone: list[Pixels]) -> Path:
    """Lay down a photo of the two."""
    path = photos / "both.png"
    canvas = np.full((512, 512 + 264, 3), 128, np.uint8)
    canvas[:, :512] = astronaut
    canvas[:216, 512:] = cv2.resize(carphone[0], (264, 216))
    path.write_bytes(png(canvas))
    return path


def png(pixels: Pixels) -> bytes:
    """Return *pixels* as a PNG."""
    return cv2.imencode(".png", pixels)[1].tobytes()


def build(shell: Terminal, *more: str) -> subprocess.CompletedProcess[str]:
    """Run ``photo_index.py build photos``."""
    return shell.run(SCRIPT, "build", "photos", *more)


def found(shell: Terminal, *conditions: str) -> list[str]:
    """Return the names of the photos that a search lists, once a face."""
    run = shell.run(SCRIPT, "search", *conditions)
    names = [Path(line.split()[-1]).name for line in run.stdout.splitlines()]
    assert run.returncode == (0 if names else NOTHING_FOUND), run.stderr
    return names


def ids(shell: Terminal) -> dict[str, str]:
    """Return the ImageID of every photo by its file's name."""
    with closing(sqlite3.connect(shell.folder / "photo_index.db")) as index:
        return {
            Path(path).name: id_ for path, id_ in index.execute("SELECT path, image_id FROM images")
        }


@pytest.mark.usefixtures("woman", "man", "both")
def test_a_folder_is_indexed_and_searched(shell: Terminal) -> None:
    """Every face is a row of its photo; conditions are of a face, of all faces, or of the photo."""
    run = build(shell)

    assert (run.returncode, run.stdout) == (0, "3 new\n"), run.stderr
    assert found(shell) == ["both.png", "both.png", "man.PNG", "woman.jpg"]
    assert found(shell, "--count-faces", "2") == ["both.png", "both.png"]
    assert found(shell, "--taken-from", "2026-11-02", "--taken-before", "2026-11-03") == [
        "woman.jpg"
    ]
    assert found(shell, "--taken-before", "2026-11-02") == []
    assert "woman.jpg" in found(shell, "--eyes-open", "--min-sharpness", "50", "--count-faces", "1")
    assert found(shell, "--covered") == []


@pytest.mark.usefixtures("both")
def test_of_some_or_of_everybody(shell: Terminal) -> None:
    """A condition that one of two faces meets lists that face, and no photo where all must meet it."""
    build(shell)
    with closing(sqlite3.connect(shell.folder / "photo_index.db")) as index:
        query = "SELECT detail ->> '$.Quality.Sharpness' AS sharp FROM faces ORDER BY sharp"
        softer, sharper = (value for (value,) in index.execute(query))

    between = str((softer + sharper) / 2)
    assert found(shell, "--min-sharpness", between) == ["both.png"]
    assert found(shell, "--min-sharpness", between, "--everybody") == []
    assert found(shell, "--min-sharpness", str(softer), "--everybody") == ["both.png", "both.png"]


@pytest.mark.usefixtures("woman")
def test_the_appliance_stores_nothing(shell: Terminal, appliance: Appliance) -> None:
    """No file of the appliance changes by a byte but for the note that the key is in use."""
    build(shell)  # which writes that note
    (shell.folder / "photo_index.db").unlink()
    before = contents(appliance.folder)

    assert build(shell).stdout == "1 new\n"
    assert contents(appliance.folder) == before
    assert any(name.endswith("/collection.db") for name in before)  # or nothing was compared


def test_only_what_changed_is_sent_again(shell: Terminal, woman: Path, man: Path) -> None:
    """An unchanged folder needs no appliance; ids last as long as a photo does, wherever it lies."""
    build(shell)
    known = ids(shell)
    alone = shell.without("AWS_CA_BUNDLE")  # so that no request can succeed

    assert build(alone).stdout == "2 unchanged\n"
    os.utime(woman, (1, 1))
    man.rename(man.with_name("driver.png"))
    assert build(alone).stdout == "2 unchanged\n"
    assert ids(shell) == {"woman.jpg": known["woman.jpg"], "driver.png": known["man.PNG"]}


def test_changed_and_deleted_files(shell: Terminal, woman: Path, man: Path, coffee: Pixels) -> None:
    """Another picture under a known name is another photo; a file that is gone leaves the index."""
    build(shell)
    known = ids(shell)

    woman.write_bytes(png(coffee))
    man.unlink()
    assert build(shell).stdout == "1 changed, 1 gone\n"
    assert set(ids(shell)) == {"woman.jpg"}
    assert ids(shell)["woman.jpg"] != known["woman.jpg"]
    assert found(shell, "--count-faces", "0") == ["woman.jpg"]
    woman.unlink()
    assert build(shell).stdout == "1 gone\n"
    assert found(shell) == []


def test_a_photo_that_takes_the_place_of_another(shell: Terminal, woman: Path, man: Path) -> None:
    """It keeps its own ids, and those of the other are gone."""
    build(shell)
    known = ids(shell)

    man.replace(woman)
    assert build(shell.without("AWS_CA_BUNDLE")).stdout == "1 unchanged\n"
    assert ids(shell) == {"woman.jpg": known["man.PNG"]}


def test_damaged_files_are_told_and_skipped(shell: Terminal, photos: Path, woman: Path) -> None:
    """No picture at all, half of one, a changed one that is damaged now: the others go on."""
    (photos / "a.jpg").write_bytes(b"no picture")
    (photos / "b.jpg").write_bytes(woman.read_bytes()[:20_000])
    (photos / "notes.txt").write_text("not looked at")
    run = build(shell)

    assert (run.returncode, run.stdout) == (1, "2 skipped, 1 new\n")
    assert [line.split()[1].rpartition("/")[2] for line in run.stderr.splitlines()] == [
        "a.jpg:",
        "b.jpg:",
    ]
    woman.write_bytes(b"no picture any more")
    assert build(shell).stdout == "3 skipped\n"
    assert found(shell) == []


def test_a_file_that_cannot_be_read(shell: Terminal, photos: Path, woman: Path) -> None:
    """A link that leads nowhere is told and skipped, too."""
    (photos / "link.jpg").symlink_to(photos / "nowhere.jpg")
    run = build(shell)

    assert (run.returncode, run.stdout) == (1, "1 skipped, 1 new\n")
    assert "link.jpg" in run.stderr
    assert found(shell) == [woman.name]


def test_large_and_other_pictures_are_made_to_fit(
    shell: Terminal, photos: Path, astronaut: Pixels
) -> None:
    """Over 5 MB is scaled down and WebP becomes a JPEG; boxes are fractions, so they fit as before."""
    noise = np.random.default_rng(1).integers(-20, 20, (2048, 2048, 3))
    large = np.clip(cv2.resize(astronaut, (2048, 2048)) + noise, 0, 255).astype(np.uint8)
    (photos / "large.png").write_bytes(png(large))
    Image.fromarray(astronaut[:, :, ::-1]).save(photos / "other.webp")
    assert (photos / "large.png").stat().st_size > 5 * 2**20

    assert build(shell).stdout == "2 new\n"
    with closing(sqlite3.connect(shell.folder / "photo_index.db")) as index:
        query = "SELECT detail ->> '$.BoundingBox.Left', detail ->> '$.BoundingBox.Top' FROM faces"
        first, second = index.execute(query).fetchall()
    assert first == pytest.approx(second, abs=0.02)


def test_boxes_and_landmarks_are_drawn_on_a_copy(shell: Terminal, woman: Path) -> None:
    """The copy differs from the photo in the face's box and at its landmarks alone."""
    build(shell)
    before = woman.read_bytes()

    assert shell.run(SCRIPT, "draw", ids(shell)["woman.jpg"][:8], "out.png").returncode == 0
    photo, copy = (np.asarray(Image.open(path)) for path in (woman, shell.folder / "out.png"))
    rows, columns = np.nonzero((photo != copy).any(axis=2))
    with closing(sqlite3.connect(shell.folder / "photo_index.db")) as index:
        (detail,) = index.execute("SELECT detail FROM faces").fetchone()
    box = json.loads(detail)["BoundingBox"]
    left, top, width, height = (512 * box[side] for side in ("Left", "Top", "Width", "Height"))
    assert woman.read_bytes() == before
    assert len(rows) > 2 * (width + height)
    reach = 0.1 * width  # the chin and the ears may stand out of the box
    assert left - reach <= columns.min() <= left + 2
    assert left + width - 2 <= columns.max() <= left + width + reach
    assert abs(rows.min() - top) <= 2
    assert top + height - 2 <= rows.max() <= top + height + reach


def test_drawing_on_a_photo_that_lies_on_its_side(
    shell: Terminal, photos: Path, astronaut: Pixels
) -> None:
    """Boxes are those of the upright photo, and so is the copy."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(np.rot90(astronaut, 1)[:, :, ::-1])
    turned.save(photos / "turned.png", exif=exif)
    build(shell)

    assert shell.run(SCRIPT, "draw", ids(shell)["turned.png"], "out.png").returncode == 0
    copy = np.asarray(Image.open(shell.folder / "out.png"))
    changed = (copy != astronaut[:, :, ::-1]).any(axis=2)
    assert 0 < changed.mean() < 0.05


def test_a_photo_itself_is_never_written_over(shell: Terminal, woman: Path) -> None:
    """Nor is one drawn on that has changed since it was looked at."""
    build(shell)
    before, image_id = woman.read_bytes(), ids(shell)["woman.jpg"]

    assert "the photo itself" in shell.run(SCRIPT, "draw", image_id, woman).stderr
    assert woman.read_bytes() == before
    woman.write_bytes(before + b"\0")
    assert "has changed" in shell.run(SCRIPT, "draw", image_id, "out.png").stderr
    assert not (shell.folder / "out.png").exists()


def test_a_removed_photo_stays_out(shell: Terminal, photos: Path, woman: Path) -> None:
    """It leaves the file of the index, too, and does not come back under another name."""
    build(shell)
    image_id = ids(shell)["woman.jpg"]
    index = shell.folder / "photo_index.db"
    assert image_id.encode() in index.read_bytes()

    assert shell.run(SCRIPT, "remove", image_id).returncode == 0
    assert image_id.encode() not in index.read_bytes()
    woman.rename(photos / "again.jpg")
    assert build(shell).stdout == "1 removed before\n"
    assert found(shell) == []


def test_the_index_is_private(shell: Terminal) -> None:
    """Nobody else on the computer may read it."""
    build(shell)
    assert (shell.folder / "photo_index.db").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("woman")
def test_nothing_is_sent_to_anybody_else(shell: Terminal, appliance: Appliance) -> None:
    """Without an address nothing is sent; nor to a server that nobody vouches for, or with a bad key."""
    nowhere = build(shell.without("AWS_ENDPOINT_URL_REKOGNITION"))
    unknown = build(shell.without("AWS_CA_BUNDLE"))
    shell.environment["AWS_SECRET_ACCESS_KEY"] += "x"
    refused = build(shell)

    assert "Say where the appliance is" in nowhere.stderr
    assert "SSLError" in unknown.stderr
    assert "InvalidSignatureException" in refused.stderr
    assert {run.returncode for run in (nowhere, unknown, refused)} == {1}
    assert ids(shell) == {}


@pytest.mark.usefixtures("woman")
def test_address_and_certificate_as_options(shell: Terminal, appliance: Appliance) -> None:
    """Whoever likes no environment variables types them."""
    bare = shell.without("AWS_ENDPOINT_URL_REKOGNITION", "AWS_CA_BUNDLE")
    run = build(bare, "--endpoint", appliance.url, "--verify", str(appliance.certificate))
    assert run.stdout == "1 new\n", run.stderr
