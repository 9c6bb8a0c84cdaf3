"""A head that turns, nods, blinks and comes closer as it is told to, made of one real face's mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Points
from edge.liveness.sample import Sample

FPS = 12
OPEN, CLOSED = (np.random.default_rng(seed).normal(size=(2, 20, 40)) for seed in (1, 2))


@dataclass(frozen=True, slots=True)
class Look:
    """How a head is held: turns in degrees, its size as a factor, its eyes."""

    yaw: float = 0.0
    pitch: float = 0.0
    size: float = 1.0
    closed: bool = False


def turned(mesh: Points, yaw: float, pitch: float = 0.0) -> Points:
    """Turn a solid head about its middle, as a far camera sees it; yaw to the viewer's right."""
    across, up = np.radians((yaw, pitch))
    centre = mesh.mean(axis=0)
    y_axis = np.array(
        [[np.cos(across), 0, -np.sin(across)], [0, 1, 0], [np.sin(across), 0, np.cos(across)]]
    )
    x_axis = np.array([[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]])
    return np.asarray((mesh - centre) @ (y_axis @ x_axis).T + centre, np.float32)


def seen(mesh: Points, look: Look, at: float, *, texture: float | None = None) -> Sample:
    """Give the sample of a solid head that is held like *look*."""
    return Sample(
        at=at,
        mesh=turned(mesh * look.size, look.yaw, look.pitch).astype(np.float32),
        yaw=look.yaw,
        pitch=look.pitch,
        size=100 * look.size,
        eyes=(CLOSED if look.closed else OPEN).astype(np.float32),
        texture=texture,
    )


def film(
    mesh: Points,
    script: Callable[[float], Look],
    *,
    seconds: float,
    begin: float = 0.0,
    texture: float | None = None,
) -> list[Sample]:
    """Give the samples of a head that follows *script* for some seconds."""
    times = begin + np.arange(round(seconds * FPS)) / FPS
    return [seen(mesh, script(float(at)), float(at), texture=texture) for at in times]


def waved(mesh: Points, at: float, *, degrees: float = 25.0) -> Points:
    """Show a flat picture of a face, waved, by a camera near it: true perspective."""
    flat = mesh.astype(np.float64) - mesh.mean(axis=0)
    flat /= np.abs(flat).max()
    flat[:, 2] = 0
    a, b = np.radians(degrees) * np.sin(3.1 * at), np.radians(degrees / 2) * np.sin(2.3 * at + 1)
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turned_flat = flat @ (about_y @ about_x).T + (0, 0, 4)
    out: NDArray[np.float32] = mesh.copy()
    out[:, :2] = 100 * turned_flat[:, :2] / turned_flat[:, 2:] * 4 + 200
    return out
