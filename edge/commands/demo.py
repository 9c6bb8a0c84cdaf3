"""``ostiary demo``: the door on real footage, without camera or lock."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from edge.collection.people import Person
from edge.commands.console import counted, json_option, out, percent, say, show_json
from edge.commands.live import GREEN, RED, LiveScreen
from edge.commands.program import Program, pass_program
from edge.core import Core
from edge.demonstration.play import Summary, demonstration_settings, play
from edge.demonstration.scenes import Scene
from edge.exit_codes import NEGATIVE


class DemonstrationScreen(LiveScreen):
    """The live table, which is told the scenes by the script."""

    def enrolled(self, person: Person) -> None:
        """Say who was enrolled."""
        self.say(
            f"Enrolled: {person.name}, badge {person.badges[0].number}, {person.faces} faces from "
            "the first two seconds of the clip. Vectors only, encrypted; no picture is kept."
        )

    def scene(self, scene: Scene) -> None:
        """Name what stands before the door."""
        self.began(scene.title)


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the demonstration's collection and audit in this new folder.",
)
@json_option
@pass_program
def demo(program: Program, keep: Path | None, *, as_json: bool) -> None:
    """Show a door that opens for an enrolled man, and for nobody else nor for a photo of him.

    Exit status 1 if he does not get in, or anybody or anything else does.
    """
    with tempfile.TemporaryDirectory(prefix="ostiary-demo-") as folder:
        core = Core(demonstration_settings(program.settings, keep or Path(folder)))
        try:
            summary = played(core, quiet=as_json)
        finally:
            core.close()
    if as_json:
        decisions = [
            {"frame": each.frame, "scene": each.scene.title, "decision": each.decision}
            for each in summary.shown
        ]
        show_json({**_figures(summary), "decisions": decisions})
    if not summary.succeeded:
        click.get_current_context().exit(NEGATIVE)


def played(core: Core, *, quiet: bool = False) -> Summary:
    """Play the demonstration on *core*, on the terminal unless *quiet*, and tell the outcome."""
    console = out()
    console.quiet = quiet
    with DemonstrationScreen(name_of=core.gallery.name_of, console=console) as screen:
        summary = play(core, screen)
    if not quiet:
        _tell(summary)
    return summary


def _tell(summary: Summary) -> None:
    figures = _figures(summary)
    style = GREEN if summary.succeeded else RED
    out().print(
        f"[{style}]{'As it should be' if summary.succeeded else 'NOT as it should be'}:[/] "
        f"the enrolled man was let in {_times(summary.admitted)}, anybody else "
        f"{_times(summary.unlocks - summary.admitted)}; his photo was unmasked "
        f"{_times(summary.unmasked)}; out of hours he was sent away "
        f"{_times(summary.sent_away)}; the door was forced, and it was noticed, "
        f"{_times(summary.forced)}; {figures['denials']} denials in {summary.frames} frames."
    )
    alike = [
        each.decision.similarity
        for each in summary.shown
        if not (each.decision.granted or each.scene.attack or each.scene.out_of_hours)
    ]
    highest = max((value for value in alike if value is not None), default=None)
    say(f"Nearest that anybody else came: {percent(highest)}.")
    say(f"Told from his photo {summary.told_by}.")
    say(f"Audit verified: {summary.verified.entries} events, last hash {summary.verified.head}.")


def _times(count: int) -> str:
    return counted(count, "time", "times")


def _figures(summary: Summary) -> dict[str, object]:
    return {
        "succeeded": summary.succeeded,
        "frames": summary.frames,
        "unlocks": summary.unlocks,
        "admitted": summary.admitted,
        "others_admitted": summary.unlocks - summary.admitted,
        "unmasked": summary.unmasked,
        "sent_away": summary.sent_away,
        "forced": summary.forced,
        "denials": sum(not each.decision.granted for each in summary.shown),
        "audit_entries": summary.verified.entries,
        "audit_head": summary.verified.head,
    }
