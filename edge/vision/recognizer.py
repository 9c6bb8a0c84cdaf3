"""From pixels to faces to embeddings: what the door, the kiosk and the API all call."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge.domain import Embedding, Face, ModelId, Pixels
from edge.errors import ImageError
from edge.similarity import Calibration
from edge.vision.card import EmbedderCard
from edge.vision.catalogue.sface import INT8
from edge.vision.detect import CONFIDENCE, Detection, Detector
from edge.vision.embed import Embedder
from edge.vision.landmarks import Landmarks, Mesh, five_of
from edge.vision.models import ModelStore
from edge.vision.pose import pose_of
from edge.vision.quality import QualityLimits, brightness_of, judge, occlusion_of, sharpness_of
from edge.vision.track import (
    LEAST_LIKENESS,
    LEAST_PRESENCE,
    carried,
    likeness,
    look_of,
    motion,
    moved,
    turned_far,
)

DOOR_SIDE = 320
"""Pixels of the longer side that :meth:`Recognizer.largest` searches: a face that is 40 pixels wide
in a 640-pixel frame is found in 93 of 100 frames, one of 60 in all, in a quarter of the time."""

MESH_SHARE = np.float32(0.5)
"""How much the mesh's five points count beside the detector's: their errors are independent, so the
mean is better than either. Accuracy on the 6,000 pairs of LFW, in ten folds: half and half 99.58 %,
three quarters of the mesh 99.43 %. True matches at FMR 1e-5, 1,050 photos of LFW turned by 20°:
the detector's points alone 89.4 %, half and half 96.8 %, three quarters 97.0 %, the mesh alone
96.6 %."""


class Recognizer:
    """Finds faces, judges them and embeds them. One object serves one thread.

    The parts are public so that their time can be measured one by one: *detector*, *landmarks*,
    *embedding*. *former* is the embedder that the site is being changed from: each face is then
    embedded by both.
    """

    def __init__(
        self,
        *,
        detector: Detector,
        landmarks: Landmarks,
        embedding: Embedder,
        limits: QualityLimits,
        former: Embedder | None = None,
    ) -> None:
        self.detector = detector
        self.landmarks = landmarks
        self.embedding = embedding
        self.limits = limits
        self.former = former
        self._shown: tuple[Face, Pixels] | None = None

    @classmethod
    def load(
        cls,
        store: ModelStore,
        *,
        embedder: str = INT8.name,
        former: EmbedderCard | None = None,
        threads: int = 1,
        detector_confidence: float = CONFIDENCE,
        limits: QualityLimits | None = None,
    ) -> Recognizer:
        """Return a recognizer with the networks of *store*, each verified before it is loaded.

        *threads* is how many cores one network may use. *detector_confidence* from 0 to 1.

        :raises ModelError: if a network is missing, altered or cannot be loaded.
        """
        return cls(
            detector=Detector(store.path("yunet"), confidence=detector_confidence, threads=threads),
            landmarks=Landmarks(store.path("face-mesh"), threads=threads),
            embedding=Embedder(store.embedder(embedder), threads=threads),
            limits=limits or QualityLimits(),
            former=None if former is None else Embedder(former, threads=threads),
        )

    @property
    def embedder(self) -> EmbedderCard:
        return self.embedding.card

    @property
    def model(self) -> ModelId:
        return self.embedder.model

    @property
    def calibration(self) -> Calibration:
        return self.embedder.calibration

    def faces(self, pixels: Pixels, *, limit: int = 100) -> tuple[Face, ...]:
        """Return the faces in *pixels*, largest first, at most *limit*."""
        found = self.detector.detect(pixels)
        return tuple(self.analyse(pixels, detection) for detection in found[:limit])

    def largest(self, pixels: Pixels) -> Face | None:
        """Return the face that takes up most of *pixels*, or None; made for the frames of a door.

        Searches at :data:`DOOR_SIDE`, so it overlooks faces too small for a door.
        """
        found = self.detector.detect(pixels, side=DOOR_SIDE)
        return self.analyse(pixels, found[0]) if found else None

    def analyse(self, pixels: Pixels, detection: Detection) -> Face:
        """Return a face that was found, with its mesh and its quality.

        The face's points are a mean of the mesh's and the detector's, see :data:`MESH_SHARE`.
        """
        return self._judged(pixels, detection, self.landmarks.mesh(pixels, detection))

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        """Return what became of *face*, of the picture before, or None where that is in doubt.

        No search is made: *pixels* may hold a larger face by now. Its confidence and its look stay
        those of the search that found it; all else is of this picture.
        """
        if face.mesh is None or face.look is None:
            return None
        mesh = self.landmarks.again(pixels, face.mesh)
        if not mesh.presence >= LEAST_PRESENCE:
            return None
        try:
            by = motion(face.mesh, mesh.points)
        except ImageError:
            return None
        height, width = pixels.shape[:2]
        box = moved(face.box, by, width=width, height=height)
        if box is None or turned_far(face.quality.pose, pose_of(mesh.points)):
            return None
        before = five_of(face.mesh)
        found = before + (face.points - before) / (1 - MESH_SHARE)
        detection = Detection(box, face.confidence, carried(found, before, mesh.five, by))
        now = self._judged(pixels, detection, mesh)
        if now.look is None or not likeness(now.look, face.look) >= LEAST_LIKENESS:
            return None
        followed = replace(now, look=face.look)
        if self._shown is not None:
            self._shown = followed, self._shown[1]
        return followed

    def _judged(self, pixels: Pixels, detection: Detection, mesh: Mesh) -> Face:
        points = MESH_SHARE * mesh.five + (1 - MESH_SHARE) * detection.points
        chip = self.embedding.align(pixels, points)
        quality = judge(
            confidence=detection.confidence,
            size=detection.box.shorter_side,
            pose=pose_of(mesh.points),
            sharpness=sharpness_of(chip),
            brightness=brightness_of(chip),
            occlusion=occlusion_of(mesh.presence, detection.points, mesh.five),
            limits=self.limits,
        )
        look = look_of(chip)
        face = Face(detection.box, detection.confidence, points, mesh.points, quality, look)
        self._shown = face, chip  # a face that is good enough is embedded next
        return face

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        """Return the embedding of *face* in the *pixels* it was found in, by the former one, too.

        :raises EmbeddingError: if the network gives a vector without a direction.
        """
        shown, self._shown = self._shown, None
        if shown is not None and shown[0] is face:
            chip = shown[1]
        else:
            chip = self.embedding.align(pixels, face.points)
        embedding = self.embedding.embed(chip)
        if self.former is None:
            return embedding
        former = self.former.embed(self.former.align(pixels, face.points))
        return replace(embedding, former=former)
