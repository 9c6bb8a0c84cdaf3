"""``ostiary evaluate --own``: a site's own people, by the groups that they said they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from edge.commands.console import out, show_json
from edge.commands.program import Program
from edge.evaluation.dataset import Photo
from edge.evaluation.groups.labels import GROUPS_FILE, Labels, read_labels
from edge.evaluation.groups.own import door_of, own_report
from edge.evaluation.groups.tables import as_json, render
from edge.evaluation.measure import Measured


def labels_of(folder: Path, table: Path | None, photos: Sequence[Photo]) -> Labels:
    """Return the groups in *table*, or in the one that lies in *folder*; none without either.

    :raises EvaluationError: if it does not fit the *photos*.
    """
    beside = folder / GROUPS_FILE
    path = table or (beside if beside.exists() else None)
    return Labels() if path is None else read_labels(path, {photo.person for photo in photos})


def show_own(
    program: Program,
    measured: Mapping[Photo, Measured],
    labels: Labels,
    *,
    fused: int,
    json: bool,
) -> None:
    """Print what *measured* tells of everybody and of each group, at the door's threshold.

    So many *fused* photos count as one.
    """
    card = program.core.models.embedder(program.settings.models.embedder)
    door = program.settings.door
    report = own_report(
        measured,
        labels,
        model=card.model,
        calibration=card.calibration,
        door=door_of(
            len({photo.person for photo in measured}),
            floor=door.similarity,
            target_fpir=door.target_fpir,
        ),
        fused=fused,
    )
    if json:
        show_json(as_json(report))
    else:
        out().print(render(report))
