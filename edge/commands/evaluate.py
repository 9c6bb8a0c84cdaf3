"""``ostiary evaluate``: how well the recognizer tells these people apart."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.commands.console import json_option, out, show_json
from edge.commands.own_people import labels_of, show_own
from edge.commands.program import Program, pass_program
from edge.config import Settings
from edge.core import Core
from edge.evaluation.analysis import Questions, analyse
from edge.evaluation.cache import EmbeddingCache, fingerprint
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.exclusions import Exclusions, read_exclusions
from edge.evaluation.groups.labels import GROUPS_FILE, PERSON
from edge.evaluation.measure import Measured, measure
from edge.evaluation.plot import draw_det, require_matplotlib
from edge.evaluation.protocol import read_pairs
from edge.evaluation.subject import FacePolicy
from edge.evaluation.tables import render
from edge.vision.recognizer import Recognizer

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--face",
    type=click.Choice([policy.value for policy in FacePolicy]),
    default=FacePolicy.NEAREST.value,
    show_default=True,
    help="Which face is meant where a photo shows several: the one nearest the photo's centre "
    "(none, if even that one lies off it), or the largest.",
)
@click.option(
    "--exclude",
    type=FILE,
    help="List of what to leave out, one a line: person, person/file, or person | person (never "
    "compare these two). Publish it beside the figures.",
)
@click.option(
    "--fuse",
    type=click.IntRange(min=2),
    metavar="K",
    help="Also compare sets of K photos of a person, fused as the door fuses frames; with --own, "
    "compare those alone.",
)
@click.option(
    "--good-only",
    is_flag=True,
    help="Also give the figures for the photos that the door's quality gate accepts.",
)
@click.option("--pairs", type=FILE, help="List of pairs (LFW's pairs.txt) for ten-fold accuracy.")
@click.option("--det", type=FILE, help="Draw the DET curve to this PNG file.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="Processes that measure photos; each takes one core and 150 MB.",
)
@click.option(
    "--cache",
    type=FILE,
    help="Keep the embeddings in this file for the next evaluation. They are biometric data, "
    "not encrypted, readable by you alone: keep the file where the photos are, and delete it with "
    "them. Without this option nothing is kept.",
)
@click.option(
    "--own",
    is_flag=True,
    help="The photos are of your own people: tell how often each group of them is turned away, or "
    "taken for another, at your door's threshold. Prints totals, no names, and keeps nothing.",
)
@click.option(
    "--groups",
    type=FILE,
    help="With --own: who said to belong to which group, a table that begins with "
    f'"{PERSON}". Otherwise {GROUPS_FILE} in FOLDER, if there is one.',
)
@json_option
@pass_program
def evaluate(
    program: Program,
    folder: Path,
    *,
    face: str,
    exclude: Path | None,
    fuse: int | None,
    good_only: bool,
    pairs: Path | None,
    det: Path | None,
    jobs: int,
    cache: Path | None,
    own: bool,
    groups: Path | None,
    as_json: bool,
) -> None:
    """Measure recognition on FOLDER, which holds one folder of photos per person.

    Compares every photo with every other and tells how often strangers are accepted (FMR) and
    people rejected (FNMR, both as in ISO/IEC 19795-1) at each threshold, which photos show no face
    to be compared, and whether the similarity keeps what it promises. FOLDER is only read.
    """
    if groups is not None and not own:
        raise click.UsageError("--groups is for --own.")
    policy = FacePolicy(face)
    if own:
        if any((cache, exclude, good_only, pairs, det)):
            raise click.UsageError(
                "--own goes with --groups, --fuse, --face, --jobs and --json alone."
            )
        photos = read_dataset(folder)
        labels = labels_of(folder, groups, photos)
        with _progress() as progress:
            measured = _measure(photos, program.settings, policy, jobs, None, progress)
        show_own(program, measured, labels, fused=fuse or 1, json=as_json)
        return
    photos = read_dataset(folder)
    exclusions = Exclusions() if exclude is None else read_exclusions(exclude, photos)
    folds = () if pairs is None else read_pairs(pairs)
    if det is not None:
        require_matplotlib()
    card = program.core.models.embedder(program.settings.models.embedder)
    with _progress() as progress:
        kept = (
            None
            if cache is None
            else EmbeddingCache(
                cache, fingerprint(card.model, policy, program.settings.recognition), card.model
            )
        )
        measured = _measure(photos, program.settings, policy, jobs, kept, progress)
        comparing = progress.add_task("comparing all pairs", total=None)
        report = analyse(
            measured,
            model=card.model,
            calibration=card.calibration,
            exclusions=exclusions,
            questions=Questions(good_only=good_only, fused=fuse or 1, folds=folds),
            progress=partial(progress.advance, comparing),
        )
    if det is not None:
        draw_det(report.comparisons, det)
    if as_json:
        show_json(report.as_json())
    else:
        out().print(render(report))


def _measure(
    photos: tuple[Photo, ...],
    settings: Settings,
    policy: FacePolicy,
    jobs: int,
    cache: EmbeddingCache | None,
    progress: Progress,
) -> Mapping[Photo, Measured]:
    """Return every photo measured, from the cache where it has it; what is new is kept there."""
    measured = {} if cache is None else cache.load(photos)
    missing = tuple(photo for photo in photos if photo not in measured)
    task = progress.add_task("finding faces", total=len(photos), completed=len(measured))
    try:
        for photo, one in measure(
            missing, partial(load_recognizer, settings), policy=policy, jobs=jobs
        ):
            measured[photo] = one
            progress.advance(task)
    finally:  # an interrupted evaluation goes on where it stopped
        if cache is not None and missing:
            cache.save(measured)
    return measured


def load_recognizer(settings: Settings) -> Recognizer:
    """Return a recognizer for one of several processes: one thread, so that they do not compete."""
    alone = replace(settings, recognition=replace(settings.recognition, threads=1))
    return Core(alone).recognizer


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show progress on standard error, so that standard output is the report alone."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress
