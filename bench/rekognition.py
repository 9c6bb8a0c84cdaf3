"""The API of Amazon's clients: whether it answers as the pipeline does, how fast, in what memory.

``python bench/rekognition.py accuracy FOLDER`` indexes one photo of everybody in *FOLDER* (people as
folders of photos, as Labeled Faces in the Wild has them) who has two, searches with another of each,
and with photos of people who have only one; every answer is held against the same done directly.
``python bench/rekognition.py speed`` lets four clients search 10,000 faces at the same time, in
turns with the same pictures searched directly in one process, and tells the ratio.
``python bench/rekognition.py memory`` makes thousands of calls and tells how the server grows.

`ostiary web` runs as a program of its own, on loopback, with boto3 as its client.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import boto3
import click
import cv2
import numpy as np
from botocore.config import Config
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.benchmark.frames import door_frames
from edge.collection.face_rows import NewFace
from edge.collection.faces import Faces
from edge.config import Settings, StorageSettings, WebSettings, load_settings, settings_as_toml
from edge.core import Core
from edge.domain import Box, Embedding, Pose, Quality, normalized
from edge.evaluation.intervals import wilson
from edge.vision.image import read_image
from enroll.rekognition.keys import AccessKeys
from enroll.rekognition.operations import OFFERED
from enroll.store import open_web

COLLECTION = "bench"
THRESHOLD = 99.0
CLIENTS = 4
ROUNDS = 6
PATIENCE = 30.0
"""Seconds until the server must listen."""


@dataclass(frozen=True)
class Served:
    """A running server: where, its process, and a key for everything."""

    url: str
    pid: int
    key_id: str
    secret: str

    def client(self) -> Any:
        return boto3.client(
            "rekognition",
            endpoint_url=self.url,
            region_name="local",
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120),
        )

    @property
    def resident(self) -> float:
        """Megabytes of memory that the server holds."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextmanager
def core_in(folder: Path) -> Iterator[Core]:
    """Give the parts of an appliance that keeps everything in *folder*."""
    own = load_settings()
    core = Core(
        replace(
            own,
            storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
            web=WebSettings(port=_free_port()),
        )
    )
    try:
        core.ensure_collection(COLLECTION)
        yield core
    finally:
        core.close()


@contextmanager
def served(settings: Settings, core: Core) -> Iterator[Served]:
    """Run ``ostiary web`` on *settings*."""
    config = settings.storage.folder / "ostiary.toml"
    config.write_text(settings_as_toml(settings), encoding="utf-8")
    with open_web(core.web_path, core.key) as web:
        access, secret = AccessKeys(web).create(
            label="bench",
            operations=[operation.name for operation in OFFERED],
            collections=("*",),
            created_by="bench",
            now=datetime.now(UTC),
        )
    server = subprocess.Popen(
        [sys.executable, "-m", "edge", "--config", str(config), "web"], stdout=subprocess.DEVNULL
    )
    try:
        _await(settings.web.port)
        yield Served(f"http://127.0.0.1:{settings.web.port}", server.pid, access.key_id, secret)
    finally:
        server.terminate()
        server.wait()


