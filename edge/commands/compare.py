"""``ostiary compare``: are two photos of one person; nothing is stored."""

from __future__ import annotations

from pathlib import Path

import click

from edge.commands.console import json_option, percent, say, show_json
from edge.commands.program import Program, pass_program
from edge.domain import Embedding
from edge.errors import NoFaceError
from edge.exit_codes import NEGATIVE
from edge.similarity import UNLOCK_SIMILARITY, fmr_of_similarity
from edge.vision.image import read_image
from edge.vision.recognizer import Recognizer


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option(
    "--threshold",
    default=UNLOCK_SIMILARITY,
    show_default=True,
    type=click.FloatRange(0, 100, max_open=True),
    help="Similarity, in percent, that one person must exceed.",
)
@json_option
@pass_program
def compare(
    program: Program, first: Path, second: Path, threshold: float, *, as_json: bool
) -> None:
    """Compare the largest faces of the photos FIRST and SECOND.

    Exit status 1 if they are not alike enough to be one person.
    """
    recognizer = program.core.lone_recognizer
    cosine = largest_embedding(recognizer, first).cosine(largest_embedding(recognizer, second))
    similarity = recognizer.calibration.similarity(cosine)
    alike = similarity > threshold
    if as_json:
        show_json({"similarity": similarity, "cosine": cosine, "match": alike})
    else:
        rate = max(fmr_of_similarity(similarity), 1e-12)
        say(f"Similarity {percent(similarity)} (cosine {cosine:.3f}).")
        say(f"One pair of strangers in {1 / rate:,.0f} is that alike.")
        say(
            "The same person."
            if alike
            else f"Not one person: {percent(threshold)} is not exceeded."
        )
    if not alike:
        click.get_current_context().exit(NEGATIVE)


def largest_embedding(recognizer: Recognizer, photo: Path) -> Embedding:
    """Return the embedding of the largest face in *photo*.

    :raises ImageError: if it cannot be read.
    :raises NoFaceError: if there is no face in it.
    """
    pixels = read_image(photo)
    faces = recognizer.faces(pixels, limit=1)
    if not faces:
        raise NoFaceError(f"there is no face in {photo}", remedy="Use a photo that shows one.")
    return recognizer.embed(pixels, faces[0])
