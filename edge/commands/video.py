"""``ostiary video``: the worker for stored videos and stream processors."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import click

from edge.commands.console import say
from edge.commands.program import Program, pass_program
from edge.exit_codes import NEGATIVE
from edge.video.priority import step_back


@click.command()
@click.option(
    "--until-idle",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="End when there was nothing to do for so long.",
)
@click.option(
    "--end-with-input",
    is_flag=True,
    hidden=True,
    help="End when standard input does: with whoever started this.",
)
@pass_program
@click.pass_context
def video(
    context: click.Context, program: Program, until_idle: float | None, *, end_with_input: bool
) -> None:
    """Analyse stored videos and watch the cameras of stream processors, when nobody else is busy.

    `ostiary web` starts this by itself when there is something to do.
    """
    from edge.video_worker import only_worker, work  # noqa: PLC0415 - seconds of loading

    step_back()
    stop = threading.Event()
    _stop_on_signal(stop)
    if end_with_input:
        threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    core = program.core
    core.key  # noqa: B018 - makes the folder, and fails early if it cannot
    with only_worker(core.settings.storage.folder) as alone:
        if not alone:
            say("Another worker is at it already.")
            context.exit(NEGATIVE)
        work(core, stop=stop, until_idle=until_idle)


def _stop_on_signal(stop: threading.Event) -> None:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


def _stop_with_input(stop: threading.Event) -> None:
    # Not by sys.stdin, whose lock this thread would hold when the interpreter ends.
    while os.read(0, 1):
        pass
    stop.set()
