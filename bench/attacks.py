"""Presentation attacks, drawn from any photo or clip: what a camera would see of them.

A pinhole camera looks at a flat (or bent) thing in the hand. Every point of it is moved in three
dimensions and projected, so the geometry is that of a real attack: homographies for flat things,
true bends for bent ones. Texture, light and optics are only imitated: these species prove geometry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Pixels

WIDTH, HEIGHT = 640, 480
FOCAL = 620.0
"""Pixels: 55° across, as a Raspberry Pi camera 3 has 66° and a web camera about 55°."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """One kind of attack.

    *turn*: degrees that it is turned either way, on purpose; *tremor*: degrees of the hand that
    holds it. *bend*: angle in degrees between its two edges. *screen*: a display, else paper.
    *video*: shows a clip, else one picture. *holes*: somebody blinks through the paper. *mask*: cut
    out along the face and worn. *fills*: nothing but it is seen.
    """

    name: str
    turn: float = 0.0
    tremor: float = 0.6
    bend: float = 0.0
    screen: bool = False
    video: bool = False
    holes: bool = False
    mask: bool = False
    fills: bool = False


SPECIES: tuple[Species, ...] = (
    Species(name="print, fixed", tremor=0.0),
    Species(name="print, held still"),
    Species(name="print, waved", turn=25.0),
    Species(name="print, bent and waved", turn=20.0, bend=60.0),
    Species(name="print, eye holes", turn=15.0, holes=True),
    Species(name="print mask, worn", turn=20.0, bend=70.0, mask=True),
    Species(name="tablet photo, held still", screen=True),
    Species(name="tablet photo, waved", turn=25.0, screen=True),
    Species(name="screen photo, filling", tremor=0.0, screen=True, fills=True),
    Species(name="tablet video, held", turn=3.0, screen=True, video=True),
    Species(name="screen video, filling", tremor=0.0, screen=True, video=True, fills=True),
)


def attack(
    species: Species, pictures: list[Pixels], *, frames: int, fps: float, seed: int
) -> Iterator[Pixels]:
    """Give what the camera sees of *species* showing *pictures*, in order where it is a video.

    The face fills the middle half of each picture's height, roughly; each try of another *seed* is
    held elsewhere, moved otherwise and lit otherwise.
    """
    draw = np.random.default_rng(seed)
    room = _room(draw)
    motion = _Motion(draw, species)
    shown = pictures if species.video else pictures[:1]
    # The lamp that a screen reflects, and the fibres of the paper, stay where they are.
    texture = [_displayed(picture, species, np.random.default_rng(seed)) for picture in shown]
    gain, cast = draw.uniform(0.75, 1.1), draw.uniform(0.93, 1.07, 3)
    blink = _blinks(draw, frames, fps)
    noise = draw.normal(0, 2.0, (HEIGHT + 64, WIDTH + 64, 3)).astype(np.float32)
    for index in range(frames):
        picture = texture[index % len(texture)]
        if species.holes and blink[index]:
            picture = _lids(picture)
        seen = _project(picture, room, motion, index / fps, species)
        if species.screen:
            seen = _refresh(seen, index / fps)
        yield _camera(seen, gain * cast, noise, draw)


class _Motion:
    """Where the thing is over time: slow turns on purpose, and the tremor of a hand."""

    def __init__(self, draw: np.random.Generator, species: Species) -> None:
        self._phase = draw.uniform(0, 2 * np.pi, 12)
        self._rate = draw.uniform(0.25, 0.6, 3)
        self._species = species
        # A hand trembles below 1 Hz and, weakly, around 8 Hz.
        self._slow, self._fast = draw.uniform(0.15, 0.8, 6), draw.uniform(6, 10, 6)
        self.distance = draw.uniform(0.36, 0.5) if not species.fills else 0.3
        self.offset = draw.uniform(-0.03, 0.03, 2) if not species.fills else np.zeros(2)
        self._axis = draw.uniform(0.35, 1.0, 2)

    def at(self, t: float) -> tuple[Array, Array]:
        """Return rotation in degrees (about x, y, z) and shift in metres at *t* seconds."""
        species = self._species
        turn = species.turn * np.sin(2 * np.pi * self._rate * t + self._phase[:3])
        turn *= np.array([0.6 * self._axis[0], self._axis[1], 0.25])
        wobble = np.sin(2 * np.pi * self._slow * t + self._phase[:6])
        shake = 0.15 * np.sin(2 * np.pi * self._fast * t + self._phase[6:])
        hand = species.tremor * (wobble + shake)
        shift = np.array([*self.offset, self.distance])
        shift[:2] += hand[3:5] * 0.006
        shift[2] += hand[5] * 0.006
        if species.turn:
            shift[0] += 0.02 * np.sin(2 * np.pi * self._rate[2] * t)
        return turn + hand[:3], shift


def _project(picture: Pixels, room: Pixels, motion: _Motion, t: float, species: Species) -> Pixels:
    """Draw *picture* where the motion puts it, over the *room*."""
    angles, shift = motion.at(t)
    side = 0.24  # metres: a face a little smaller than life, as on paper or a tablet
    rows, columns = picture.shape[:2]
    wide, tall = side * columns / max(rows, columns), side * rows / max(rows, columns)
    grid = 13 if species.bend else 2
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, grid), np.linspace(-0.5, 0.5, grid))
    x, y, z = u * wide, v * tall, np.zeros_like(u)
    if species.bend:
        radius = wide / np.radians(species.bend)
        x, z = radius * np.sin(u * wide / radius), radius * (1 - np.cos(u * wide / radius))
    points = np.stack([x, y, z], -1).reshape(-1, 3) @ _rotation(angles).T + shift
    image = FOCAL * points[:, :2] / points[:, 2:] + (WIDTH / 2, HEIGHT / 2)
    if species.bend:
        return _warped(picture, room, image.reshape(grid, grid, 2), cut=species.mask)
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]], np.float32)
    homography = cv2.getPerspectiveTransform(corners, image.astype(np.float32))
    if species.fills:
        room = np.zeros_like(room)
        zoom = 1.5 * max(WIDTH / np.ptp(image[:, 0]), HEIGHT / np.ptp(image[:, 1]))
        centre = np.array(
            [[zoom, 0, WIDTH / 2 * (1 - zoom)], [0, zoom, HEIGHT / 2 * (1 - zoom)], [0, 0, 1]]
        )
        homography = centre @ homography
    return _over(picture, room, np.asarray(homography, np.float64))


def _over(picture: Pixels, room: Pixels, homography: Array) -> Pixels:
    size = (WIDTH, HEIGHT)
    scale = float(np.sqrt(abs(np.linalg.det(homography[:2, :2]))))
    sharp = cv2.GaussianBlur(picture, (0, 0), 0.5 / scale) if scale < 0.8 else picture
    seen = cv2.warpPerspective(sharp, homography, size, flags=cv2.INTER_LINEAR)
    whole = np.full(picture.shape[:2], 255, np.uint8)
    cover = cv2.warpPerspective(whole, homography, size, flags=cv2.INTER_NEAREST)
    out = room.copy()
    cv2.copyTo(seen, cover, out)
    return out


def _warped(picture: Pixels, room: Pixels, image: Array, *, cut: bool) -> Pixels:
    """Draw a bent picture, cell by cell; *cut* leaves only the ellipse of a face."""
    out = room.copy()
    rows, columns = picture.shape[:2]
    cells = image.shape[0] - 1
    alpha = np.full((rows, columns), 255, np.uint8)
    if cut:
        alpha[:] = 0
        middle = (columns // 2, round(rows * 0.5))
        cv2.ellipse(alpha, middle, (round(columns * 0.21), round(rows * 0.30)), 0, 0, 360, 255, -1)
    for down in range(cells):
        for across in range(cells):
            source = (
                np.array(
                    [
                        [across, down],
                        [across + 1, down],
                        [across, down + 1],
                        [across + 1, down + 1],
                    ],
                    np.float32,
                )
                / cells
                * (columns, rows)
            )
            target = image[
                [down, down, down + 1, down + 1], [across, across + 1, across, across + 1]
            ]
            low, high = (
                np.floor(target.min(0)).astype(int) - 1,
                np.ceil(target.max(0)).astype(int) + 2,
            )
            low, high = np.maximum(low, 0), np.minimum(high, (WIDTH, HEIGHT))
            if (high <= low).any():
                continue
            homography = cv2.getPerspectiveTransform(
                source.astype(np.float32), (target - low).astype(np.float32)
            )
            size = (int(high[0] - low[0]), int(high[1] - low[1]))
            quad = np.zeros((size[1], size[0]), np.uint8)
            cv2.fillConvexPoly(quad, np.round(target[[0, 1, 3, 2]] - low).astype(np.int32), 255)
            seen = cv2.warpPerspective(picture, homography, size, borderMode=cv2.BORDER_REPLICATE)
            cover = cv2.warpPerspective(alpha, homography, size, borderMode=cv2.BORDER_REPLICATE)
            here = (quad > 0) & (cover > 127)
            out[low[1] : high[1], low[0] : high[0]][here] = seen[here]
    return out


def _rotation(degrees: Array) -> Array:
    x, y, z = (
        cv2.Rodrigues(np.radians(each) * axis)[0]
        for each, axis in zip(degrees, np.eye(3), strict=True)
    )
    return np.asarray(z @ y @ x, np.float64)


def _displayed(picture: Pixels, species: Species, draw: np.random.Generator) -> Pixels:
    """Return the thing that is held: paper with its fibres, or a screen with pixels and a bezel."""
    size = (600, round(600 * picture.shape[0] / picture.shape[1]))
    shown = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    if species.screen:
        shown[:, 0::3] *= (1.1, 0.95, 0.95)  # the sub-pixels of a row, which the camera beats with
        shown[:, 1::3] *= (0.95, 1.1, 0.95)
        shown[:, 2::3] *= (0.95, 0.95, 1.1)
        shown[0::3] *= 0.92
        _reflect(shown, draw)
        edge, colour = (
            (0, 0) if species.fills else (round(draw.uniform(14, 40)), draw.uniform(5, 40))
        )
    else:
        shown = 28 + shown * 0.82  # ink on paper has less contrast
        fibres = cv2.GaussianBlur(
            draw.normal(0, 10, shown.shape[:2]).astype(np.float32), (0, 0), 1.2
        )
        shown += fibres[..., None]
        edge, colour = round(draw.uniform(0, 30)), 235.0
    shown = np.clip(shown, 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.copyMakeBorder(shown, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(colour,) * 3),
        np.uint8,
    )


def _reflect(shown: NDArray[np.float32], draw: np.random.Generator) -> None:
    rows, columns = shown.shape[:2]
    lamp = np.zeros((rows, columns), np.float32)
    at = (int(draw.uniform(0, columns)), int(draw.uniform(0, rows)))
    cv2.ellipse(lamp, at, (columns // 8, rows // 20), draw.uniform(0, 180), 0, 360, 1.0, -1)
    shown += 60 * cv2.GaussianBlur(lamp, (0, 0), columns / 40)[..., None]


def _refresh(seen: Pixels, t: float) -> Pixels:
    """Let the bands of a display's refresh wander through the picture."""
    rows = np.arange(seen.shape[0])[:, None, None]
    band = 1 + 0.04 * np.sin(2 * np.pi * (rows / 160 + 1.7 * t))
    return np.clip(seen * band, 0, 255).astype(np.uint8)


