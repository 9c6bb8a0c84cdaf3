#!/usr/bin/env python3
"""An index of the faces in your photos, kept on your side: the appliance looks, and keeps nothing.

    python photo_index.py build ~/Pictures
    python photo_index.py search --eyes-open --min-sharpness 50 --count-faces 2 --everybody
    python photo_index.py draw 3f0c8a1e couple.png

Each photo goes to DetectFaces once. What comes back lies in a SQLite file of your own, keyed by an
ImageID and a FaceID that are made here: DetectFaces gives none, because it remembers nothing. There
are no vectors in it and no names: it finds photos by how faces look, not by whose they are.

Needs boto3, Pillow and a key that may DetectFaces; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sqlite3
import struct
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image, ImageDraw, ImageOps

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")
LARGEST = 5 * 2**20
MOST_PIXELS = 50_000_000
"""Bytes and pixels of a picture that the appliance takes."""

SCALED_TO = 3072
"""Pixels of the longer side of what is larger: as a JPEG, that has 1 to 3 MB."""

UNUSABLE = ("InvalidImageFormatException", "ImageTooLargeException")
"""What the appliance says of a picture that it cannot use; any other error ends the run."""

SCHEMA = """
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;  -- what is removed leaves the file, too
CREATE TABLE IF NOT EXISTS images (
    image_id TEXT PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL, modified INTEGER NOT NULL, sha256 TEXT NOT NULL,
    taken TEXT  -- by the camera's clock, as in 2026-11-02T08:00:00
);
CREATE TABLE IF NOT EXISTS faces (
    image_id TEXT NOT NULL REFERENCES images ON DELETE CASCADE,
    face_id INTEGER NOT NULL,  -- 1 is the largest face of its photo
    confidence REAL NOT NULL,
    box_left REAL NOT NULL, box_top REAL NOT NULL,  -- fractions of the upright photo
    box_width REAL NOT NULL, box_height REAL NOT NULL,
    yaw REAL NOT NULL, pitch REAL NOT NULL, roll REAL NOT NULL,  -- degrees
    brightness REAL NOT NULL, sharpness REAL NOT NULL,  -- percent
    eyes_open INTEGER, mouth_open INTEGER, covered INTEGER,  -- NULL: this face does not tell
    landmarks TEXT NOT NULL,  -- [{"Type": …, "X": …, "Y": …}, …], fractions as well
    PRIMARY KEY (image_id, face_id)
);
CREATE TABLE IF NOT EXISTS removed (sha256 TEXT PRIMARY KEY);  -- these stay out
"""

OF_FACES = {
    "eyes_open": "faces.eyes_open = :eyes_open",
    "mouth_open": "faces.mouth_open = :mouth_open",
    "covered": "faces.covered = :covered",
    "min_sharpness": "faces.sharpness >= :min_sharpness",
    "min_brightness": "faces.brightness >= :min_brightness",
    "max_yaw": "abs(faces.yaw) <= :max_yaw",
}
OF_PHOTOS = {
    "taken_from": "images.taken >= :taken_from",
    "taken_before": "images.taken < :taken_before",
    "count_faces": "(SELECT count(*) FROM faces AS f WHERE f.image_id = images.image_id)"
    " = :count_faces",
}
"""Conditions of a search, by the options that ask for them."""


class UnusablePhotoError(Exception):
    """Error raised when a file is damaged, or no picture at all; the others go on."""


def open_index(path: Path) -> sqlite3.Connection:
    """Open the index, which this user alone may read: it tells about people."""
    path.touch(mode=0o600)
    index = sqlite3.connect(path)
    index.row_factory = sqlite3.Row
    index.executescript(SCHEMA)
    return index


def connect(endpoint: str | None, certificate: str | None) -> Any:
    """Return a client for the appliance; never one for Amazon, because these are private photos."""
    if not endpoint:
        sys.exit("Say where the appliance is: --endpoint https://door.local:8080")
    session = boto3.Session()
    region = session.region_name or "us-east-1"  # any will do, but boto3 wants one
    return session.client(
        "rekognition", endpoint_url=endpoint, region_name=region, verify=certificate
    )


def prepare(content: bytes) -> tuple[bytes, str | None]:
    """Return a photo as it can be sent, scaled down if it must be, and when it was taken."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            taken, pixels = taken_at(image), image.width * image.height
            if image.format in {"JPEG", "PNG"}:
                if len(content) <= LARGEST and pixels <= MOST_PIXELS:
                    return content, taken
                image.draft("RGB", (SCALED_TO, SCALED_TO))  # less to unpack, of a JPEG
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((SCALED_TO, SCALED_TO))
            smaller = io.BytesIO()
            upright.save(smaller, "JPEG", quality=90)
            return smaller.getvalue(), taken
    except Exception as error:  # a decoder fed with nonsense raises nearly any there is
        raise UnusablePhotoError(str(error) or type(error).__name__) from error


def taken_at(image: Image.Image) -> str | None:
    """Return when a photo was taken (EXIF DateTimeOriginal), if its camera knew."""
    try:
        told = str(image.getexif().get_ifd(0x8769).get(0x9003, ""))
        return datetime.fromisoformat(told.strip("\0 ").replace(":", "-", 2)).isoformat()
    except (ValueError, TypeError, KeyError, SyntaxError, OSError, struct.error):
        return None  # damaged, or zeros of a clock that was never set


def detect(client: Any, content: bytes) -> list[dict[str, Any]]:
    """Ask the appliance for all that it can tell about the faces of a photo."""
    try:
        told = client.detect_faces(Image={"Bytes": content}, Attributes=["ALL"])
    except ClientError as error:
        if error.response["Error"]["Code"] in UNUSABLE:
            raise UnusablePhotoError(error.response["Error"]["Message"]) from error
        raise
    return list(told["FaceDetails"])


def columns(face: dict[str, Any]) -> dict[str, Any]:
    """Return a FaceDetail as columns. What the appliance did not tell is None, never guessed."""
    box, pose, quality = face["BoundingBox"], face["Pose"], face["Quality"]
    return {
        "confidence": face["Confidence"],
        **{f"box_{side.lower()}": box[side] for side in ("Left", "Top", "Width", "Height")},
        **{turn.lower(): pose[turn] for turn in ("Yaw", "Pitch", "Roll")},
        **{name.lower(): quality[name] for name in ("Brightness", "Sharpness")},
        "eyes_open": face.get("EyesOpen", {}).get("Value"),
        "mouth_open": face.get("MouthOpen", {}).get("Value"),
        "covered": face.get("FaceOccluded", {}).get("Value"),
        "landmarks": json.dumps(face["Landmarks"]),
    }


def photos_in(folder: Path) -> Iterator[Path]:
    """Yield the photos in a folder and below. One that cannot be listed is an error, not empty."""

    def refuse(error: OSError) -> NoReturn:
        raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name.lower().endswith(PHOTOS))


def take_in(index: sqlite3.Connection, client: Any, path: Path) -> str:
    """Bring the index up to date with one file; return what it is to the index.

    :raises UnusablePhotoError: if it cannot be read; what was known of it has left the index.
    """
    stat, name = path.stat(), str(path)
    known = index.execute("SELECT * FROM images WHERE path = ?", (name,)).fetchone()
    if known and (known["bytes"], known["modified"]) == (stat.st_size, stat.st_mtime_ns):
        return "unchanged"
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    if known and known["sha256"] != digest:
        index.execute("DELETE FROM images WHERE path = ?", (name,))
    if index.execute("SELECT 1 FROM removed WHERE sha256 = ?", (digest,)).fetchone():
        return "removed before"
    same = "SELECT * FROM images WHERE sha256 = ? ORDER BY path <> ?"
    for twin in index.execute(same, (digest, name)).fetchall():
        if twin["path"] == name or not Path(twin["path"]).exists():  # touched, or moved
            index.execute(
                "UPDATE images SET path = ?, modified = ? WHERE image_id = ?",
                (name, stat.st_mtime_ns, twin["image_id"]),
            )
            return "unchanged"
    sent, taken = prepare(content)
    faces = detect(client, sent)
    image_id = uuid.uuid4().hex
    index.execute(
        "INSERT INTO images VALUES (?, ?, ?, ?, ?, ?)",
        (image_id, name, stat.st_size, stat.st_mtime_ns, digest, taken),
    )
    for face_id, face in enumerate(faces, start=1):
        row = {"image_id": image_id, "face_id": face_id} | columns(face)
        names, places = ", ".join(row), ", ".join(f":{column}" for column in row)
        index.execute(f"INSERT INTO faces ({names}) VALUES ({places})", row)  # noqa: S608 - ours
    return "changed" if known else "new"


def build(index: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Bring the index up to date with a folder; deleted files leave it, damaged ones are told."""
    client = connect(arguments.endpoint, arguments.verify)
    folder, counts = arguments.folder.resolve(strict=True), Counter[str]()
    for path in photos_in(folder):
        try:
            counts[take_in(index, client, path)] += 1
        except UnusablePhotoError as error:
            counts["skipped"] += 1
            print(f"skipped {path}: {error}", file=sys.stderr)
        index.commit()  # photo by photo: whatever interrupts this, the next run goes on from there
    for row in index.execute("SELECT path FROM images").fetchall():
        if Path(row["path"]).is_relative_to(folder) and not Path(row["path"]).exists():
            index.execute("DELETE FROM images WHERE path = ?", (row["path"],))
            counts["gone"] += 1
    index.commit()
    print(", ".join(f"{count} {what}" for what, count in counts.items()) or "no photos")
    return 1 if counts["skipped"] else 0


def search(index: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Print the faces that are as asked, photo by photo."""
    asked = {name: value for name, value in vars(arguments).items() if value is not None}
    faces = " AND ".join(text for name, text in OF_FACES.items() if name in asked) or "TRUE"
    photos = " AND ".join(text for name, text in OF_PHOTOS.items() if name in asked) or "TRUE"
    others = f"""SELECT 1 FROM faces
        WHERE faces.image_id = images.image_id AND NOT coalesce({faces}, FALSE)"""  # noqa: S608
    everybody = f"NOT EXISTS ({others})" if arguments.everybody else "TRUE"
    found = index.execute(
        f"""SELECT * FROM images LEFT JOIN faces USING (image_id)
        WHERE {faces} AND {photos} AND {everybody} ORDER BY taken, path, face_id""",  # noqa: S608
        {name: asked[name] for name in asked.keys() & (OF_FACES | OF_PHOTOS).keys()},
    ).fetchall()  # only conditions from the tables above are in the text; values are bound
    for row in found:
        face = "no face"
        if row["face_id"] is not None:
            eyes = {None: "unknown", 0: "closed", 1: "open"}[row["eyes_open"]]
            face = (
                f"{row['face_id']:>3}  sharpness {row['sharpness']:3.0f}"
                f"  yaw {row['yaw']:+4.0f}°  eyes {eyes:7}"
            )
        print(f"{row['image_id'][:8]}  {face}  {row['taken'] or 'undated':19}  {row['path']}")
    return 0 if found else 1


def draw(index: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Write a copy of a photo with the boxes and landmarks of its faces."""
    row = the_photo(index, arguments.image_id)
    content = Path(row["path"]).read_bytes()
    if sha256(content).hexdigest() != row["sha256"]:
        sys.exit(f"{row['path']} has changed since it was looked at: build the index again.")
    if arguments.out.exists() and arguments.out.samefile(row["path"]):
        sys.exit("That would write over the photo itself.")
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    pen, (width, height) = ImageDraw.Draw(upright), upright.size
    thick = max(1, max(upright.size) // 400)
    for face in index.execute("SELECT * FROM faces WHERE image_id = ?", (row["image_id"],)):
        left, top = face["box_left"] * width, face["box_top"] * height
        right, bottom = left + face["box_width"] * width, top + face["box_height"] * height
        pen.rectangle((left, top, right, bottom), outline="lime", width=thick)
        for point in json.loads(face["landmarks"]):
            pen.circle((point["X"] * width, point["Y"] * height), thick, fill="red")
    upright.save(arguments.out)
    return 0


def remove(index: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Take a photo out of the index for good; the file stays where it is."""
    row = the_photo(index, arguments.image_id)
    index.execute("INSERT OR IGNORE INTO removed VALUES (?)", (row["sha256"],))
    index.execute("DELETE FROM images WHERE sha256 = ?", (row["sha256"],))
    index.commit()
    return 0


def the_photo(index: sqlite3.Connection, beginning: str) -> sqlite3.Row:
    """Return the one photo whose ImageID begins like that."""
    found: list[sqlite3.Row] = index.execute(
        "SELECT * FROM images WHERE substr(image_id, 1, length(?1)) = ?1", (beginning,)
    ).fetchall()
    if len(found) != 1:
        sys.exit(f"{len(found) or 'No'} photos have an ImageID that begins with {beginning!r}.")
    return found[0]


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    told = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    told.add_argument("--index", type=Path, default=Path("photo_index.db"), metavar="FILE")
    commands = told.add_subparsers(required=True)

    command = commands.add_parser("build", help=build.__doc__)
    command.set_defaults(run=build)
    command.add_argument("folder", type=Path)
    command.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL_REKOGNITION"))
    command.add_argument("--verify", metavar="CERTIFICATE", help="default: $AWS_CA_BUNDLE")

    command = commands.add_parser("search", help=search.__doc__)
    command.set_defaults(run=search)
    for name in ("eyes-open", "mouth-open", "covered"):
        command.add_argument(f"--{name}", action=argparse.BooleanOptionalAction)
    for name in ("min-sharpness", "min-brightness", "max-yaw"):
        command.add_argument(f"--{name}", type=float)
    command.add_argument("--taken-from", metavar="2026-11-02")
    command.add_argument("--taken-before", metavar="2026-12")
    command.add_argument("--count-faces", type=int, help="in the photo, whatever they are like")
    command.add_argument("--everybody", action="store_true", help="each face must be as asked")

    command = commands.add_parser("draw", help=draw.__doc__)
    command.set_defaults(run=draw)
    command.add_argument("image_id")
    command.add_argument("out", type=Path)

    command = commands.add_parser("remove", help=remove.__doc__)
    command.set_defaults(run=remove)
    command.add_argument("image_id")
    return told


def main() -> int:
    """Do what the command line says; 1 if nothing was found or a photo was skipped."""
    arguments = parser().parse_args()
    try:
        with closing(open_index(arguments.index)) as index:
            return int(arguments.run(index, arguments))
    except (BotoCoreError, ClientError, OSError, sqlite3.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
