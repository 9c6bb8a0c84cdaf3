"""The settings: one TOML file, typed and strict, every fault of it reported at once.

``settings`` is what there is to set, with defaults, ranges and explanations; ``load`` finds and
checks the file; ``document`` writes the commented example from the same source.
"""

from edge.config.announcing import MqttSettings, WebhookSettings
from edge.config.document import settings_as_toml
from edge.config.liveness import LivenessSettings
from edge.config.load import load_settings
from edge.config.rekognition import RekognitionSettings
from edge.config.settings import (
    CameraSettings,
    DoorSettings,
    LiveSettings,
    LockSettings,
    ModelSettings,
    RecognitionSettings,
    Settings,
    SiteSettings,
    StorageSettings,
    WebSettings,
)

__all__ = [
    "CameraSettings",
    "DoorSettings",
    "LiveSettings",
    "LivenessSettings",
    "LockSettings",
    "ModelSettings",
    "MqttSettings",
    "RecognitionSettings",
    "RekognitionSettings",
    "Settings",
    "SiteSettings",
    "StorageSettings",
    "WebSettings",
    "WebhookSettings",
    "load_settings",
    "settings_as_toml",
]
