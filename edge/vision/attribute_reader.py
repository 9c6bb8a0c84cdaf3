"""From a face that was found to what can be told about it: for the API, never for a door."""

from __future__ import annotations

from edge.domain import Face, Pixels
from edge.vision.attributes import Attributes, attributes_of
from edge.vision.iris import Irises
from edge.vision.landmarks import Landmarks
from edge.vision.models import ModelStore


class AttributeReader:
    """Tells about faces that a :class:`edge.vision.recognizer.Recognizer` found.

    Separate from it so that a door neither loads nor runs the iris network. One object serves one
    thread.
    """

    def __init__(self, *, landmarks: Landmarks, irises: Irises) -> None:
        self._landmarks = landmarks
        self._irises = irises

    @classmethod
    def load(cls, store: ModelStore, *, threads: int = 1) -> AttributeReader:
        """Return a reader with the networks of *store*, each verified before it is loaded.

        :raises ModelError: if a network is missing, altered or cannot be loaded.
        """
        return cls(
            landmarks=Landmarks(store.path("face-mesh"), threads=threads),
            irises=Irises(store.path("iris"), threads=threads),
        )

    def attributes(self, pixels: Pixels, face: Face) -> Attributes:
        """Return the named points of *face* in the *pixels* it was found in, and what they tell.

        :raises ValueError: if the face has no mesh.
        """
        if face.mesh is None:
            raise ValueError("attributes are read from a face's mesh, and this face has none")
        return attributes_of(
            face,
            face.mesh,
            self._irises.eyes(pixels, face.mesh),
            certainty=self._landmarks.certainty(pixels, face.mesh),
        )
