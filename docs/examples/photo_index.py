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
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

Read = TypeVar("Read")

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
    detail TEXT NOT NULL,      -- as DetectFaces told it: what it did not tell is absent
    PRIMARY KEY (image_id, face_id)
);
CREATE TABLE IF NOT EXISTS removed (sha256 TEXT PRIMARY KEY);  -- these stay out
"""

OF_FACES = {
    "eyes_open": "detail ->> '$.EyesOpen.Value' = :eyes_open",
    "mouth_open": "detail ->> '$.MouthOpen.Value' = :mouth_open",
    "covered": "detail ->> '$.FaceOccluded.Value' = :covered",
    "min_sharpness": "detail ->> '$.Quality.Sharpness' >= :min_sharpness",
    "min_brightness": "detail ->> '$.Quality.Brightness' >= :min_brightness",
    "max_yaw": "abs(detail ->> '$.Pose.Yaw') <= :max_yaw",
}
OF_PHOTOS = {
    "taken_from": "images.taken >= :taken_from",
    "taken_before": "images.taken < :taken_before",
    "count_faces": "(SELECT count(*) FROM faces WHERE image_id = images.image_id) = :count_faces",
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
            fits = len(content) <= LARGEST and pixels <= MOST_PIXELS
            if fits and image.format in {"JPEG", "PNG"}:
                return content, taken
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((SCALED_TO, SCALED_TO))
            smaller = io.BytesIO()
            upright.save(smaller, "JPEG", quality=90)
            return smaller.getvalue(), taken
    except UnidentifiedImageError as error:
        raise UnusablePhotoError("not a picture that can be read") from error
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


def photos_in(folder: Path) -> Iterator[Path]:
    """Yield the photos in a folder and below. One that cannot be listed is an error, not empty."""

    def refuse(error: OSError) -> NoReturn:
        raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name.lower().endswith(PHOTOS))


def reading(path: Path, read: Callable[[Path], Read]) -> Read:
    """Return what *read* finds at a path; one file that cannot be read does not end the run."""
    try:
        return read(path)
    except OSError as error:
        raise UnusablePhotoError(error.strerror or str(error)) from error


def take_in(index: sqlite3.Connection, client: Any, path: Path) -> str:
    """Bring the index up to date with one file; return what it is to the index.

    :raises UnusablePhotoError: if it cannot be read; if that is because it changed, what was known
        of it has left the index.
    """
    stat, name = reading(path, Path.stat), str(path)
    known = index.execute("SELECT * FROM images WHERE path = ?", (name,)).fetchone()
    if known and (known["bytes"], known["modified"]) == (stat.st_size, stat.st_mtime_ns):
        return "unchanged"
    content = reading(path, Path.read_bytes)
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
    index.executemany(
        "INSERT INTO faces VALUES (?, ?, ?)",
        [(image_id, face_id, json.dumps(face)) for face_id, face in enumerate(faces, start=1)],
    )
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
        face = "no face" if row["detail"] is None else summary(json.loads(row["detail"]))
        where = f"{row['image_id'][:8]} {row['face_id'] or '–':>2}"
        print(f"{where}  {face:42}  {row['taken'] or 'undated':19}  {row['path']}")
    return 0 if found else 1


def summary(face: dict[str, Any]) -> str:
    """Return what is most asked about a face, in a line."""
    eyes = {None: "not told", True: "open", False: "closed"}[face.get("EyesOpen", {}).get("Value")]
    sharpness, yaw = face["Quality"]["Sharpness"], face["Pose"]["Yaw"]
    return f"sharpness {sharpness:3.0f}  yaw {yaw:+4.0f}°  eyes {eyes}"


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
    for (detail,) in index.execute(
        "SELECT detail FROM faces WHERE image_id = ?", [row["image_id"]]
    ):
        face = json.loads(detail)
        box = face["BoundingBox"]
        left, top = box["Left"] * width, box["Top"] * height
        right, bottom = left + box["Width"] * width, top + box["Height"] * height
        pen.rectangle((left, top, right, bottom), outline="lime", width=thick)
        for point in face["Landmarks"]:
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


def main() -> int:
    """Do what the command line says; 1 if nothing was found or a photo was skipped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--index", type=Path, default=Path("photo_index.db"), metavar="FILE")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable[[sqlite3.Connection, argparse.Namespace], int]) -> Any:
        told = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        told.set_defaults(run=run)
        return told.add_argument

    option = command(build)
    option("folder", type=Path)
    option("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL_REKOGNITION"))
    option("--verify", metavar="CERTIFICATE", help="default: $AWS_CA_BUNDLE")
    option = command(search)
    for name in ("--eyes-open", "--mouth-open", "--covered"):
        option(name, action=argparse.BooleanOptionalAction)
    for name in ("--min-sharpness", "--min-brightness", "--max-yaw"):
        option(name, type=float)
    option("--taken-from", metavar="2026-11-02")
    option("--taken-before", metavar="2026-12")
    option("--count-faces", type=int, help="in the photo, whatever they are like")
    option("--everybody", action="store_true", help="each face of the photo must be as asked")
    option = command(draw)
    option("image_id", help="or its beginning")
    option("out", type=Path)
    option = command(remove)
    option("image_id", help="or its beginning")

    arguments = parser.parse_args()
    try:
        with closing(open_index(arguments.index)) as index:
            return int(arguments.run(index, arguments))
    except (BotoCoreError, ClientError, OSError, sqlite3.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
