"""The card's pictures, drawn of its results; SVG, the same bytes for the same results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.evaluation.card.fusing import Fusing
from edge.evaluation.card.identification import Identification
from edge.evaluation.card.page import Results
from edge.evaluation.card.promise import Promise
from edge.evaluation.plot import require_matplotlib
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY, fmr_of_similarity

STYLE = {"svg.hashsalt": "ostiary", "svg.fonttype": "none", "font.size": 9}
"""Names in the file are made from the salt instead of by chance; text stays text."""


def draw(results: Results, folder: Path) -> tuple[Path, ...]:
    """Write the pictures of the sections there are into *folder* and return the files.

    :raises EvaluationError: if matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib import rc_context  # noqa: PLC0415 - optional

    written = []
    with rc_context(STYLE):
        for name, figure in _figures(results):
            path = folder / f"{name}.svg"
            figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
            written.append(path)
    return tuple(written)


def _figures(results: Results) -> Iterator[tuple[str, Any]]:
    if results.promise is not None:
        yield "calibration", _calibration(results.promise)
    if results.fusing is not None:
        yield "det", _det(results.fusing)
    if results.identification is not None:
        yield "det-identification", _identification(results.identification)


def _calibration(promise: Promise) -> Any:
    figure, axes = _figure("FMR claimed", "FMR observed")
    ends = [1e-7, 1e-2]
    axes.plot(ends, ends, color="grey", linewidth=0.8, label="as claimed")
    axes.axvline(fmr_of_similarity(UNLOCK_SIMILARITY), color="grey", linestyle=":", linewidth=0.8)
    series = [
        *(
            (f"{one.fused} photo{'s'[: one.fused - 1]} against {one.fused}", one)
            for one in promise.reached
        ),
        ("1 photo against 1, without the listed faults", promise.listed),
    ]
    for at, (label, reached) in enumerate(series):
        points = [one for one in reached.points if one.seen.events]
        shift = 1 + 0.06 * (at - 1)  # so that intervals do not lie on each other
        axes.errorbar(
            [one.claimed_fmr * shift for one in points],
            [one.seen.rate for one in points],
            yerr=[
                [max(0.0, one.seen.rate - one.interval.low) for one in points],
                [max(0.0, one.interval.high - one.seen.rate) for one in points],
            ],
            fmt="o-",
            markersize=3,
            linewidth=0.9,
            capsize=2,
            label=label,
        )
    for reached in promise.reached[1:]:
        points = [one for one in reached.points if one.seen.events]
        axes.plot(
            [one.claimed_fmr for one in points],
            [one.seen.per_people for one in points],
            "--",
            color="tab:orange",
            linewidth=0.9,
            label=f"{reached.fused} photos against {reached.fused}, every pair of people once",
        )
    axes.set(xlim=ends, ylim=ends)
    axes.legend()
    return figure


def _det(fusing: Fusing) -> Any:
    figure, axes = _figure("false match rate (FMR)", "false non-match rate (FNMR)")
    for one in fusing.ways:
        points = [(fmr, fnmr) for fmr, fnmr in one.rates.curve if fmr > 0 and fnmr > 0]
        if points:
            label = f"{one.enrolled} enrolled, {one.shown} shown"
            axes.plot(*zip(*points, strict=True), label=label)
    axes.axvline(fmr_of_similarity(UNLOCK_SIMILARITY), color="grey", linestyle=":", linewidth=0.8)
    axes.legend()
    return figure


def _identification(found: Identification) -> Any:
    largest = max(one.people for one in found.settings if one.fpir_fused is not None)
    figure, axes = _figure(
        "strangers taken for somebody (FPIR)", f"members not recognized (FNIR), {largest:,} people"
    )
    for one in found.settings:
        points = [(fpir, fnir) for fpir, fnir in one.curve if fpir > 0 and fnir > 0]
        if one.people == largest and points:
            axes.plot(
                *zip(*points, strict=True), label=f"{one.enrolled} enrolled, {one.shown} shown"
            )
    axes.axvline(TARGET_FPIR, color="grey", linestyle=":", linewidth=0.8)
    axes.legend()
    return figure


def _figure(across: str, up: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xscale="log", yscale="log", xlabel=across, ylabel=up)
    axes.grid(visible=True, which="both", alpha=0.25, linewidth=0.5)
    return figure, axes
