"""What is compared: contenders that find the largest face of a frame, embed an aligned one, or both.

Each is used as its own documentation shows. Its libraries are imported when it is made, so that a
process has in memory what its contender needs, and no more.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.benchmark.stopwatch import ALIGN, DETECT, EMBED, POINTS, Stopwatch

Pixels = NDArray[np.uint8]

CONFIDENCE = 0.6
"""What the door asks of YuNet; OpenCV's samples have 0.9, MediaPipe's default is 0.5."""

DOOR_SIDE = 320
"""Pixels of the longer side at which the door searches."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the networks lie, as text.

    *models*: our store. *fixed* and *published*: the float embedder, with its weights fixed and as
    its publisher lists them; *yunet*: the detector as published. *dlib* is None where
    face_recognition is left out, *blazeface* where
    MediaPipe is.
    """

    models: str
    yunet: str
    fixed: str
    published: str
    dlib: str | None
    blazeface: str | None


class Embeds(ABC):
    """One way from an aligned face to an embedding."""

    @abstractmethod
    def embed(self, chip: Pixels) -> None:
        """Embed *chip*, an aligned face of 112×112 pixels, BGR."""

    def time_embedding(self, chip: Pixels, clock: Callable[[], float]) -> float:
        """Return the seconds of *clock* that embedding *chip* takes."""
        began = clock()
        self.embed(chip)
        return clock() - began


class Looks(ABC):
    """One way from a frame to an embedding, or to a face and no further."""

    watch: Stopwatch

    @abstractmethod
    def look(self, frame: Pixels) -> bool:
        """Find the largest face of *frame* and do with it what is done; return whether there was one."""

    def time_looking(self, frame: Pixels) -> dict[str, float] | None:
        """Return the seconds of each lap on *frame*, or None if no face was found."""
        self.watch.laps.clear()
        began = self.watch.clock()
        found = self.look(frame)
        laps = self.watch.ended(self.watch.clock() - began)
        return laps if found else None


class Ostiary(Looks, Embeds):
    """Ours: detector at the door's size, mesh, quality, SFace in TFLite as *embedder* names it."""

    def __init__(self, files: Files, threads: int, *, embedder: str) -> None:
        from pathlib import Path  # noqa: PLC0415 - see the module

        import cv2  # noqa: PLC0415

        from edge.benchmark.stages import watched  # noqa: PLC0415
        from edge.vision.models import ModelStore  # noqa: PLC0415
        from edge.vision.recognizer import Recognizer  # noqa: PLC0415

        cv2.setNumThreads(threads)
        self.watch = Stopwatch()
        parts = Recognizer.load(ModelStore(Path(files.models)), embedder=embedder, threads=threads)
        self._embedding = parts.embedding
        self._recognizer = watched(parts, self.watch)

    def look(self, frame: Pixels) -> bool:
        face = self._recognizer.largest(frame)
        if face is not None:
            self._recognizer.embed(frame, face)
        return face is not None

    def embed(self, chip: Pixels) -> None:
        self._embedding.embed(chip)


class OpenCv(Looks, Embeds):
    """OpenCV's own classes: YuNet and SFace through its dnn module, float.

    YuNet searches the whole frame, or one that is scaled down to *side* pixels.
    """

    def __init__(self, files: Files, threads: int, *, side: int | None) -> None:
        import cv2  # noqa: PLC0415

        cv2.setNumThreads(threads)
        self._cv2 = cv2
        self._side = side
        self._size = (320, 240)
        self.watch = Stopwatch()
        self._detector = cv2.FaceDetectorYN.create(files.yunet, "", self._size, CONFIDENCE)
        self._embedder = cv2.FaceRecognizerSF.create(files.fixed, "")

    def look(self, frame: Pixels) -> bool:
        with self.watch.lap(DETECT):
            largest = self._largest(frame)
        if largest is None:
            return False
        with self.watch.lap(ALIGN):
            chip = self._embedder.alignCrop(frame, largest)
        with self.watch.lap(EMBED):
            self._embedder.feature(chip)
        return True

    def embed(self, chip: Pixels) -> None:
        self._embedder.feature(chip)

    def _largest(self, frame: Pixels) -> NDArray[np.float32] | None:
        height, width = frame.shape[:2]
        factor = 1.0 if self._side is None else self._side / max(width, height)
        searched: Any = frame
        if factor != 1.0:
            size = (round(width * factor), round(height * factor))
            searched = self._cv2.resize(frame, size, interpolation=self._cv2.INTER_AREA)
        size = (searched.shape[1], searched.shape[0])
        if size != self._size:
            self._detector.setInputSize(size)
            self._size = size
        faces = self._detector.detect(searched)[1]
        if faces is None:
            return None
        largest = np.array(max(faces, key=lambda face: float(face[2] * face[3])), np.float32)
        largest[:14] /= np.float32(factor)
        return largest


