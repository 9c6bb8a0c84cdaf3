"""What all three programs share, built from the settings: recognizer, collection, audit, key.

The door, the kiosk and the admin page all get their parts here, so that a face is enrolled by the
same code that recognizes it. Nothing here can reach a camera or a lock.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from pathlib import Path

from edge.audit import Audit, ClockWatch, Sealer, SealPolicy
from edge.audit.reserve import MEBIBYTE, Reserve
from edge.changeover import former_card
from edge.collection.changeover import former_of
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.galleries import Galleries
from edge.collection.search import Gallery
from edge.config import Settings
from edge.desk import Desk
from edge.enrolling import Enroller
from edge.examining import Examiner
from edge.live import LiveFolder
from edge.networks import load_recognizer
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key, load_key
from edge.storage.names import (
    AUDIT_FILE,
    COLLECTION_FILE,
    DESK_FILE,
    RECOVERY_FILE,
    RESERVE_FILE,
    VIDEO_FILE,
    WEB_FILE,
)
from edge.storage.signing import SIGNING_KEY_NAME, SigningKey, load_signing_key
from edge.storage.using import Hold, hold_alone, hold_with_others
from edge.video.database import open_video
from edge.vision.antispoof import AntiSpoof
from edge.vision.attribute_reader import AttributeReader
from edge.vision.card import EmbedderCard
from edge.vision.liveness import LivenessReader
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

ANTISPOOF = "minifasnet"
"""The optional network that tells skin from pictures of it, in the catalogue's words."""


