"""An aligned face becomes a unit vector."""

from __future__ import annotations

import cv2
import numpy as np

from edge.domain import Embedding, Pixels, Points, normalized
from edge.vision.align import align
from edge.vision.card import EmbedderCard
from edge.vision.tflite import Network


class Embedder:
    """Turns a face into a vector with the network that its card describes.

    One object serves one thread.

    :raises ModelError: if the card's file is no network that can be run.
    """

    def __init__(self, card: EmbedderCard, *, threads: int = 1) -> None:
        self.card = card
        self._network = Network(card.file, threads=threads)
        self._template = np.array(card.template)

    def align(self, pixels: Pixels, points: Points) -> Pixels:
        """Return the chip, BGR, that the network is shown of the face with the five *points*.

        :raises ImageError: if the points coincide.
        """
        return align(pixels, points, self._template, side=self.card.input_size)

    def embed(self, chip: Pixels) -> Embedding:
        """Return the unit vector of an aligned face.

        If the card wants it *mirrored*, it is the mean of what the network makes of the chip and of
        its mirror image, each a unit vector: twice the time, and a face looks the same in a mirror.

        :raises EmbeddingError: if the network gives a vector without a direction.
        """
        seen = self._look(chip)
        if not self.card.mirrored:
            return seen
        mirrored = self._look(cv2.flip(chip, 1).astype(np.uint8, copy=False))
        return normalized(seen.vector + mirrored.vector, self.card.model)

    def _look(self, chip: Pixels) -> Embedding:
        # Turned in memory: numpy reads a reversed view ten times slower.
        pixels = cv2.cvtColor(chip, cv2.COLOR_BGR2RGB) if self.card.channel_order == "RGB" else chip
        centred = pixels.astype(np.float32) - np.float32(self.card.mean)
        (vectors,) = self._network.run(centred[None] * np.float32(self.card.scale))
        return normalized(vectors.reshape(-1), self.card.model)