class FaceRecognition(Looks, Embeds):
    """The way of the package `face_recognition`: dlib's HOG detector, five points, ResNet.

    dlib has one thread for each of these, however many there are.
    """

    def __init__(self, files: Files, threads: int, *, upsample: int) -> None:  # noqa: ARG002
        from pathlib import Path  # noqa: PLC0415

        import dlib  # noqa: PLC0415
        from dlib_weights import EMBEDDER  # noqa: PLC0415
        from dlib_weights import POINTS as FIVE  # noqa: PLC0415

        if files.dlib is None:
            raise ValueError("face_recognition needs dlib's weights")
        self._upsample = upsample
        self.watch = Stopwatch()
        self._detector = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(str(Path(files.dlib) / FIVE))
        self._embedder = dlib.face_recognition_model_v1(str(Path(files.dlib) / EMBEDDER))
        self._resize_image = dlib.resize_image

    def look(self, frame: Pixels) -> bool:
        rgb = np.ascontiguousarray(frame[:, :, ::-1])
        with self.watch.lap(DETECT):
            faces = self._detector(rgb, self._upsample)
        if not faces:
            return False
        with self.watch.lap(POINTS):
            points = self._points(rgb, max(faces, key=lambda face: face.area()))
        with self.watch.lap(EMBED):  # aligns, too: the library does both in one call
            self._embedder.compute_face_descriptor(rgb, points, 1)
        return True

    def embed(self, chip: Pixels) -> None:
        # The network takes 150×150; resizing is the little that aligning leaves to do.
        rgb = self._resize_image(np.ascontiguousarray(chip[:, :, ::-1]), 150, 150)
        self._embedder.compute_face_descriptor(rgb)


class OnnxRuntime(Embeds):
    """The embedder alone, in onnxruntime, on the same float weights."""

    def __init__(self, files: Files, threads: int, *, fixed: bool) -> None:
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            files.fixed if fixed else files.published, options, providers=["CPUExecutionProvider"]
        )
        (self._input,) = (item.name for item in self._session.get_inputs()[:1])

    def embed(self, chip: Pixels) -> None:
        blob = np.ascontiguousarray(chip[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
        self._session.run(None, {self._input: blob})


class MediaPipe(Looks):
    """MediaPipe's FaceDetector (BlazeFace at short range), by its tasks: a face, and no further.

    It has no setting for threads and takes every core that the process may have: so many are left it.
    """

    def __init__(self, files: Files, threads: int) -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        import mediapipe  # noqa: PLC0415
        from mediapipe.tasks.python import vision  # noqa: PLC0415
        from mediapipe.tasks.python.core.base_options import BaseOptions  # noqa: PLC0415
        from mediapipe_model import described  # noqa: PLC0415

        if files.blazeface is None:
            raise ValueError("MediaPipe needs the file of its network")
        self.watch = Stopwatch()
        self._mediapipe = mediapipe
        self._detector = vision.FaceDetector.create_from_options(
            vision.FaceDetectorOptions(
                base_options=BaseOptions(model_asset_buffer=described(files.blazeface))
            )
        )

    def look(self, frame: Pixels) -> bool:
        with self.watch.lap(DETECT):
            rgb = np.ascontiguousarray(frame[:, :, ::-1])
            image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=rgb)
            found = self._detector.detect(image).detections
        return bool(found)


OURS = "ostiary"
OURS_FLOAT = "  the same with the embedder in float"
DLIB = "face_recognition: HOG + 5 points + ResNet"
DLIB_DEFAULT = "  the same with its default upsampling"
OPENCV = "OpenCV dnn: YuNet + SFace float"
OPENCV_SMALL = "  the same, searching at 320 pixels"
MEDIAPIPE = "MediaPipe FaceDetector (no embedding)"
ONNX = "onnxruntime: SFace float, weights fixed"
ONNX_AS_PUBLISHED = "onnxruntime: SFace float, as published"

Build = Callable[[Files, int], Looks | Embeds]

BUILDERS: dict[str, Build] = {
    OURS: partial(Ostiary, embedder="sface-int8"),
    OURS_FLOAT: partial(Ostiary, embedder="sface"),
    DLIB: partial(FaceRecognition, upsample=0),
    DLIB_DEFAULT: partial(FaceRecognition, upsample=1),
    OPENCV: partial(OpenCv, side=None),
    OPENCV_SMALL: partial(OpenCv, side=DOOR_SIDE),
    MEDIAPIPE: MediaPipe,
    ONNX: partial(OnnxRuntime, fixed=True),
    ONNX_AS_PUBLISHED: partial(OnnxRuntime, fixed=False),
}
PIPELINES = (OURS, OURS_FLOAT, DLIB, DLIB_DEFAULT, OPENCV, OPENCV_SMALL)
EMBEDDERS = (OURS, OURS_FLOAT, OPENCV, ONNX, ONNX_AS_PUBLISHED, DLIB)
WITH_DLIB = (DLIB, DLIB_DEFAULT)
