"""The settings: one TOML file, typed and strict, every fault of it reported at once.

``settings`` is what there is to set, with defaults, ranges and explanations; ``load`` finds and
checks the file; ``document`` writes the commented example from the same source.
"""

from edge.config.announcing import MqttSettings, WebhookSettings
from edge.config.document import settings_as_toml
from edge.config.inputs import InputSettings
from edge.config.liveness import LivenessSettings
from edge.config.load import load_settings
from edge.config.lock import LockSettings
from edge.config.observing import LogSettings, MetricsSettings
from edge.config.osdp import OsdpPanelSettings, OsdpReaderSettings
from edge.config.portal import PortalSettings
from edge.config.readers import PanelSettings, ReaderSettings
from edge.config.rekognition import RekognitionSettings
from edge.config.settings import (
    CameraSettings,
    DoorSettings,
    LiveSettings,
    ModelSettings,
    RecognitionSettings,
    Settings,
    SiteSettings,
    StorageSettings,
    WebSettings,
)
from edge.config.signals import SignalSettings

__all__ = [
    "CameraSettings",
    "DoorSettings",
    "InputSettings",
    "LiveSettings",
    "LivenessSettings",
    "LockSettings",
    "LogSettings",
    "MetricsSettings",
    "ModelSettings",
    "MqttSettings",
    "OsdpPanelSettings",
    "OsdpReaderSettings",
    "PanelSettings",
    "PortalSettings",
    "ReaderSettings",
    "RecognitionSettings",
    "RekognitionSettings",
    "Settings",
    "SignalSettings",
    "SiteSettings",
    "StorageSettings",
    "WebSettings",
    "WebhookSettings",
    "load_settings",
    "settings_as_toml",
]
