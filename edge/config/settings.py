"""Every setting: its type, its range, its default, and the sentences that explain it.

The defaults are those of the appliance, a door run by systemd. :func:`edge.config.load_settings`
puts a user's own folders in their place where somebody else runs Ostiary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.config.announcing import MqttSettings, WebhookSettings
from edge.config.audit import AuditSettings
from edge.config.backup import BackupSettings
from edge.config.inputs import InputSettings
from edge.config.kinds import (
    STRICT,
    CameraSource,
    FilePath,
    KeyPath,
    Number,
    OptionalPath,
    Switch,
    Text,
    Turn,
    Whole,
)
from edge.config.lines import demand_one_use_each
from edge.config.liveness import LivenessSettings
from edge.config.lock import LockSettings
from edge.config.observing import LogSettings, MetricsSettings
from edge.config.osdp import OsdpPanelSettings, OsdpReaderSettings
from edge.config.portal import PortalSettings
from edge.config.ports import PortUse, demand_one_use_of_each_port
from edge.config.readers import PanelSettings, ReaderSettings
from edge.config.rekognition import RekognitionSettings
from edge.config.signals import SignalSettings
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY

SYSTEM_FOLDER = Path("/var/lib/ostiary")
LIVE_FOLDER = Path("/run/ostiary")
KEY_FILE_NAME = "ostiary.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What this installation is called."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[
        Text, Field(min_length=1, max_length=64, description="The name of the site, for screens.")
    ] = "Ostiary"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """Where the people, the record and the key are kept."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    folder: Annotated[
        FilePath,
        Field(
            description="Folder of collection.db and audit.db. A user other than the service and "
            "root has ~/.local/share/ostiary instead."
        ),
    ] = SYSTEM_FOLDER
    key_file: Annotated[
        KeyPath,
        Field(
            description="The key that both databases are encrypted with, mode 0600, made on first "
            "use. Relative to the folder above. Keep a copy of it elsewhere: without it the "
            "databases are lost."
        ),
    ] = Path(KEY_FILE_NAME)

    def __post_init__(self) -> None:
        # Joining keeps an absolute key file as it is.
        object.__setattr__(self, "key_file", self.folder / self.key_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Where the networks come from."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    folder: Annotated[
        FilePath,
        Field(
            description="Folder of the prepared models. A user other than the service and root has "
            "~/.cache/ostiary/models instead."
        ),
    ] = SYSTEM_FOLDER / "models"
    mirror: Annotated[
        OptionalPath,
        Field(
            description="Folder to take model files from that are in no installed package; empty "
            "for none. The digest decides, not the origin. $OSTIARY_MODEL_MIRROR goes before it."
        ),
    ] = None
    embedder: Annotated[
        Text,
        Field(
            min_length=1,
            description="The network that turns a face into a vector, as `ostiary models` names "
            "it, or the path of a card. Who changes it must go on with `ostiary re-enroll begin`.",
        ),
    ] = "sface-int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionSettings:
    """How faces are found, and which of them are good enough to recognize somebody by."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    threads: Annotated[
        Whole, Field(ge=1, le=16, description="Processor cores a network may use.")
    ] = 2
    detector_confidence: Annotated[
        Number, Field(ge=1, lt=100, description="Percent from which something counts as a face.")
    ] = 60.0
    min_confidence: Annotated[
        Number,
        Field(ge=1, lt=100, description="Percent from which a face is sure enough to recognize."),
    ] = 80.0
    min_face_size: Annotated[
        Whole,
        Field(
            ge=20,
            le=1000,
            description="Shorter side of a face in pixels. A larger value also means "
            "that only who stands near the door is looked at.",
        ),
    ] = 40
    max_yaw: Annotated[
        Number, Field(gt=0, le=90, description="Degrees a head may be turned to a side.")
    ] = 40.0
    max_pitch: Annotated[
        Number, Field(gt=0, le=90, description="Degrees a head may look up or down.")
    ] = 35.0
    max_roll: Annotated[
        Number, Field(gt=0, le=180, description="Degrees a head may be tilted to a shoulder.")
    ] = 45.0
    min_sharpness: Annotated[
        Number, Field(ge=0, lt=100, description="Percent; 0 accepts any blur.")
    ] = 25.0
    min_brightness: Annotated[Number, Field(ge=0, lt=100, description="Percent.")] = 8.0
    max_brightness: Annotated[Number, Field(gt=0, le=100, description="Percent.")] = 80.0
    max_occlusion: Annotated[
        Number, Field(ge=0, le=1, description="Part of a face that may be covered, 0 to 1.")
    ] = 0.5

    def __post_init__(self) -> None:
        if not self.min_brightness < self.max_brightness:
            raise ValueError("min_brightness should be below max_brightness")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """The camera at the door."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    # Not in the repr: the address of a network camera usually holds a password.
    source: Annotated[
        CameraSource,
        Field(
            description='"auto" (the Raspberry Pi camera, else the first USB camera), "picamera2", '
            'a device ("/dev/video0" or "0"), an rtsp:// or http:// address, a video file or a '
            'folder of pictures. "demo" plays a script and needs no camera.',
        ),
    ] = field(default="auto", repr=False)
    width: Annotated[
        Whole,
        Field(ge=160, le=3840, description="Pixels asked of the camera; it may give others."),
    ] = 640
    height: Annotated[Whole, Field(ge=120, le=2160, description="As width.")] = 480
    fps: Annotated[
        Whole, Field(ge=1, le=60, description="Frames a second asked of the camera.")
    ] = 15
    timeout_seconds: Annotated[
        Number,
        Field(
            ge=1,
            le=60,
            description="Without a frame for so long, the camera counts as lost and is opened "
            "anew.",
        ),
    ] = 5.0
    rotate: Annotated[
        Turn,
        Field(
            description="Degrees clockwise (0, 90, 180 or 270), for a camera that is not mounted "
            "upright."
        ),
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """What a face must show before the door opens."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Annotated[
        Text, Field(min_length=1, max_length=64, description="The door's name in the record.")
    ] = "door"
    collection: Annotated[
        Text,
        Field(
            pattern=r"^[a-zA-Z0-9_.\-]{1,255}$",
            description="The collection whose people may pass.",
        ),
    ] = "badges"
    similarity: Annotated[
        Number,
        Field(
            ge=UNLOCK_SIMILARITY,
            lt=100,
            description="Percent that must be exceeded, never below 99: fewer than one stranger in "
            "100,000 is that alike. A large gallery raises it by itself.",
        ),
    ] = UNLOCK_SIMILARITY
    target_fpir: Annotated[
        Number,
        Field(
            gt=0,
            le=0.1,
            description="Share of strangers that may be taken for anybody in the gallery; sets how "
            "much a large gallery raises the similarity. NIST FRTE measures facilities at 0.003.",
        ),
    ] = TARGET_FPIR
    frames: Annotated[
        Whole, Field(ge=3, le=30, description="Good frames that are fused before a decision.")
    ] = 3
    decide_after_seconds: Annotated[
        Number,
        Field(
            ge=0.2, le=30, description="How long a face may take to convince before it is denied."
        ),
    ] = 1.5
    margin: Annotated[
        Number,
        Field(
            ge=0,
            le=0.5,
            description="Cosine by which the best person must lead the second; twins need more.",
        ),
    ] = 0.08
    rearm_seconds: Annotated[
        Number,
        Field(
            ge=0.5, le=60, description="How long a face must be away before it is looked at anew."
        ),
    ] = 3.0
    retry_seconds: Annotated[
        Number, Field(ge=0, le=60, description="Pause after a denial before the same face may try.")
    ] = 3.0
    attempts: Annotated[
        Whole, Field(ge=1, le=20, description="Denials after which a face must leave first.")
    ] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """The web pages."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: Annotated[
        Text,
        Field(
            min_length=1,
            description="Address to listen on. Loopback keeps the pages on this machine; on any "
            "other, 0.0.0.0 for all, they are served over TLS.",
        ),
    ] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535, description="Port to listen on.")] = 8080
    names: Annotated[
        Text,
        Field(
            max_length=1000,
            description="Further names under which the pages are opened, apart from this machine's "
            "own, with blanks between. Under any other name they do not answer.",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """What the door sees, on the live page."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    enabled: Annotated[
        Switch,
        Field(
            description="false: nobody can look through the door's camera. true: an owner or a "
            "manager can, and only while they do, the newest picture is in memory."
        ),
    ] = True
    folder: Annotated[
        FilePath,
        Field(
            description="Folder for the newest picture, in memory: below /run or /dev/shm. A user "
            "other than the service and root has /dev/shm/ostiary-<number of the user> instead."
        ),
    ] = LIVE_FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; each section may be left out, and each setting in it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    site: SiteSettings = field(default_factory=SiteSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)
    camera: CameraSettings = field(default_factory=CameraSettings)
    door: DoorSettings = field(default_factory=DoorSettings)
    liveness: LivenessSettings = field(default_factory=LivenessSettings)
    lock: LockSettings = field(default_factory=LockSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    inputs: InputSettings = field(default_factory=InputSettings)
    signals: SignalSettings = field(default_factory=SignalSettings)
    reader: ReaderSettings = field(default_factory=ReaderSettings)
    osdp_reader: OsdpReaderSettings = field(default_factory=OsdpReaderSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    osdp_panel: OsdpPanelSettings = field(default_factory=OsdpPanelSettings)
    web: WebSettings = field(default_factory=WebSettings)
    live: LiveSettings = field(default_factory=LiveSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    rekognition: RekognitionSettings = field(default_factory=RekognitionSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    log: LogSettings = field(default_factory=LogSettings)

    def __post_init__(self) -> None:
        demand_one_use_each(getattr(self, section.name) for section in fields(self))
        self.portal.demand_below(self.lock.max_release_seconds)
        demand_one_use_of_each_port(self._ports())

    def _ports(self) -> Iterator[PortUse]:
        if self.reader.kind == "osdp":
            yield PortUse("osdp_reader.port", self.osdp_reader.port)
        if self.panel.kind == "osdp":
            yield PortUse("osdp_panel.port", self.osdp_panel.port)
        if self.panel.kind == "wiegand":
            yield PortUse("panel.d0_port", self.panel.d0_port)
            yield PortUse("panel.d1_port", self.panel.d1_port)
