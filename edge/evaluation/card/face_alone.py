"""What doors and pages say of a face alone, as a module of numbers that is written of the card."""

from __future__ import annotations

from edge.access.face_alone import MEASURED_UP_TO
from edge.errors import EvaluationError
from edge.evaluation.card.page import Results

SIMILARITIES = (97.5, 99.0, 99.4, 99.6, 99.75)
FUSED = 3
"""Photos on both sides: what badge and door ask for at least."""


def module_text(results: Results) -> str:
    """Return the module ``edge/access/measured.py``.

    :raises EvaluationError: if the sections that it needs were not measured.
    """
    if results.fusing is None or results.promise is None:
        raise EvaluationError("a face alone needs the sections fusing and promise.")
    fused = results.fusing.way(FUSED, FUSED).rates
    floor = results.promise.reached[0].at(MEASURED_UP_TO).seen
    missed = [
        (similarity, f"{found.observed.fnmr:.6f}".rstrip("0"))
        for similarity in SIMILARITIES
        if (found := fused.reaching(similarity)) is not None
    ]
    return "\n".join(
        [
            '"""What was measured of a face alone; see docs/accuracy.md.',
            "",
            "Data only; `bench/accuracy.py` writes this file.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "FNMR_MEASURED: tuple[tuple[float, float], ...] = (",
            *(f"    ({similarity}, {share})," for similarity, share in missed),
            ")",
            '"""Similarity in percent, share of people not recognized: three photos fused against three,',
            f'{fused.genuine:,} comparisons of one person on Labeled Faces in the Wild."""',
            "",
            f"MEASURED_FLOOR = {floor.rate:.3g}",
            f'"""The false match rate observed at {MEASURED_UP_TO:g} %, of {floor.pairs:,} pairs of strangers."""',
            "",
        ]
    )
