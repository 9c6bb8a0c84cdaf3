"""What is compared: each contender finds the largest face of a frame and makes its embedding.

Each is used as its own documentation shows. Every one runs on a single thread.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import onnxruntime
from dlib_weights import EMBEDDER, POINTS

from edge.domain import Pixels
from edge.vision.detect import CONFIDENCE, Detector
from edge.vision.embed import Embedder
from edge.vision.landmarks import Landmarks
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

DETECT, POINTS_LAP, ALIGN, EMBED, REST = "detect", "points", "align", "embed", "rest"
LAPS = (DETECT, POINTS_LAP, ALIGN, EMBED, REST)


@dataclass(frozen=True, slots=True)
class Files:
    """Where the networks lie.

    *models*: our store. *fixed* and *published*: the float embedder, with its weights fixed and as
    its publisher lists them; *yunet*: the detector as published. *dlib* is None where
    face_recognition is left out.
    """

    models: Path
    yunet: Path
    fixed: Path
    published: Path
    dlib: Path | None


@dataclass(slots=True)
class Stopwatch:
    """Seconds by lap."""

    laps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Add the time of the block to the lap *name*."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.laps[name] = self.laps.get(name, 0.0) + time.perf_counter() - began


class Contender(ABC):
    """One way from an aligned face to an embedding."""

    @abstractmethod
    def embed(self, chip: Pixels) -> None:
        """Embed *chip*, an aligned face of 112×112 pixels, BGR."""

    def time_embedding(self, chip: Pixels) -> float:
        """Return the seconds that embedding *chip* takes."""
        began = time.perf_counter()
        self.embed(chip)
        return time.perf_counter() - began


class Pipeline(Contender):
    """One way from a frame to an embedding."""

    def __init__(self) -> None:
        self.watch = Stopwatch()

    @abstractmethod
    def recognize(self, frame: Pixels) -> bool:
        """Find the largest face of *frame* and embed it; return whether there was one."""

    def time_recognizing(self, frame: Pixels) -> dict[str, float] | None:
        """Return the seconds of each lap on *frame*, or None if no face was found."""
        self.watch.laps.clear()
        began = time.perf_counter()
        found = self.recognize(frame)
        total = time.perf_counter() - began
        rest = total - sum(self.watch.laps.values())
        return {**self.watch.laps, REST: rest} if found else None


class Timed:
    """Stands before a part and times its methods, without changing what it does."""

    def __init__(self, part: object, watch: Stopwatch, laps: dict[str, str]) -> None:
        self._part, self._watch, self._laps = part, watch, laps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if name not in self._laps:
            return value

        def timed(*arguments: Any, **keywords: Any) -> Any:
            with self._watch.lap(self._laps[name]):
                return value(*arguments, **keywords)

        return timed


class Ostiary(Pipeline):
    """Ours: YuNet at the door's size, mesh, quality, SFace in TFLite as *embedder* names it."""

    def __init__(self, files: Files, *, embedder: str) -> None:
        super().__init__()
        parts = Recognizer.load(ModelStore(files.models), embedder=embedder, threads=1)
        self._embedding = parts.embedding
        self._recognizer = Recognizer(
            detector=cast("Detector", Timed(parts.detector, self.watch, {"detect": DETECT})),
            landmarks=cast("Landmarks", Timed(parts.landmarks, self.watch, {"mesh": POINTS_LAP})),
            embedding=cast(
                "Embedder",
                Timed(parts.embedding, self.watch, {"align": ALIGN, "embed": EMBED}),
            ),
            limits=parts.limits,
        )

    def recognize(self, frame: Pixels) -> bool:
        face = self._recognizer.largest(frame)
        if face is not None:
            self._recognizer.embed(frame, face)
        return face is not None

    def embed(self, chip: Pixels) -> None:
        self._embedding.embed(chip)


class OpenCv(Pipeline):
    """OpenCV's own classes: YuNet at the frame's size, SFace through its dnn module, float."""

    def __init__(self, files: Files) -> None:
        super().__init__()
        self._detector = cv2.FaceDetectorYN.create(str(files.yunet), "", (640, 480), CONFIDENCE)
        self._embedder = cv2.FaceRecognizerSF.create(str(files.fixed), "")

    def recognize(self, frame: Pixels) -> bool:
        with self.watch.lap(DETECT):
            faces = self._detector.detect(frame)[1]
        if faces is None:
            return False
        largest = max(faces, key=lambda face: face[2] * face[3])
        with self.watch.lap(ALIGN):
            chip = self._embedder.alignCrop(frame, largest)
        with self.watch.lap(EMBED):
            self._embedder.feature(chip)
        return True

    def embed(self, chip: Pixels) -> None:
        self._embedder.feature(chip)


class FaceRecognition(Pipeline):
    """The way of the package `face_recognition`: dlib's HOG detector, five points, ResNet."""

    def __init__(self, files: Files, *, upsample: int) -> None:
        super().__init__()
        import dlib  # noqa: PLC0415 - only this contender needs it

        if files.dlib is None:
            raise ValueError("face_recognition needs dlib's weights")
        self._upsample = upsample
        self._detector = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(str(files.dlib / POINTS))
        self._embedder = dlib.face_recognition_model_v1(str(files.dlib / EMBEDDER))

    def recognize(self, frame: Pixels) -> bool:
        rgb = np.ascontiguousarray(frame[:, :, ::-1])
        with self.watch.lap(DETECT):
            faces = self._detector(rgb, self._upsample)
        if not faces:
            return False
        with self.watch.lap(POINTS_LAP):
            points = self._points(rgb, max(faces, key=lambda face: face.area()))
        with self.watch.lap(EMBED):  # aligns, too: the library does both in one call
            self._embedder.compute_face_descriptor(rgb, points, 1)
        return True

    def embed(self, chip: Pixels) -> None:
        # The network takes 150×150; resizing is the little that aligning leaves to do.
        rgb = cv2.resize(np.ascontiguousarray(chip[:, :, ::-1]), (150, 150))
        self._embedder.compute_face_descriptor(rgb)


class OnnxRuntime(Contender):
    """The embedder alone, in onnxruntime, on the same float weights."""

    def __init__(self, files: Files, *, fixed: bool) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # it warns of every weight that it could not fold
        self._session = onnxruntime.InferenceSession(
            str(files.fixed if fixed else files.published),
            options,
            providers=["CPUExecutionProvider"],
        )
        self._input = self._session.get_inputs()[0].name

    def embed(self, chip: Pixels) -> None:
        planes = np.ascontiguousarray(chip[:, :, ::-1].transpose(2, 0, 1), np.float32)
        self._session.run(None, {self._input: planes[None]})
