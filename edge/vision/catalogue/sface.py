"""SFace as Ostiary uses it: the cards of one published network in two precisions, and of two looks.

Each makes vectors of its own, which are not compared with another's, although they would nearly
agree: what a cosine is worth was measured for each.
"""

from __future__ import annotations

from pathlib import Path

from edge.domain import ModelId
from edge.similarity import Calibration
from edge.vision.card import EmbedderCard, Template
from edge.vision.catalogue import (
    sface_calibration,
    sface_int8_calibration,
    sface_int8_mirror_calibration,
)

ARCFACE_TEMPLATE: Template = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Five points in a chip of 112 × 112 pixels, from InsightFace's ``face_align.py``; SFace was
trained on faces aligned to it."""


def _card(
    name: str,
    file: str,
    sha256: str,
    *,
    knots: tuple[tuple[float, float], ...],
    provenance: str,
    mirrored: bool = False,
) -> EmbedderCard:
    return EmbedderCard(
        name=name,
        model=ModelId(name, sha256),
        file=Path(file),
        licence="Apache-2.0",
        input_size=112,
        channel_order="RGB",
        mean=0.0,  # the network subtracts its mean and scales by itself
        scale=1.0,
        template=ARCFACE_TEMPLATE,
        dimension=128,
        calibration=Calibration(
            cosines=tuple(cosine for cosine, _ in knots),
            log10_fmrs=tuple(rate for _, rate in knots),
            provenance=provenance,
        ),
        mirrored=mirrored,
    )


INT8 = _card(
    "sface-int8",
    "sface_int8.tflite",
    "1a5412458108748a19cf4f1ae04ea7435aa770fa94f496a83e8a969005ae01ae",
    knots=sface_int8_calibration.KNOTS,
    provenance=sface_int8_calibration.PROVENANCE,
)
"""What a door uses unless it is told otherwise."""

INT8_MIRROR = _card(
    "sface-int8-mirror",
    INT8.file.name,
    INT8.model.digest,
    knots=sface_int8_mirror_calibration.KNOTS,
    provenance=sface_int8_mirror_calibration.PROVENANCE,
    mirrored=True,
)
"""The same file, shown each face twice, the second time in a mirror: for whoever compares one photo
with one photo and has the time."""

FLOAT = _card(
    "sface",
    "sface.tflite",
    "e311e79352b38b89897b039aad720875e6ebd1446044f84ddf25a724b414fa95",
    knots=sface_calibration.KNOTS,
    provenance=sface_calibration.PROVENANCE,
)
"""As published, in float32: for collections that began with it, and to compare with."""
