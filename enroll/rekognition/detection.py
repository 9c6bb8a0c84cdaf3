"""DetectFaces and CompareFaces: pictures are looked at, answered about, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from edge.domain import Face, Pixels
from edge.vision.quality_filter import QualityFilter, unfit
from enroll.rekognition.call import Answer, Call
from enroll.rekognition.details import compared, detailed, found_box
from enroll.rekognition.errors import ServiceError, invalid
from enroll.rekognition.images import pixels_of
from enroll.rekognition.members import WIRE, Attributes, Image, Percent

MOST_FACES = 100
"""Faces looked at in one picture, the largest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    image: Image
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareFaces:
    """A request."""

    __pydantic_config__: ClassVar[ConfigDict] = WIRE

    source_image: Image
    target_image: Image
    similarity_threshold: Percent | None = None
    quality_filter: QualityFilter | None = None


def detect_faces(call: Call, request: DetectFaces) -> Answer:
    """Tell what there is to tell about every face in a picture."""
    examiner = call.here.core.examiner
    pixels = pixels_of(call, request.image)
    return {
        "FaceDetails": [
            detailed(examiner, pixels, face, request.attributes or ())
            for face in examiner.faces(pixels, limit=MOST_FACES)
        ]
    }


def compare_faces(call: Call, request: CompareFaces) -> Answer:
    """Compare the largest face of one picture with every face of another."""
    examiner = call.here.core.examiner
    wanted = request.quality_filter or QualityFilter.NONE
    least = 80.0 if request.similarity_threshold is None else request.similarity_threshold
    source, target = (
        pixels_of(call, image) for image in (request.source_image, request.target_image)
    )
    whose = searched_face(call, source, wanted)
    others = fit_faces(call, target, wanted)
    if not others:
        raise no_face("target image")
    template = examiner.embed(source, whose).embedding
    matches, unmatched = [], []
    for face in others:
        cosine = examiner.embed(target, face).embedding.cosine(template)
        similarity = examiner.calibration.similarity(cosine)
        told = compared(target, face)
        if similarity >= least:
            matches.append({"Similarity": similarity, "Face": told})
        else:
            unmatched.append(told)
    return {
        "SourceImageFace": {
            "BoundingBox": found_box(source, whose),
            "Confidence": whose.confidence,
        },
        "FaceMatches": sorted(matches, key=lambda match: -float(match["Similarity"])),
        "UnmatchedFaces": unmatched,
    }


def fit_faces(call: Call, pixels: Pixels, wanted: QualityFilter) -> tuple[Face, ...]:
    """Return the faces in *pixels* that reach the quality *wanted*, largest first."""
    examiner = call.here.core.examiner
    return tuple(
        face
        for face in examiner.faces(pixels, limit=MOST_FACES)
        if not unfit(face, wanted, own=examiner.limits)
    )


def searched_face(call: Call, pixels: Pixels, wanted: QualityFilter) -> Face:
    """Return the largest face in *pixels* that reaches the quality *wanted*.

    :raises ServiceError: InvalidParameterException, if there is none.
    """
    if wanted is QualityFilter.NONE:  # then the others need not be looked at
        faces = call.here.core.examiner.faces(pixels, limit=1)
    else:
        faces = fit_faces(call, pixels, wanted)
    if not faces:
        raise no_face("image")
    return faces[0]


def no_face(where: str) -> ServiceError:
    """Return the error for a picture that must show a face."""
    return invalid(f"There are no faces in the {where}. Should be at least 1.")