class Core:
    """Builds each part on first use and keeps it; close it in the end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def collection_path(self) -> Path:
        return self.settings.storage.folder / COLLECTION_FILE

    @property
    def audit_path(self) -> Path:
        return self.settings.storage.folder / AUDIT_FILE

    @property
    def web_path(self) -> Path:
        """The accounts of the web pages, which open it by themselves, with this key."""
        return self.settings.storage.folder / WEB_FILE

    @cached_property
    def hold(self) -> Hold:
        """What keeps the files from being replaced while this process uses them.

        :raises InUseError: if they are being replaced for long.
        """
        return hold_with_others(self.settings.storage.folder)

    def be_alone(self) -> None:
        """Hold the files alone, before any of them is opened.

        :raises InUseError: if another program uses them.
        """
        self.hold = hold_alone(self.settings.storage.folder)

    @cached_property
    def key(self) -> Key:
        """The key of every database; made on first use.

        :raises KeyFileError: if it is missing, malformed or readable by others.
        """
        _ = self.hold  # another key, or another backup, may just be coming
        return load_key(
            self.settings.storage.key_file,
            databases=(
                self.collection_path,
                self.audit_path,
                self.web_path,
                self.video_path,
            ),
        )

    @cached_property
    def models(self) -> ModelStore:
        return ModelStore(self.settings.models.folder, mirror=self.settings.models.mirror)

    @cached_property
    def recognizer(self) -> Recognizer:
        """The one recognizer of this process; not for two threads at once.

        While the site changes its embedder, it embeds by the former one, too.

        :raises ModelError: if a model is missing or is not the one in the catalogue.
        :raises StorageError: if it cannot be read whether the site changes its embedder.
        """
        return load_recognizer(self.settings, self.models, former=self.former_embedder)

    @cached_property
    def lone_recognizer(self) -> Recognizer:
        """One that needs no database, for whoever compares pictures with pictures.

        :raises ModelError: if a model is missing or is not the one in the catalogue.
        """
        return load_recognizer(self.settings, self.models)

    @cached_property
    def examiner(self) -> Examiner:
        """The recognizer for whoever looks at single pictures; threads share it and take turns.

        :raises ModelError: if a model is missing or is not the one in the catalogue.
        """
        threads = self.settings.recognition.threads
        return Examiner(
            self.recognizer,
            load_attributes=lambda: AttributeReader.load(self.models, threads=threads),
        )

    @cached_property
    def galleries(self) -> Galleries:
        """The searchable copies of all collections of this embedder.

        :raises ModelError: if there is no such embedder.
        """
        return Galleries(
            self.collection_path,
            self.key,
            model=self.embedder.model,
            calibration=self.embedder.calibration,
            former=self._former_calibration,
        )

    @cached_property
    def liveness(self) -> LivenessReader:
        """What measures whether a face lives; without the optional network where nobody has it.

        :raises ModelError: if a file of it is there and is not the one in the catalogue.
        """
        file = self.models.optional(ANTISPOOF)
        threads = self.settings.recognition.threads
        return LivenessReader(AntiSpoof(file, threads=threads) if file is not None else None)

    @cached_property
    def database(self) -> Database:
        """The collections, for reading and writing; made, or migrated, on first use.

        :raises StorageError: if the file cannot be opened.
        """
        return open_collection(self.collection_path, self.key)

    @property
    def signing_key_path(self) -> Path:
        return self.settings.storage.key_file.with_name(SIGNING_KEY_NAME)

    @property
    def signing_key(self) -> SigningKey:
        """What the record is signed with; made on first use.

        :raises KeyFileError: if it is malformed, readable by others, or cannot be made.
        """
        return load_signing_key(self.signing_key_path)

    @property
    def recovery_path(self) -> Path:
        """What seals backups for the site's recovery key, if it has one."""
        return self.settings.storage.folder / RECOVERY_FILE

    @cached_property
    def audit(self) -> Audit:
        """The record of events.

        :raises AuditError: if it cannot be opened.
        """
        wanted = self.settings.audit
        return Audit(
            self.audit_path,
            self.key,
            sealer=Sealer(
                lambda: self.signing_key,
                site=self.settings.site.name,
                policy=SealPolicy(
                    wanted.checkpoint_events, timedelta(minutes=wanted.checkpoint_minutes)
                ),
            ),
            watch=ClockWatch(),
            reserve=self.reserve,
        )

    @property
    def reserve(self) -> Reserve | None:
        """The space put aside for the record, if any is to be."""
        size = self.settings.audit.reserve_megabytes * MEBIBYTE
        return Reserve(self.settings.storage.folder / RESERVE_FILE, size) if size else None

    @property
    def desk_path(self) -> Path:
        return self.settings.storage.folder / DESK_FILE

    @cached_property
    def desk(self) -> Desk:
        """Where the pages ask the door to unlock.

        :raises StorageError: if it cannot be opened.
        """
        return Desk(self.desk_path, self.key)

    @property
    def video_path(self) -> Path:
        return self.settings.storage.folder / VIDEO_FILE

    @cached_property
    def video(self) -> Database:
        """The queue of stored videos, and the stream processors.

        :raises StorageError: if it cannot be opened.
        """
        return open_video(self.video_path, self.key)

    @property
    def live(self) -> LiveFolder:
        """Where the door shows what it sees."""
        return LiveFolder(self.settings.live.folder)

    @cached_property
    def enroller(self) -> Enroller:
        """Enrols into the door's collection, which is made on first use for this embedder."""
        return Enroller(
            examiner=self.examiner,
            database=self.database,
            gallery=self.gallery,
            audit=self.audit,
            collection_id=self.settings.door.collection,
        )

    @cached_property
    def gallery(self) -> Gallery:
        """The searchable copy of the door's collection, which is made on first use."""
        self.ensure_collection(self.settings.door.collection)
        return Gallery(
            self.collection_path,
            self.key,
            self.settings.door.collection,
            calibration=self.embedder.calibration,
            former=self._former_calibration,
        )

    @cached_property
    def former_embedder(self) -> EmbedderCard | None:
        """What the embedder made that the site is being changed from; None where it is not.

        :raises ModelMissingError: if that one cannot be had any more.
        :raises StorageError: if the collections cannot be read.
        """
        if not self.collection_path.exists():
            return None
        former = former_of(self.database)
        return None if former is None else former_card(self.models, former)

    @property
    def _former_calibration(self) -> Calibration | None:
        return None if self.former_embedder is None else self.former_embedder.calibration

    @property
    def embedder(self) -> EmbedderCard:
        """What the embedder of the settings makes.

        :raises ModelError: if there is none of that name.
        """
        return self.models.embedder(self.settings.models.embedder)

    def ensure_collection(self, collection_id: str) -> None:
        """Make the collection *collection_id* for this embedder if there is none of that name.

        :raises ModelMismatchError: if it exists for another embedder.
        """
        embedder = self.embedder
        Collections(self.database).ensure(
            collection_id, model=embedder.model, dimension=embedder.dimension
        )

    def close(self) -> None:
        """Give back the files that were opened."""
        for name in ("gallery", "galleries", "database", "audit", "desk", "video", "hold"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()