@click.group()
def main() -> None:
    """Measure the API."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--strangers", default=1000, show_default=True)
def accuracy(folder: Path, strangers: int) -> None:
    """Index one photo of everybody with two, search with another, and with strangers."""
    people = sorted(each for each in folder.iterdir() if each.is_dir())
    photos = {person.name: sorted(person.glob("*.jpg")) for person in people}
    known = [each for each in photos.values() if len(each) > 1]
    unknown = [each[0] for each in photos.values() if len(each) == 1][:strangers]
    with tempfile.TemporaryDirectory() as name, core_in(Path(name)) as core:
        direct = Direct(core)
        with served(core.settings, core) as here:
            client = here.client()
            for first, *_ in track(known, "indexing"):
                client.index_faces(
                    CollectionId=COLLECTION,
                    Image={"Bytes": first.read_bytes()},
                    ExternalImageId=first.parent.name,
                    MaxFaces=1,
                    QualityFilter="NONE",
                )
                direct.index(first)
            genuine = [
                _searched(client, direct, photo) for _, photo, *_ in track(known, "searching")
            ]
            impostor = [_searched(client, direct, photo) for photo in track(unknown, "strangers")]
    names = [first.parent.name for first, *_ in known]
    missed = sum(name != answer.best for name, answer in zip(names, genuine, strict=True))
    accepted = sum(answer.best is not None for answer in impostor)
    apart = [answer.apart for answer in (*genuine, *impostor)]
    different = sum(answer.best != answer.direct for answer in (*genuine, *impostor))
    table = Table(title=f"IndexFaces, SearchFacesByImage at {THRESHOLD:.0f} %; one photo a person")
    for column in ("", "tries", "", "95 % interval"):
        table.add_column(column, justify="left" if not column else "right")
    for row, count, tries in (
        ("FNIR: not found, or somebody else first", missed, len(genuine)),
        ("FPIR: strangers found to be somebody", accepted, len(impostor)),
    ):
        found = wilson(count, tries)
        interval = f"{100 * found.low:.2f}–{100 * found.high:.2f} %"
        table.add_row(row, f"{tries:,}", f"{100 * count / tries:.2f} %", interval)
    table.add_row("answers other than the pipeline's own", f"{len(apart):,}", str(different), "")
    table.add_row("largest difference of a similarity", "", f"{max(apart):.1e}", "")
    Console().print(table)
    if different:
        raise SystemExit(1)


@dataclass(frozen=True)
class Answer:
    """Whom the API and the pipeline found first, and how far their similarities are apart."""

    best: str | None
    direct: str | None
    apart: float


class Direct:
    """The same without HTTP: the pipeline, and cosines with everybody by numpy."""

    def __init__(self, core: Core) -> None:
        self._examiner = core.examiner
        self._names: list[str] = []
        self._embeddings: list[Embedding] = []

    def index(self, photo: Path) -> None:
        """Remember the largest face of *photo*, if there is one."""
        found = self._embedding(photo.read_bytes())
        if found is not None:
            self._names.append(photo.parent.name)
            self._embeddings.append(found)

    def search(self, content: bytes) -> tuple[str | None, float]:
        """Return who is most alike above the threshold, and her similarity in percent."""
        probe = self._embedding(content)
        if probe is None:
            return None, 0.0
        cosines = np.stack([each.vector for each in self._embeddings]) @ probe.vector
        best = int(cosines.argmax())
        similarity = self._examiner.calibration.similarity(float(cosines[best]))
        return (self._names[best], similarity) if similarity >= THRESHOLD else (None, 0.0)

    def _embedding(self, content: bytes) -> Embedding | None:
        pixels = read_image(content)
        faces = self._examiner.faces(pixels, limit=1)
        return self._examiner.embed(pixels, faces[0]).embedding if faces else None


def _searched(client: Any, direct: Direct, photo: Path) -> Answer:
    content = photo.read_bytes()
    name, similarity = direct.search(content)
    try:
        matches = client.search_faces_by_image(
            CollectionId=COLLECTION,
            Image={"Bytes": content},
            FaceMatchThreshold=THRESHOLD,
            MaxFaces=5,
        )["FaceMatches"]
    except client.exceptions.InvalidParameterException:  # no face in it
        matches = []
    if not matches:
        return Answer(None, name, similarity)
    best = matches[0]
    return Answer(best["Face"]["ExternalImageId"], name, abs(best["Similarity"] - similarity))


@main.command()
@click.option("--faces", default=10_000, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True)
@click.option("--limit", default=1.3, show_default=True, help="Fail above this ratio.")
def speed(faces: int, rounds: int, limit: float) -> None:
    """Let four clients search at the same time, in turns with a search without HTTP."""
    pictures = _pictures()
    with tempfile.TemporaryDirectory() as name, core_in(Path(name)) as core:
        _fill(core, faces)
        with served(core.settings, core) as here:
            clients = [here.client() for _ in range(CLIENTS)]
            searches = [picture for picture in pictures for _ in range(CLIENTS)]
            pure, api = [], []
            _by_api(clients, searches)
            _directly(core, pictures)
            for _ in track(range(rounds), "searching"):
                pure.append(_directly(core, pictures))
                api.append(_by_api(clients, searches))
    ratio = median(each / other for each, other in zip(api, pure, strict=True))
    table = Table(title=f"SearchFacesByImage among {faces:,} faces, ms a picture, {rounds} rounds")
    for column in ("", "median", "least", "most"):
        table.add_column(column, justify="left" if not column else "right")
    for row, times in (("decode, find, embed, search", pure), (f"API, {CLIENTS} clients", api)):
        table.add_row(row, *(f"{each:.1f}" for each in (median(times), min(times), max(times))))
    table.add_row("ratio, pair by pair", f"{ratio:.2f}", "", "")
    Console().print(table)
    if ratio > limit:
        raise SystemExit(1)


def _directly(core: Core, pictures: Sequence[bytes]) -> float:
    """Return how long one search takes in this process, in milliseconds a picture."""
    began = time.perf_counter()
    for picture in pictures:
        pixels = read_image(picture)
        face = core.examiner.faces(pixels, limit=1)[0]
        embedding = core.examiner.embed(pixels, face).embedding
        with core.galleries.of(COLLECTION) as gallery:
            gallery.search_faces(embedding, limit=5, threshold=THRESHOLD)
    return (time.perf_counter() - began) * 1000 / len(pictures)


def _by_api(clients: Sequence[Any], pictures: Sequence[bytes]) -> float:
    """Return how long all *pictures* take, shared out among *clients*, in milliseconds a picture."""

    def ask(number: int) -> None:
        for picture in pictures[number :: len(clients)]:
            clients[number].search_faces_by_image(
                CollectionId=COLLECTION,
                Image={"Bytes": picture},
                FaceMatchThreshold=THRESHOLD,
                MaxFaces=5,
            )

    with ThreadPoolExecutor(len(clients)) as pool:
        began = time.perf_counter()
        list(pool.map(ask, range(len(clients))))
        return (time.perf_counter() - began) * 1000 / len(pictures)


@main.command()
@click.option("--calls", default=5000, show_default=True)
@click.option("--growth", default=15.0, show_default=True, help="Fail above so many MB.")
def memory(calls: int, growth: float) -> None:
    """Make many calls and tell how much memory the server holds on the way."""
    pictures = _pictures()
    with tempfile.TemporaryDirectory() as name, core_in(Path(name)) as core:
        _fill(core, 10_000)
        with served(core.settings, core) as here:
            client, held = here.client(), []
            for number in track(range(calls), "calling"):
                _call(client, number, pictures[number % len(pictures)])
                if (number + 1) % (calls // 10) == 0:
                    held.append(here.resident)
    table = Table(title=f"{calls:,} calls: search, detect, index and delete")
    for column in ("after calls", "MB held by the server"):
        table.add_column(column, justify="right")
    for number, megabytes in enumerate(held, start=1):
        table.add_row(f"{number * calls // 10:,}", f"{megabytes:.1f}")
    Console().print(table)
    if max(held) - held[1] > growth:  # the first tenth fills caches
        raise SystemExit(1)


def _call(client: Any, number: int, picture: bytes) -> None:
    image = {"Bytes": picture}
    if number % 10 == 0:
        indexed = client.index_faces(CollectionId=COLLECTION, Image=image, QualityFilter="NONE")
        faces = [record["Face"]["FaceId"] for record in indexed["FaceRecords"]]
        client.delete_faces(CollectionId=COLLECTION, FaceIds=faces)
    elif number % 10 == 1:
        client.detect_faces(Image=image, Attributes=["ALL"])
    else:
        client.search_faces_by_image(CollectionId=COLLECTION, Image=image, MaxFaces=5)


def _pictures() -> list[bytes]:
    """Return the frames of the other benchmarks as JPEG files."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, 90]
    return [cv2.imencode(".jpg", frame, quality)[1].tobytes() for frame in door_frames()]


def _fill(core: Core, count: int) -> None:
    """Store *count* made-up faces."""
    generator = np.random.default_rng(1)
    box, quality = (
        Box(0.2, 0.2, 0.5, 0.5),
        Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.8),
    )
    embedder = core.embedder
    vectors = generator.standard_normal((count, embedder.dimension)).astype(np.float32)
    faces = Faces(core.database)
    for start in range(0, count, 1000):
        new = [
            NewFace(normalized(vector, embedder.model), box, 99.0, quality)
            for vector in vectors[start : start + 1000]
        ]
        faces.index(COLLECTION, new)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _await(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
