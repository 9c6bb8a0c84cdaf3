"""The tables of ``bench/pipeline.py``."""

from __future__ import annotations

from collections.abc import Sequence

from contenders import EMBEDDERS, MEDIAPIPE, OURS
from pipeline_results import Result, Size
from rich.table import Table

from edge.benchmark.stopwatch import LAPS


def stage_table(results: Sequence[Result], size: Size, threads: int) -> Table:
    """Return every stage of the frames of one *size*, with so many *threads*."""
    rows = [one for one in results if _is_at(one, size, threads) and one.whole is not None]
    ours = next(one for one in rows if one.name == OURS)
    table = Table(
        "frame to embedding, ms", *LAPS, "whole", "frames/s", "÷ ours", "found", "peak MB",
        title=f"Pipeline, {size[0]}×{size[1]}, threads: {threads}, quickest of every frame, medians over "
        f"{ours.compared} frames of {ours.frames} found by all",
        caption="dlib aligns inside its embedding. Ours searches at 320 pixels, as the door does, "
        "draws the mesh and judges the quality (rest). Memory is a process's, frames aside.",
    )  # fmt: skip
    for one in rows:
        whole = _ratio(one, ours) if one.name != MEDIAPIPE else ("–", "–", "–")
        laps = one.laps or {}
        memory = "–" if one.memory is None else f"{one.memory / 1e6:.0f}"
        table.add_row(
            one.name,
            *(f"{laps[lap]:.1f}" if lap in laps else "–" for lap in LAPS),
            *whole,
            f"{one.found}",
            memory,
        )
    return table


def size_table(results: Sequence[Result], sizes: Sequence[Size], threads: Sequence[int]) -> Table:
    """Return the whole time on every size with every number of threads, and how many times ours."""
    at = [(size, each) for each in threads for size in sizes]
    table = Table(
        "whole, ms (÷ ours)", *(f"{w}×{h}, {each}" for (w, h), each in at),
        title="Pipeline by size of the frame and threads",
        caption="MediaPipe's detector against our detector.",
    )  # fmt: skip
    for name in dict.fromkeys(one.name for one in results if one.whole is not None):
        cells = []
        for size, each in at:
            here = {one.name: one for one in results if _is_at(one, size, each)}
            cells.append(_cell(here.get(name), here[OURS]))
        table.add_row(name, *cells)
    return table


def embedding_table(results: Sequence[Result], threads: Sequence[int]) -> Table:
    """Return the time of embedding alone, with every number of threads."""
    table = Table(
        "aligned face to embedding, ms (÷ ours)", *(f"threads: {each}" for each in threads),
        title="Embedding alone, the same aligned faces",
    )  # fmt: skip
    found = {(one.name, one.threads): one.embedding for one in results if one.embedding}
    for name in EMBEDDERS:
        if (name, threads[0]) in found:
            table.add_row(
                name,
                *(
                    f"{found[name, each]:.2f} ({found[name, each] / found[OURS, each]:.2f})"
                    for each in threads
                ),
            )
    return table


def _is_at(one: Result, size: Size, threads: int) -> bool:
    return (one.width, one.height) == size and one.threads == threads


def _ratio(one: Result, ours: Result) -> tuple[str, str, str]:
    whole, base = one.whole or 0.0, ours.whole or 1.0
    return f"{whole:.1f}", f"{1000 / whole:.1f}", f"{whole / base:.2f}"


def _cell(one: Result | None, ours: Result) -> str:
    if one is None or one.laps is None or one.whole is None:
        return "–"
    if one.name == MEDIAPIPE:
        base = (ours.laps or {})["detect"]
        return f"{one.laps['detect']:.1f} ({one.laps['detect'] / base:.2f})"
    return f"{one.whole:.1f} ({one.whole / (ours.whole or 1.0):.2f})"
