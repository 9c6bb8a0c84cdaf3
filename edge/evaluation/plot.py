"""The DET curve as a picture; the only place that imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge.errors import EvaluationError
from edge.evaluation.report import Comparison

REMEDY = "Install it with: pip install 'ostiary[report]'"


def require_matplotlib() -> None:
    """Refuse early: an evaluation of minutes must not fail at its last step.

    :raises EvaluationError: if matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - optional
    except ImportError as error:
        raise EvaluationError(
            "the DET curve is drawn with matplotlib, which is not installed.", remedy=REMEDY
        ) from error


def draw_det(comparisons: Sequence[Comparison], path: Path) -> None:
    """Write the DET curves of *comparisons*, FNMR against FMR on logarithmic axes, to *path*.

    :raises EvaluationError: if matplotlib is missing, there is no curve, or *path* cannot be
        written.
    """
    require_matplotlib()
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    figure = Figure(figsize=(6.4, 4.8), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    drawn = [(one, one.curve) for one in comparisons if one.curve is not None]
    if not drawn:
        raise EvaluationError("there is no DET curve: genuine and impostor pairs are both needed.")
    for comparison, curve in drawn:
        line = axes.plot(curve.fmr, curve.fnmr, label=comparison.title)
        axes.plot(
            [row.point.fmr for row in comparison.rows],
            [row.point.fnmr for row in comparison.rows],
            "o",
            color=line[0].get_color(),
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="false match rate (FMR)",
        ylabel="false non-match rate (FNMR)",
        title="Detection error trade-off",
    )
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise EvaluationError(f"the picture {path} cannot be written: {error}.") from error
