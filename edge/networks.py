"""Loading the networks as the settings want them."""

from __future__ import annotations

import cv2

from edge.config import Settings
from edge.vision.card import EmbedderCard
from edge.vision.models import ModelStore
from edge.vision.quality import QualityLimits
from edge.vision.recognizer import Recognizer


def load_recognizer(
    settings: Settings, models: ModelStore, *, former: EmbedderCard | None = None
) -> Recognizer:
    """Return a recognizer for one thread at a time; *former* embeds beside that of the settings.

    :raises ModelError: if a model is missing or is not the one in the catalogue.
    """
    wanted = settings.recognition
    # OpenCV's own pool would otherwise take every core, and fight the interpreter for them.
    cv2.setNumThreads(wanted.threads)
    return Recognizer.load(
        models,
        embedder=settings.models.embedder,
        former=former,
        threads=wanted.threads,
        detector_confidence=wanted.detector_confidence / 100,
        limits=QualityLimits(
            min_confidence=wanted.min_confidence,
            min_size=wanted.min_face_size,
            max_yaw=wanted.max_yaw,
            max_pitch=wanted.max_pitch,
            max_roll=wanted.max_roll,
            min_sharpness=wanted.min_sharpness,
            min_brightness=wanted.min_brightness,
            max_brightness=wanted.max_brightness,
            max_occlusion=wanted.max_occlusion,
        ),
    )
