"""``ostiary bench``: how fast this machine is, in a form that can be sent to whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from edge.benchmark.machine import Conditions, Machine
from edge.benchmark.report import Report
from edge.benchmark.running import SECONDS, Plan, cores, run, threads_of
from edge.benchmark.stopwatch import LAPS
from edge.commands.console import as_json, counted, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.errors import ConfigError
from edge.hardware import Camera
from edge.hardware.choose import open_camera

STANDARD_OUTPUT = "-"


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=SECONDS,
    show_default=True,
    help="How long to measure; setting up takes some seconds more.",
)
@click.option("--camera", is_flag=True, help="Also the camera of the settings, with what it sees.")
@click.option(
    "--json",
    "target",
    is_flag=False,
    flag_value=STANDARD_OUTPUT,
    metavar="[FILE]",
    help="Write the report to a new FILE, to be sent to us; without FILE, answer in JSON.",
)
@pass_program
def bench(program: Program, *, seconds: float, camera: bool, target: str | None) -> None:
    """Measure how fast this machine finds, recognizes and searches.

    Needs no network and nobody's face: it looks at footage that comes with packages, and searches
    among people of random numbers. Stop a door that runs here first: it would take half of the machine.

    The report tells the model of the machine, versions and times; no name, no address, no serial
    number, no path and no picture.
    """
    file = None if target in (None, STANDARD_OUTPUT) else Path(str(target))
    if file is not None:
        _refuse(file)
    plan = Plan(seconds=seconds, threads=threads_of(cores()))
    with _camera(program, wanted=camera) as opened, Console(stderr=True).status("…") as status:
        report = run(program.settings, program.core.models, plan, camera=opened, tell=status.update)
    if target == STANDARD_OUTPUT:
        show_json(report)
        return
    _show(report)
    if file is not None:
        _write(file, report)
        say(f"Written: {file}. Where to send it: docs/speed.md, “Send us yours”.")


def _refuse(file: Path) -> None:
    """Refuse what could not be written later, before a minute is spent."""
    if file.exists():
        raise _unwritable(file, "it exists")
    if not os.access(file.parent, os.W_OK):
        raise _unwritable(file, "its folder is not there, or not yours to write in")


def _write(file: Path, report: Report) -> None:
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(as_json(report) + "\n")
    except OSError as error:
        raise _unwritable(file, str(error.strerror)) from error


def _unwritable(file: Path, why: str) -> ConfigError:
    return ConfigError(f"{file} cannot be written: {why}.", remedy="Name a new file.")


@contextmanager
def _camera(program: Program, *, wanted: bool) -> Iterator[Camera | None]:
    if not wanted:
        yield None
        return
    camera = open_camera(program.settings.camera)
    try:
        yield camera
    finally:
        camera.close()


def _show(report: Report) -> None:
    for line in _about(report.machine, report.before, report.after):
        say(line)
    _show_frames(report)
    _show_networks(report)
    show_table(
        "Who is it: one question to the gallery",
        (">People", ">In a row, ms", ">At a door, ms", ">Ready after, s"),
        (
            (
                f"{each.people:,}",
                f"{each.in_a_row:.2f}",
                f"{each.at_a_door:.2f}",
                f"{each.ready:.2f}",
            )
            for each in report.searches
        ),
    )
    for line in _ending(report):
        say(line)


def _about(machine: Machine, before: Conditions, after: Conditions) -> Iterator[str]:
    clock = "" if machine.megahertz is None else f" at {machine.megahertz} MHz at most"
    products = "with" if machine.dot_products else "without"
    yield (
        f"{machine.board or 'A machine'}: {machine.processor}{clock},"
        f" {counted(machine.cores, 'core', 'cores')}, {products} dot products of eight bits"
    )
    memory = "" if machine.memory is None else f", {machine.memory / 2**30:.1f} GiB of memory"
    yield f"{machine.system or 'Linux'}, kernel {machine.kernel}, {machine.architecture}{memory}"
    names = ("ai-edge-litert", "opencv-python-headless", "numpy", "sqlite-vec")
    told = ", ".join(f"{name} {machine.packages.get(name) or 'missing'}" for name in names)
    yield f"Python {machine.python}, {told}"
    for when, now in (("Before", before), ("After", after)):
        yield f"{when}: {_condition(now)}"


def _condition(now: Conditions) -> str:
    parts = [
        None if now.celsius is None else f"{now.celsius:.0f} °C",
        None if now.megahertz is None else f"{now.megahertz} MHz",
        None if now.governor is None else f"clock governor {now.governor}",
        None if now.held_back is None else f"held back by {', '.join(now.held_back) or 'nothing'}",
    ]
    told = ", ".join(part for part in parts if part)
    return told or "the machine tells nothing of its clock, its temperature and its power"


def _show_frames(report: Report) -> None:
    show_table(
        "From a frame to an embedding, ms: median (and least)",
        (">Frame", ">Threads", *(f">{lap.capitalize()}" for lap in LAPS), ">Whole", ">Frames/s"),
        (
            (
                f"{each.width}×{each.height}",
                each.threads,
                *(f"{each.stages[lap].median:.1f}" for lap in LAPS),
                f"{each.whole.median:.1f} ({each.whole.least:.1f})",
                f"{1000 / each.whole.median:.1f}",
            )
            for each in report.frames
        ),
    )


def _show_networks(report: Report) -> None:
    show_table(
        "Networks by themselves, quickest runs",
        ("Network", ">Threads", ">ms", ">GMAC", ">In int8", ">MB moved", ">MAC/byte", ">GMAC/s",
         ">Of the peak"),
        (
            (each.name, each.threads, f"{each.milliseconds:.2f}", f"{each.gmac:.3f}",
             f"{100 * each.int8:.0f} %", f"{each.megabytes:.1f}", f"{each.mac_a_byte:.1f}",
             f"{each.gmac_a_second:.1f}", f"{100 * each.share:.0f} %")
            for each in report.networks
        ),
    )  # fmt: skip
    for peak in report.peaks:
        say(
            f"Peak with {counted(peak.threads, 'thread', 'threads')}, in matrix products:"
            f" {peak.int8:.1f} GMAC/s in int8, {peak.float32:.1f} in float32"
        )
    if report.uncounted:
        say(f"Not counted, being no TFLite: {', '.join(report.uncounted)}")


def _ending(report: Report) -> Iterator[str]:
    door = report.door
    people = report.searches[-1].people
    yield (
        f"A door with somebody in view, {people:,} people: {door.steady.frames_a_second:.1f} frames/s"
        f" ({door.steady.frames} frames, {counted(door.steady.asked, 'question', 'questions')})"
    )
    if door.memory is not None:
        yield f"Most memory of that process: {door.memory / 1e6:.0f} MB"
    if report.camera is not None:
        seen = report.camera
        yield (
            f"The camera, {seen.width}×{seen.height}: {seen.frames_a_second:.1f} frames/s looked at,"
            f" a face in {seen.faces} of {seen.frames}"
        )
