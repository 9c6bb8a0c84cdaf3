"""One frame of the kiosk's camera: looked at, judged, perhaps kept, and forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.domain import Box, Face, Pixels, fuse
from edge.enrolling import AGREEMENT_SIMILARITY, Enroller, Examined
from enroll.kiosk.codes import Code, read_code
from enroll.kiosk.guide import (
    ENROLLED,
    Instruction,
    Sight,
    advise,
    next_instruction,
)
from enroll.kiosk.visit import Capture, Visit

PRINTED_SHARE = 0.6
"""A printed face is at most this wide beside the person's own, when a hand holds it to the camera."""

LARGEST_SIDE = 1600
"""Pixels of a badge's photo that are searched: a telephone's 4000 find no more, and take longer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What to show about a frame: *kept* of *wanted* pictures, the face's *box* in fractions."""

    instruction: Instruction
    kept: int
    wanted: int
    box: Box | None = None

    @property
    def done(self) -> bool:
        return self.instruction is Instruction.DONE


@dataclass(frozen=True, slots=True)
class Printed:
    """What a badge says.

    *number* if a code was read; *similarity* in percent of its picture, if it shows one, to the
    person who holds it.
    """

    number: str | None
    similarity: float | None

    @property
    def alike(self) -> bool:
        return self.similarity is not None and self.similarity >= AGREEMENT_SIMILARITY


def look(visit: Visit, pixels: Pixels, *, enroller: Enroller, now: float) -> Seen:
    """Return what to say about a frame after keeping its face, if it is one that is wanted."""
    faces = enroller.look(pixels)
    sight = _sight(pixels, faces)
    if not faces:
        visit.waiting_since = now
    advice = advise(sight, visit.taken, waited=now - visit.waiting_since)
    instruction = advice.instruction
    if advice.keep is not None:
        examined = enroller.embed(pixels, faces[0])
        if _agrees(examined, visit.enrolled, enroller):
            visit.captures.append(Capture(advice.keep, examined))
            visit.waiting_since = now
            instruction = next_instruction(visit.taken)
        else:
            instruction = Instruction.SAME_PERSON
    return Seen(instruction, len(visit.captures), len(ENROLLED) + 1, sight.box)


def read_badge(visit: Visit, pixels: Pixels, *, enroller: Enroller) -> Printed:
    """Return what a picture of a badge says, its face compared 1:1 with the person before it."""
    pixels = _scaled(pixels)
    code = read_code(pixels)
    similarity = None
    face = _portrait(visit, enroller.faces(pixels), code, pixels.shape[1])
    if face is not None:
        similarity = _similarity(enroller.embed(pixels, face), visit.enrolled, enroller)
    return Printed(None if code is None else code.number, similarity)


def _sight(pixels: Pixels, faces: tuple[Face, ...]) -> Sight:
    if not faces:
        return Sight(faces=0)
    height, width = pixels.shape[:2]
    box = faces[0].box
    return Sight(
        faces=len(faces),
        box=box.relative_to(width, height),
        share=box.shorter_side / min(width, height),
        quality=faces[0].quality,
    )


def _agrees(examined: Examined, before: tuple[Examined, ...], enroller: Enroller) -> bool:
    """Return whether it is the person of the pictures before; nobody steps in unnoticed."""
    return not before or _similarity(examined, before, enroller) >= AGREEMENT_SIMILARITY


def _similarity(examined: Examined, others: tuple[Examined, ...], enroller: Enroller) -> float:
    """Return how alike a face is to the others fused, in percent."""
    fused = fuse([other.embedding for other in others])
    return enroller.calibration.similarity(examined.embedding.cosine(fused))


def _portrait(visit: Visit, faces: tuple[Face, ...], code: Code | None, width: int) -> Face | None:
    """Return the printed face: a small one, and the one nearest the code.

    The person herself looks over the card she holds, and must not be compared with herself.
    """
    if not visit.enrolled:
        return None
    own = min(each.box.width for each in visit.enrolled) * width
    small = [face for face in faces if face.box.width <= PRINTED_SHARE * own]
    if code is None:
        return next(iter(small), None)

    def distance(face: Face) -> float:
        x, y = face.box.centre
        return (x - code.x) ** 2 + (y - code.y) ** 2

    return min(small, key=distance, default=None)


def _scaled(pixels: Pixels) -> Pixels:
    longest = max(pixels.shape[:2])
    if longest <= LARGEST_SIDE:
        return pixels
    scale = LARGEST_SIDE / longest
    smaller = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return smaller.astype(np.uint8, copy=False)
