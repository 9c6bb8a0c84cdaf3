"""``ostiary detect``: what is seen in a photo; nothing is stored."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.domain import Face, Pixels
from edge.errors import ImageError
from edge.exit_codes import NEGATIVE
from edge.vision.image import read_image

BOX_COLOUR, POINT_COLOUR, MESH_COLOUR = (80, 200, 80), (60, 60, 240), (230, 190, 120)
"""Blue, green, red."""


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--mesh", is_flag=True, help="Include the 468 mesh points in the JSON.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a copy of the photo with boxes, points and mesh drawn, to this .png or .jpg.",
)
@json_option
@pass_program
def detect(
    program: Program, photo: Path, picture: Path | None, *, mesh: bool, as_json: bool
) -> None:
    """Find the faces in PHOTO: boxes, points, pose and quality, largest first.

    Exit status 1 if there is no face.
    """
    pixels = read_image(photo)
    faces = program.core.lone_recognizer.faces(pixels)
    if picture is not None:
        _write_picture(picture, pixels, faces)
    if as_json:
        show_json([_described(face, mesh=mesh) for face in faces])
    elif not faces:
        say("There is no face in this photo.")
    else:
        _show(faces)
    if not faces:
        click.get_current_context().exit(NEGATIVE)


def _show(faces: tuple[Face, ...]) -> None:
    show_table(
        f"{counted(len(faces), 'face', 'faces')}, largest first",
        (">Box (px)", ">Confidence", ">Yaw°", ">Pitch°", ">Roll°", ">Sharp", ">Bright", "Quality"),
        (
            (
                f"{face.box.left:.0f},{face.box.top:.0f} {face.box.width:.0f}×{face.box.height:.0f}",
                f"{face.confidence:.1f} %",
                f"{face.quality.pose.yaw:.0f}",
                f"{face.quality.pose.pitch:.0f}",
                f"{face.quality.pose.roll:.0f}",
                f"{face.quality.sharpness:.0f} %",
                f"{face.quality.brightness:.0f} %",
                ", ".join(face.quality.reasons) or "good",
            )
            for face in faces
        ),
    )


def _described(face: Face, *, mesh: bool) -> dict[str, object]:
    described: dict[str, object] = {
        "box": face.box,
        "confidence": face.confidence,
        "points": face.points,
        "quality": face.quality,
    }
    if mesh:
        described["mesh"] = face.mesh
    return described


def _write_picture(path: Path, pixels: Pixels, faces: tuple[Face, ...]) -> None:
    drawn = pixels.copy()
    thickness = max(1, round(max(pixels.shape[:2]) / 500))
    for face in faces:
        if face.mesh is not None:
            for x, y, _ in np.round(face.mesh).astype(int):
                cv2.circle(drawn, (int(x), int(y)), thickness, MESH_COLOUR, -1)
        for x, y in np.round(face.points).astype(int):
            cv2.circle(drawn, (int(x), int(y)), 2 * thickness, POINT_COLOUR, -1)
        corner = (round(face.box.left), round(face.box.top))
        opposite = (round(face.box.right), round(face.box.bottom))
        cv2.rectangle(drawn, corner, opposite, BOX_COLOUR, 2 * thickness)
    try:
        written = cv2.imwrite(str(path), drawn)
    except cv2.error as error:
        raise _unwritable(path) from error
    if not written:
        raise _unwritable(path)


def _unwritable(path: Path) -> ImageError:
    return ImageError(
        f"{path} cannot be written",
        remedy="Name a file that ends in .png or .jpg, in a folder that you may write.",
    )