def _lids(picture: Pixels) -> Pixels:
    """Close the eyes behind the holes: skin where they were, in the places an aligned face has."""
    out = picture.copy()
    rows, columns = out.shape[:2]
    for side in (-1, 1):
        middle = (round(columns * (0.5 + side * 0.075)), round(rows * 0.455))
        colour = out[min(middle[1] + rows // 16, rows - 1), middle[0]].tolist()
        cv2.ellipse(
            out, middle, (round(columns * 0.045), round(rows * 0.022)), 0, 0, 360, colour, -1
        )
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 1.0), np.uint8)


def _blinks(draw: np.random.Generator, frames: int, fps: float) -> NDArray[np.bool_]:
    closed = np.zeros(frames, bool)
    at = draw.uniform(0.5, 1.5)
    while at * fps < frames:
        closed[int(at * fps) : int((at + 0.2) * fps) + 1] = True
        at += draw.uniform(1.5, 3.0)
    return closed


def _room(draw: np.random.Generator) -> Pixels:
    """Return a wall with a few things on it, out of focus."""
    room = np.full((HEIGHT, WIDTH, 3), draw.uniform(60, 170, 3), np.float32)
    for _ in range(14):
        low = draw.uniform((-60, -60), (WIDTH, HEIGHT))
        high = low + draw.uniform(20, 260, 2)
        colour = draw.uniform(20, 230, 3).tolist()
        cv2.rectangle(room, low.astype(int).tolist(), high.astype(int).tolist(), colour, -1)
    return np.asarray(cv2.GaussianBlur(room, (0, 0), draw.uniform(1, 5)), np.uint8)


def _camera(
    seen: Pixels, gain: Array, noise: NDArray[np.float32], draw: np.random.Generator
) -> Pixels:
    lit = cv2.GaussianBlur(seen, (0, 0), 0.6).astype(np.float32) * gain.astype(np.float32)
    # One field of noise, seen elsewhere in each frame: drawing a million numbers anew is slow.
    down, across = draw.integers(0, 64, 2)
    lit += noise[down : down + seen.shape[0], across : across + seen.shape[1]]
    return np.asarray(np.clip(lit, 0, 255), np.uint8)
