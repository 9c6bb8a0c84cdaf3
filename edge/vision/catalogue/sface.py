"""SFace as Ostiary uses it: the card of the default embedder."""

from __future__ import annotations

from pathlib import Path

from edge.domain import ModelId
from edge.similarity import Calibration
from edge.vision.card import EmbedderCard, Template
from edge.vision.catalogue.sface_calibration import KNOTS, PROVENANCE

NAME = "sface"
FILE = "sface.tflite"
SHA256 = "e311e79352b38b89897b039aad720875e6ebd1446044f84ddf25a724b414fa95"

ARCFACE_TEMPLATE: Template = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Five points in a chip of 112 × 112 pixels, from InsightFace's ``face_align.py``; SFace was
trained on faces aligned to it."""

CARD = EmbedderCard(
    name=NAME,
    model=ModelId(NAME, SHA256),
    file=Path(FILE),
    licence="Apache-2.0",
    input_size=112,
    channel_order="RGB",
    mean=0.0,  # the network subtracts its mean and scales by itself
    scale=1.0,
    template=ARCFACE_TEMPLATE,
    dimension=128,
    calibration=Calibration(
        cosines=tuple(cosine for cosine, _ in KNOTS),
        log10_fmrs=tuple(rate for _, rate in KNOTS),
        provenance=PROVENANCE,
    ),
)
